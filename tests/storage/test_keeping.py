"""Kept answers at rest: sealed, under their tenant alone, and a deletion ends them whenever it comes."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from understudy.ports import Batch, KeptAnswer, Store
from understudy.storage.keeping import key_of
from understudy.storage.open import open_store

SECRET = b"s" * 32
WORDS = b'{"input":["harbour harbour harbour harbour harbour"]}'


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/books.db"


@pytest.fixture
def store(database: str) -> Store:
    return open_store(database, secret=SECRET)


def kept(words: bytes | None = WORDS, *, tenant: str = "t", expires_at_s: float = 50.0) -> KeptAnswer:
    return KeptAnswer(id="resp_1", tenant=tenant, at_s=1.0, expires_at_s=expires_at_s, words=words)


def test_an_answer_reads_back_under_its_tenant_alone(store: Store) -> None:
    store.enter(Batch(kept=(kept(),)))
    store.enter(Batch(kept=(kept(b"told again"),)))
    assert store.kept("t", "resp_1") == kept()
    assert store.kept("u", "resp_1") is None


def test_words_are_sealed_at_rest(store: Store, database: str) -> None:
    store.enter(Batch(kept=(kept(),)))
    with sa.create_engine(database).connect() as connection:
        body = connection.execute(sa.text("SELECT body FROM kept")).scalar_one()
    assert b"harbour" not in body


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("first", [None, WORDS])
def test_a_deletion_ends_an_answer_whichever_comes_first(store: Store, first: bytes | None, together: bool) -> None:
    records = (kept(first), kept(WORDS if first is None else None))
    for batch in (records,) if together else ((records[0],), (records[1],)):
        store.enter(Batch(kept=batch))
    assert store.kept("t", "resp_1") == kept(None)


def test_expired_answers_go_with_the_words_of_pairs(store: Store) -> None:
    store.enter(Batch(kept=(kept(), kept(tenant="u", expires_at_s=60.0))))
    assert store.forget_texts(50.0) == 1
    assert store.kept("t", "resp_1") is None
    assert store.kept("u", "resp_1") is not None


def test_keys_keep_tenants_apart_whatever_their_names_hold() -> None:
    assert key_of("a", "1resp") != key_of("a1", "resp")
