"""SQLite's own ways: how a file is opened, what is asked of it, and how one looks before touching.

Everything that only SQLite has stands here. A file has one writing process and any number of reading ones; the
write-ahead log lets them read while it writes.
"""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

# Far longer than any transaction of ours; two servers started on one file then wait for each other's migration.
BUSY_TIMEOUT_MS = 10_000
MAGIC = b"SQLite format 3\x00"
# "Usp1": tells tools such as file(1), and people, whose file it is.
APPLICATION_ID = 0x55737031
# Walking through every page of a file takes about a second per gigabyte; a larger file is checked where it is read.
MAX_CHECKED_BYTES = 256 << 20


def engine(path: Path | None, *, read_only: bool) -> sa.Engine:
    """An engine for a file, or for memory when there is no path. A reading engine never creates or changes the file."""
    if path is None:
        # A database in memory is its one connection: threads take turns.
        made = sa.create_engine("sqlite://", creator=_memory, poolclass=QueuePool, pool_size=1, max_overflow=0)
    else:
        uri = f"file:{quote(str(path.absolute()))}?mode={'ro' if read_only else 'rwc'}"
        made = sa.create_engine("sqlite://", creator=lambda: _connect(uri), poolclass=QueuePool)

    @sa.event.listens_for(made, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            # With the log, a power cut may lose the last transactions but never the file.
            connection.execute("PRAGMA synchronous = NORMAL")

    @sa.event.listens_for(made, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return made


def take_schema(connection: sa.Connection) -> None:
    """Be the only one to migrate, from here to the end of the transaction; and sign the file."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def defect(path: Path) -> str | None:
    """What makes a file no SQLite database, without opening it as one; None for a sound header or an empty file."""
    if not path.is_file():
        return "is not a file"
    with path.open("rb") as file:
        head = file.read(len(MAGIC))
    return None if head in (b"", MAGIC) else "is not an SQLite database"


def damage(connection: sa.Connection, path: Path) -> str | None:
    """The first thing wrong inside the file, in SQLite's words; None if it is sound, or too large to look through."""
    if path.stat().st_size > MAX_CHECKED_BYTES:
        return None
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return None if found == "ok" else found


def _connect(uri: str) -> sqlite3.Connection:
    # Without an isolation level the module starts no transactions of its own: ours begin where we say.
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def _memory() -> sqlite3.Connection:
    return _connect("file::memory:")
