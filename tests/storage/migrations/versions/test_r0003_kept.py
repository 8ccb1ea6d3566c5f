"""From the second schema: answers are kept from now on, and what was there stays."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command

from understudy.ports import Batch, KeptAnswer
from understudy.storage import sqlite
from understudy.storage.open import open_store
from understudy.storage.schema import config


def test_a_database_of_the_second_schema_keeps_answers_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    engine = sqlite.engine(path, read_only=False)
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0002")
        assert "kept" not in sa.inspect(connection).get_table_names()
    engine.dispose()
    store = open_store(f"sqlite:///{path}", secret=b"s" * 32)
    answer = KeptAnswer(id="resp_1", tenant="t", at_s=1.0, expires_at_s=2.0, words=b"w")
    store.enter(Batch(kept=(answer,)))
    assert store.kept("t", "resp_1") == answer
    store.close()
