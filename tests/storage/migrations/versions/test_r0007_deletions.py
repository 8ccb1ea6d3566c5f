"""From the sixth schema: tenants can be deleted, and what was there stays."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from tests.storage.erasing_contract import ordered

from understudy.storage import sqlite
from understudy.storage.open import open_store
from understudy.storage.schema import config


def test_a_database_of_the_sixth_schema_can_delete_a_tenant(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    engine = sqlite.engine(path, read_only=False)
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0006")
        assert "deletions" not in sa.inspect(connection).get_table_names()
    engine.dispose()
    store = open_store(f"sqlite:///{path}", secret=b"s" * 32)
    assert store.deleted() == {}
    store.delete_tenant(ordered(store), "gone", 5.0)
    assert store.deleted() == {"gone": 5.0}
    store.close()
