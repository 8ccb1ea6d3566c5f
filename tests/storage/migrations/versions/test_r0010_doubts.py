"""From the ninth schema: what a judge had spoken on is dated by its exchange, and no judge had fallen."""

from pathlib import Path

import msgspec
import sqlalchemy as sa
from alembic import command
from tests.storage.probing_contract import probe
from tests.storage.test_learning import lesson

from understudy.ports import Batch
from understudy.storage import sqlite
from understudy.storage.open import open_store
from understudy.storage.schema import config

SECRET = b"s" * 32


def test_lessons_and_probes_of_the_ninth_schema_are_read(tmp_path: Path) -> None:
    path, newest = tmp_path / "books.db", tmp_path / "newest.db"
    store = open_store(f"sqlite:///{newest}", secret=SECRET)
    judged = msgspec.structs.replace(lesson("judged"), by="third/1 against rented", at_s=7.0)
    store.enter(Batch(lessons=(lesson("checked"), judged), probes=(probe(1, 9.0),)))
    store.close()
    engine = sqlite.engine(path, read_only=False)
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0009")
        connection.execute(sa.text(f"ATTACH '{newest}' AS newest"))
        for table in ("lessons", "probes"):
            columns = ", ".join(f'"{column["name"]}"' for column in sa.inspect(connection).get_columns(table))
            connection.execute(sa.text(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM newest.{table}"))
    engine.dispose()
    store = open_store(f"sqlite:///{path}", secret=SECRET)
    found = {row.exchange_id: row.judged_s for row in store.lessons("auto", 0, 10)}
    assert found == {"checked": 0.0, "judged": 7.0}
    assert store.probes("r", 9) == [probe(1, 9.0)]
    store.enter(Batch(probes=(probe(2, 11.0, doubted_s=5.0),)))
    assert store.falls("r") == [probe(2, 11.0, doubted_s=5.0)]
    store.close()
