"""The migrations make exactly the tables that tables.py describes."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from understudy.storage import sqlite
from understudy.storage.schema import upgrade
from understudy.storage.tables import VERSION_TABLE, metadata


def test_up_from_nothing_gives_the_tables_that_the_program_uses() -> None:
    engine = sqlite.engine(None, read_only=False)
    with engine.begin() as connection:
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
