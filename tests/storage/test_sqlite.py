"""SQLite's own ways: the pragmas that the books rest on, and looking before touching."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.storage.samples import exchange

from understudy.ports import Batch
from understudy.storage import sqlite
from understudy.storage.open import open_store


def pragma(engine: sa.Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_writing_connection(tmp_path: Path) -> None:
    engine = sqlite.engine(tmp_path / "a.db", read_only=False)
    assert pragma(engine, "journal_mode") == "wal"
    assert pragma(engine, "synchronous") == 1
    assert pragma(engine, "foreign_keys") == 1
    assert pragma(engine, "busy_timeout") == sqlite.BUSY_TIMEOUT_MS
    engine.dispose()


def test_a_reading_connection_changes_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_store(f"sqlite:///{path}").close()
    before = path.read_bytes()
    engine = sqlite.engine(path, read_only=True)
    assert pragma(engine, "foreign_keys") == 1
    with pytest.raises(sa.exc.OperationalError, match="readonly"), engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
    engine.dispose()
    assert path.read_bytes() == before


def test_the_file_is_signed(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_store(f"sqlite:///{path}").close()
    assert path.read_bytes()[68:72] == b"Usp1"


def test_a_transaction_rolled_back_takes_its_tables_with_it(tmp_path: Path) -> None:
    engine = sqlite.engine(tmp_path / "a.db", read_only=False)
    with engine.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        transaction.rollback()
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_two_servers_that_start_on_one_file_make_it_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    failures: list[BaseException] = []
    together = threading.Barrier(4)

    def start(number: int) -> None:
        together.wait()
        try:
            store = open_store(url)
            store.enter(Batch(exchanges=(exchange(number),)))
            store.close()
        except sa.exc.SQLAlchemyError as error:
            failures.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = open_store(url)
    assert len(store.exchanges()) == 4
    store.close()


def test_defects_are_seen_without_opening(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert sqlite.defect(tmp_path) == "is not a file"
    path.write_bytes(b"")
    assert sqlite.defect(path) is None
    path.write_bytes(b"SQLite format 2\x00")
    assert sqlite.defect(path) == "is not an SQLite database"
    path.write_bytes(b"SQLite")
    assert sqlite.defect(path) == "is not an SQLite database"


def test_a_file_too_large_to_look_through_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db"
    open_store(f"sqlite:///{path}").close()
    data = bytearray(path.read_bytes())
    data[40_000:44_000] = b"\x5a" * 4_000
    path.write_bytes(data)
    engine = sqlite.engine(path, read_only=True)
    with engine.connect() as connection:
        assert sqlite.damage(connection, path) is not None
        monkeypatch.setattr(sqlite, "MAX_CHECKED_BYTES", 1_000)
        assert sqlite.damage(connection, path) is None
    engine.dispose()
