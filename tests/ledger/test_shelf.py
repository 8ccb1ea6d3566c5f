"""The shelf: what was put is found at once, under its tenant alone, and what is deleted or old is gone."""

import asyncio
from typing import Any

import pytest

from understudy.ledger import shelf
from understudy.ledger.shelf import WorkerShelf
from understudy.ports import KeptAnswer, Shelf


class Clock:
    def __init__(self) -> None:
        self.at_s = 0.0

    def now_s(self) -> float:
        return self.at_s

    def monotonic_s(self) -> float:
        return self.at_s


class Spool:
    """Remembers what was written, as the books would have it later."""

    full = False

    def __init__(self) -> None:
        self.written: list[Any] = []

    def append(self, *records: Any) -> None:
        self.written += records

    def read(self, tenant: str, answer_id: str) -> KeptAnswer | None:
        found = [one for one in self.written if (one.tenant, one.id) == (tenant, answer_id)]
        return found[-1] if found else None


def record(words: bytes | None = b"w", tenant: str = "t", answer: str = "resp_1") -> KeptAnswer:
    return KeptAnswer(id=answer, tenant=tenant, at_s=0.0, expires_at_s=100.0, words=words)


def got(one: Shelf, tenant: str = "t", answer: str = "resp_1") -> bytes | None:
    return asyncio.run(one.get(tenant, answer))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "PATIENCE_S", 0.0)


def test_what_was_put_is_found_before_the_books_have_it_and_by_its_tenant_alone() -> None:
    spool = Spool()
    one = WorkerShelf(lambda tenant, answer: None, spool, Clock())
    one.put(record())
    assert (got(one), got(one, tenant="other"), got(one, answer="resp_2")) == (b"w", None, None)
    assert spool.written == [record()]


def test_what_another_worker_put_is_found_in_the_books_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "PATIENCE_S", 1.0)
    monkeypatch.setattr(shelf, "POLL_S", 0.001)
    looks: list[int] = []

    def late(tenant: str, answer: str) -> KeptAnswer | None:
        looks.append(1)
        return record() if len(looks) > 2 else None

    assert got(WorkerShelf(late, Spool(), Clock())) == b"w"
    assert len(looks) == 3


def test_deleted_and_expired_answers_are_gone() -> None:
    clock, spool = Clock(), Spool()
    one = WorkerShelf(spool.read, spool, clock)
    one.put(record())
    one.put(record(None))
    assert got(one) is None
    one.put(record(answer="resp_2"))
    clock.at_s = 99.0
    assert got(one, answer="resp_2") == b"w"
    clock.at_s = 100.0
    assert got(one, answer="resp_2") is None


def test_memory_is_bounded_by_age_and_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MAX_FRESH_BYTES", 10)
    clock = Clock()
    one = WorkerShelf(lambda tenant, answer: None, Spool(), clock)
    one.put(record(b"12345678", answer="resp_1"))
    one.put(record(b"12345678", answer="resp_2"))
    assert (got(one, answer="resp_1"), got(one, answer="resp_2")) == (None, b"12345678")
    clock.at_s = shelf.FRESH_S + 0.1
    assert got(one, answer="resp_2") is None
