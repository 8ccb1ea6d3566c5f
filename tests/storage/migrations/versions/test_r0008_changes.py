"""From the seventh schema: lessons of no conversation, and beliefs whose traffic never changed, are read back."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from tests.storage.test_learning import belief, lesson

from understudy.ports import Batch
from understudy.storage import sqlite
from understudy.storage.open import open_store
from understudy.storage.schema import config

SECRET = b"s" * 32


def test_lessons_and_beliefs_of_the_seventh_schema_are_read(tmp_path: Path) -> None:
    path, newest = tmp_path / "books.db", tmp_path / "newest.db"
    store = open_store(f"sqlite:///{newest}", secret=SECRET)
    store.enter(Batch(lessons=(lesson("a"),), beliefs=(belief(1.0),)))
    store.close()
    engine = sqlite.engine(path, read_only=False)
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0007")
        connection.execute(sa.text(f"ATTACH '{newest}' AS newest"))
        for table in ("lessons", "beliefs"):
            columns = ", ".join(column["name"] for column in sa.inspect(connection).get_columns(table))
            assert not {"unit", "changed_s"} & set(columns.split(", "))
            connection.execute(sa.text(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM newest.{table}"))
    engine.dispose()
    store = open_store(f"sqlite:///{path}", secret=SECRET)
    assert [(row.exchange_id, row.unit) for row in store.lessons("auto", 0, 10)] == [("a", "")]
    assert store.beliefs() == [belief(1.0)]
    store.close()
