"""The schema's version: known, read, and brought up."""

import sqlalchemy as sa

from understudy.storage import sqlite
from understudy.storage.schema import revision_of, revisions, upgrade
from understudy.storage.tables import VERSION_TABLE, house


def test_revisions_are_in_order_and_end_with_the_newest() -> None:
    assert revisions()[0] == "0001"
    assert list(revisions()) == sorted(revisions())


def test_an_empty_database_has_no_revision_and_gets_the_newest() -> None:
    engine = sqlite.engine(None, read_only=False)
    with engine.begin() as connection:
        assert revision_of(connection) is None
        upgrade(connection)
        assert revision_of(connection) == revisions()[-1]
        assert connection.execute(sa.select(house)).one() == (1, 0, 0)
        upgrade(connection)
        assert connection.execute(sa.select(house)).one() == (1, 0, 0)
    engine.dispose()


def test_the_version_stands_in_a_table_of_our_own_name() -> None:
    engine = sqlite.engine(None, read_only=False)
    with engine.begin() as connection:
        upgrade(connection)
        assert VERSION_TABLE in sa.inspect(connection).get_table_names()
        assert "alembic_version" not in sa.inspect(connection).get_table_names()
    engine.dispose()
