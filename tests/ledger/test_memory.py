"""The ledger in memory: it forgets by age and by number, and by nothing else."""

from understudy.ledger.memory import MemoryLedger
from understudy.ports import Ledger


class Clock:
    def __init__(self) -> None:
        self.at_s = 0.0

    def now_s(self) -> float:
        raise AssertionError("a ledger has no use for the wall clock, which may jump")

    def monotonic_s(self) -> float:
        return self.at_s


def test_what_was_remembered_is_recalled() -> None:
    ledger: Ledger = MemoryLedger(Clock())
    assert ledger.recall("c") is None
    ledger.remember("c", "own")
    assert ledger.recall("c") == "own"
    ledger.remember("c", "rented")
    assert ledger.recall("c") == "rented"


def test_a_silent_conversation_is_forgotten_and_a_turn_renews_it() -> None:
    clock = Clock()
    ledger = MemoryLedger(clock, ttl_s=10.0)
    ledger.remember("c", "own")
    clock.at_s = 10.0
    assert ledger.recall("c") == "own"
    ledger.remember("c", "own")
    clock.at_s = 20.0
    assert ledger.recall("c") == "own"
    clock.at_s = 20.001
    assert ledger.recall("c") is None


def test_looking_does_not_renew() -> None:
    clock = Clock()
    ledger = MemoryLedger(clock, ttl_s=10.0)
    ledger.remember("c", "own")
    clock.at_s = 9.0
    assert ledger.recall("c") == "own"
    clock.at_s = 11.0
    assert ledger.recall("c") is None


def test_the_number_is_bounded_and_the_oldest_goes_first() -> None:
    ledger = MemoryLedger(Clock(), limit=3)
    for name in "abc":
        ledger.remember(name, "own")
    ledger.remember("a", "own")
    ledger.remember("d", "own")
    assert [name for name in "abcd" if ledger.recall(name)] == ["a", "c", "d"]
