"""The store on SQLite, in a file and in memory: the contract, and what is SQLite's alone."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.storage.contract import StoreContract
from tests.storage.erasing_contract import words_of
from tests.storage.samples import SECRET, exchange, hypothesis_row, open_pair, slice_row

from understudy.ports import Batch, Store
from understudy.storage.open import open_store
from understudy.storage.vault import Locked


@pytest.fixture(params=["sqlite-file", "sqlite-memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'books.db'}" if request.param == "sqlite-file" else "sqlite://"
    opened = open_store(url, secret=SECRET)
    yield opened
    opened.close()


class TestStore(StoreContract):
    pass


def test_threads_share_a_store(store: Store) -> None:
    """Readers in threads beside a writer: no batch is seen in part, none is lost."""
    seen: list[set[int]] = []

    def look() -> None:
        seen.append({len(store.exchanges(1_000)) for _ in range(30)})

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    for start in range(0, 400, 20):
        store.enter(Batch(exchanges=tuple(exchange(n) for n in range(start, start + 20))))
    for reader in readers:
        reader.join()
    assert len(store.exchanges(1_000)) == 400
    assert all(count % 20 == 0 for counts in seen for count in counts)
    assert len(seen) == 2


@pytest.mark.parametrize("field", ["texts", "lessons", "kept", "comparisons", "beliefs"])
def test_another_secret_is_found_out_by_whatever_it_did_not_seal(tmp_path: Path, field: str) -> None:
    """Rows that hold no words are no reason to doubt a secret."""
    url = f"sqlite:///{tmp_path / 'books.db'}"
    words = words_of("stays")
    alone = Batch(**{"exchanges": words.exchanges, "strata": words.strata, field: getattr(words, field)})
    with closing(open_store(url, secret=SECRET)) as store:
        store.enter(Batch(exchanges=words.exchanges, strata=words.strata))
    with closing(open_store(url, secret=b"another")) as store:
        store.try_secret()
    with closing(open_store(url, secret=SECRET)) as store:
        store.enter(alone)
        store.try_secret()
    with closing(open_store(url, secret=b"another")) as store, pytest.raises(Locked, match="under another secret"):
        store.try_secret()


def test_books_outlive_their_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'books.db'}"
    first = open_store(url)
    first.register(hypothesis_row(), slice_row())
    first.enter(Batch(exchanges=(exchange(1),), sampled=(open_pair(1),), positions={"w0-a": 12}))
    first.close()
    second = open_store(url)
    assert second.exchanges() == [exchange(1)]
    assert second.positions() == {"w0-a": 12}
    assert second.slices() == [slice_row()]
    assert second.board_version() == 1
    second.enter(Batch(sampled=(open_pair(2),)))
    assert [row.seq for row in second.pairs("hyp_1")] == [1, 2]
    second.close()


def test_a_reader_follows_the_writer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'books.db'}"
    writer = open_store(url)
    reader = open_store(url, read_only=True)
    assert reader.board_version() == 0
    writer.register(hypothesis_row(), slice_row())
    assert reader.board_version() == 1
    assert reader.slices() == [slice_row()]
    reader.close()
    writer.close()
