"""Opening: made when missing, brought up when older, refused untouched when it is not fit for us."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.storage.samples import exchange

from understudy.ports import Batch
from understudy.storage.open import DatabaseRefused, database_state, open_store
from understudy.storage.tables import VERSION_TABLE


def garbage(path: Path) -> None:
    path.write_bytes(b"These are the notes of last week. " * 400)


def torn_off(path: Path) -> None:
    sound(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def scribbled(path: Path) -> None:
    sound(path)
    data = bytearray(path.read_bytes())
    data[4_096:40_000] = bytes([0x5A]) * len(data[4_096:40_000])
    path.write_bytes(data)


def another_programs(path: Path) -> None:
    database = sqlite3.connect(path)
    with database:
        database.execute("CREATE TABLE songs (title TEXT)")
        database.execute("INSERT INTO songs VALUES ('La Paloma')")
    database.close()


def newer(path: Path) -> None:
    sound(path)
    database = sqlite3.connect(path)
    with database:
        database.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    database.close()


def folder(path: Path) -> None:
    path.mkdir()


def sound(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    store.enter(Batch(exchanges=tuple(exchange(n) for n in range(200))))
    store.close()


REFUSED: dict[Callable[[Path], None], str] = {
    garbage: "is not an SQLite database",
    torn_off: "malformed",
    scribbled: "malformed|is damaged",
    another_programs: "belongs to another program .*songs",
    newer: "newer version .*9999.*0012",
    folder: "is not a file",
}


@pytest.mark.parametrize("read_only", [False, True], ids=["writer", "reader"])
@pytest.mark.parametrize("made", list(REFUSED), ids=lambda made: made.__name__)
def test_what_is_not_fit_is_refused_and_left_as_it_was(
    tmp_path: Path, made: Callable[[Path], None], read_only: bool
) -> None:
    path = tmp_path / "books.db"
    made(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(DatabaseRefused, match=REFUSED[made]) as refusal:
        open_store(f"sqlite:///{path}", read_only=read_only)
    assert str(path) in str(refusal.value)
    assert "; " in str(refusal.value)
    with pytest.raises(DatabaseRefused, match=REFUSED[made]):
        database_state(f"sqlite:///{path}")
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_missing_file_is_made_by_the_writer_only(tmp_path: Path) -> None:
    path = tmp_path / "with % and ü #1.db"
    with pytest.raises(DatabaseRefused, match="does not exist yet"):
        open_store(f"sqlite:///{path}", read_only=True)
    assert "will be made" in database_state(f"sqlite:///{path}")
    assert not path.exists()
    open_store(f"sqlite:///{path}").close()
    assert path.exists()
    assert "schema 0012" in database_state(f"sqlite:///{path}")
    open_store(f"sqlite:///{path}", read_only=True).close()


def test_an_empty_file_counts_as_missing(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    path.touch()
    with pytest.raises(DatabaseRefused, match="does not exist yet"):
        open_store(f"sqlite:///{path}", read_only=True)
    assert path.read_bytes() == b""
    open_store(f"sqlite:///{path}").close()
    assert path.stat().st_size > 0


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefused, match=r"folder does not exist; make .*nowhere"):
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'books.db'}")


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    open_store(f"sqlite:///{path}").close()
    reader = open_store(f"sqlite:///{path}", read_only=True)
    with pytest.raises(Exception, match="readonly"):
        reader.enter(Batch(exchanges=(exchange(1),)))
    assert reader.exchanges() == []
    reader.close()


def test_what_a_killed_writer_left_in_its_log_is_read(tmp_path: Path) -> None:
    """A copy of file and log, taken while the writer had both open, is what a kill leaves behind."""
    path, left = tmp_path / "books.db", tmp_path / "left.db"
    writer = open_store(f"sqlite:///{path}")
    writer.enter(Batch(exchanges=(exchange(1),)))
    left.write_bytes(path.read_bytes())
    left.with_name("left.db-wal").write_bytes(path.with_name("books.db-wal").read_bytes())
    writer.close()
    reader = open_store(f"sqlite:///{left}", read_only=True)
    assert reader.exchanges() == [exchange(1)]
    reader.close()
    again = open_store(f"sqlite:///{left}")
    assert again.exchanges() == [exchange(1)]
    again.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_memory_is_the_writers_own(url: str) -> None:
    one, two = open_store(url), open_store(url)
    one.enter(Batch(exchanges=(exchange(1),)))
    assert two.exchanges() == []
    one.close()
    two.close()
    assert "will be made" in database_state(url)
    with pytest.raises(DatabaseRefused, match="does not exist yet"):
        open_store(url, read_only=True)


@pytest.mark.parametrize(
    ("url", "what"), [("books.db", "is not a URL"), ("mysql://root@h/books", "'mysql'"), ("oracle://h/x", "'oracle'")]
)
def test_other_urls_are_refused(url: str, what: str) -> None:
    with pytest.raises(DatabaseRefused, match=what):
        open_store(url)


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(DatabaseRefused) as refusal:
        open_store("postgresql://user:hush-hush@127.0.0.1:1/books")
    assert "hush-hush" not in str(refusal.value)
    assert "127.0.0.1" in str(refusal.value)
