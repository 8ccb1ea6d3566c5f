"""From the seventh schema: comparisons can wait for a judge, and the lessons that were there are a check's."""

import zlib
from pathlib import Path

import sqlalchemy as sa
from alembic import command

from understudy.ports import Batch, ComparisonRow
from understudy.storage import sqlite
from understudy.storage.open import open_store
from understudy.storage.schema import config
from understudy.storage.vault import Vault

SECRET = b"s" * 32
LESSON = {
    "exchange_id": "ex_1", "tenant": "t", "key": "k", "route": "auto", "kind": "chat", "at_s": 1.0,
    "expires_at_s": 9.0, "served": "own", "outcomes": b"{}",
}  # fmt: skip


def test_a_database_of_the_seventh_schema_keeps_its_lessons(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    engine = sqlite.engine(path, read_only=False)
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0007")
        names = [*LESSON, "body"]
        into = f"INSERT INTO lessons ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
        connection.execute(sa.text(into), LESSON | {"body": Vault(SECRET).seal(zlib.compress(b"words"), "ex_1")})
    engine.dispose()
    store = open_store(f"sqlite:///{path}", secret=SECRET)
    assert [(row.exchange_id, row.words, row.by) for row in store.lessons("auto", 0, 9)] == [("ex_1", "words", "")]
    row = ComparisonRow(exchange_id="ex_2", tenant="t", route="auto", at_s=1.0, expires_at_s=9.0, body=b"answers")
    store.enter(Batch(comparisons=(row,)))
    assert store.comparison("ex_2") == row
    store.close()
