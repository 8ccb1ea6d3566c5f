"""The schema's version: which one a database has, which ones this program knows, and the way up.

Alembic runs here, from the program and not from its command line. Migrations go forward only: an older program does
not write a newer database.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from understudy.storage.tables import VERSION_TABLE

MIGRATIONS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Alembic's configuration, without a file."""
    made = Config()
    # The option is interpolated: a percent sign in the path has to be doubled.
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made


def revisions() -> tuple[str, ...]:
    """Every schema revision that this program knows, oldest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())[::-1]


def revision_of(connection: sa.Connection) -> str | None:
    """The revision that a database has; None if it is not a database of ours."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    version = sa.table(VERSION_TABLE, sa.column("version_num"))
    return connection.scalar(sa.select(version.c.version_num))


def upgrade(connection: sa.Connection) -> None:
    """Bring a database to the newest revision, in the connection's transaction."""
    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, "head")
