"""Opening the database: made when missing, brought up when older, refused and left alone when it is not fit for us.

One looks first, through a connection that cannot write; only a database that is empty, ours, and not newer than this
program is then opened for writing. Workers open it read-only and never make or migrate anything.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError

from understudy.storage import postgres, sqlite
from understudy.storage.schema import revision_of, revisions, upgrade
from understudy.storage.store import SqlStore
from understudy.storage.vault import Vault


class DatabaseRefused(Exception):
    """A database that is not opened: what is wrong, where, and what to do. Nothing in it was changed."""


def open_store(url: str, *, read_only: bool = False, secret: bytes | None = None) -> SqlStore:
    """The store behind a URL (sqlite:///PATH, sqlite:// for memory, postgresql://…); DatabaseRefused says why not.

    The writer makes what is missing and migrates what is older; a reader needs a database that is up to date. Words
    are kept encrypted under the server's secret; without it they can be neither written nor read.
    """
    place = _Place(url)
    revision = None if place.in_memory and not read_only else place.look()
    newest = revisions()[-1]
    if read_only:
        if revision != newest:
            has = f"has schema {revision}, and {newest} is needed" if revision else "does not exist yet"
            remedy = "start the server once (understudy serve): it makes a database, and brings it up to date"
            raise place.refused(has, remedy)
        return SqlStore(place.engine(read_only=True), Vault(secret))
    engine = place.engine(read_only=False)
    try:
        if revision != newest:
            with engine.begin() as connection:
                place.take_schema(connection)
                upgrade(connection)
        with engine.connect() as connection:
            connection.execute(sa.select(1))
    except DBAPIError as error:
        engine.dispose()
        raise place.unusable(error) from error
    return SqlStore(engine, Vault(secret))


def database_state(url: str) -> str:
    """What is behind a URL, in a sentence; DatabaseRefused if it could not be opened. Changes nothing."""
    place = _Place(url)
    revision = None if place.in_memory else place.look()
    newest = revisions()[-1]
    if revision is None:
        return f"{place.name} does not exist yet and will be made"
    if revision != newest:
        return f"{place.name} has schema {revision} and will be brought to {newest}"
    return f"{place.name} is there, schema {revision}"


class _Place:
    """Where a URL leads, and which engine's ways hold there."""

    def __init__(self, url: str) -> None:
        try:
            self._url = sa.make_url(url)
        except ArgumentError as error:
            raise DatabaseRefused(
                f"database {url!r} is not a URL; write sqlite:///understudy.db or postgresql://user@host/name"
            ) from error
        self.name = self._url.render_as_string(hide_password=True)
        kind = self._url.get_backend_name()
        if kind not in ("sqlite", "postgresql"):
            raise self.refused(f"needs {kind!r}, which is not supported", "use sqlite:///PATH or postgresql://…")
        self._sqlite = kind == "sqlite"
        database = self._url.database
        self.in_memory = self._sqlite and database in (None, "", ":memory:")
        self._path = Path(str(database)) if self._sqlite and not self.in_memory else None

    def engine(self, *, read_only: bool) -> sa.Engine:
        """An engine for this place."""
        if self._sqlite:
            return sqlite.engine(self._path, read_only=read_only)
        try:
            return postgres.engine(self._url, read_only=read_only)
        except ModuleNotFoundError as error:
            raise self.refused("needs a driver", "pip install 'understudy[postgres]'") from error

    def take_schema(self, connection: sa.Connection) -> None:
        """Be the only one to migrate."""
        (sqlite if self._sqlite else postgres).take_schema(connection)

    def look(self) -> str | None:
        """The schema's revision; None if there is nothing yet. Refuses what is not fit for us."""
        if self._path is not None and not self._there(self._path):
            return None
        engine = self.engine(read_only=True)
        try:
            with engine.connect() as connection:
                return self._judge(connection)
        except DBAPIError as error:
            raise self.unusable(error) from error
        finally:
            engine.dispose()

    def _there(self, path: Path) -> bool:
        if self.in_memory:
            return False
        if not path.exists():
            if not path.absolute().parent.is_dir():
                raise self.refused("cannot be made: its folder does not exist", f"make {str(path.parent)!r} first")
            return False
        try:
            if wrong := sqlite.defect(path):
                raise self.refused(wrong, "point `storage` at another file; this one was left as it is")
            return path.stat().st_size > 0
        except OSError as error:
            raise self.refused(f"cannot be read: {error.strerror}", "check who owns the file") from error

    def _judge(self, connection: sa.Connection) -> str | None:
        if self._path is not None and (wrong := sqlite.damage(connection, self._path)):
            raise self.refused(f"is damaged: {wrong}", "restore it from a backup; this file was left as it is")
        revision = revision_of(connection)
        if revision is None:
            if tables := sa.inspect(connection).get_table_names():
                raise self.refused(
                    f"belongs to another program (it has the table {tables[0]!r})",
                    "point `storage` at another database; this one was left as it is",
                )
        elif revision not in revisions():
            raise self.refused(
                f"was written by a newer version (schema {revision!r}; this one knows up to {revisions()[-1]!r})",
                "install that version again, or restore a backup from before; this database was left as it is",
            )
        return revision

    def refused(self, what: str, remedy: str) -> DatabaseRefused:
        """A refusal that names the database."""
        return DatabaseRefused(f"database {self.name!r} {what}; {remedy}")

    def unusable(self, error: DBAPIError) -> DatabaseRefused:
        """A refusal in the engine's own words."""
        return self.refused(f"cannot be used: {str(error.orig).strip()}", "put that right or restore a backup")
