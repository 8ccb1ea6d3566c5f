"""Patience: ever longer waits for what cannot be reached, and a day's calls that a restart counts again."""

import asyncio
from pathlib import Path

from tests.jobs.books import SECRET, Clock
from understudy.jobs.patience import MAX_RETRY_S, RETRY_S, DayCalls, Patience
from understudy.jobs.planning import DAY_S
from understudy.ports import Batch, Exchange
from understudy.storage.open import open_store


def test_what_could_not_be_reached_waits_ever_longer() -> None:
    clock = Clock()
    patience = Patience(clock)
    assert patience.due("a")
    waits = []
    for _ in range(9):
        patience.put_off("a")
        begun_s = clock.at_s
        while not patience.due("a"):
            clock.at_s += 1.0
        waits.append(clock.at_s - begun_s)
    assert waits == [*(RETRY_S * 2**times for times in range(6)), *([MAX_RETRY_S] * 3)]
    patience.put_off("a", 7.0)
    clock.at_s += 7.0
    assert (patience.due("a"), len(patience)) == (True, 1)


def test_what_waits_no_more_is_forgotten() -> None:
    patience = Patience(Clock())
    for name in ("a", "b"):
        patience.put_off(name)
    patience.keep({"b", "c"})
    assert (len(patience), patience.due("a"), patience.due("b")) == (1, True, False)


def test_a_days_calls_are_counted_on_from_the_journal(tmp_path: Path) -> None:
    store, clock = open_store(f"sqlite:///{tmp_path}/books.db", secret=SECRET), Clock()
    told = [
        Exchange(id=f"e{number}", at_s=clock.now_s(), purpose="judge", route=route, kind="chat")
        for number, route in enumerate(("r", "r", "r", "other"))
    ]
    store.enter(Batch(exchanges=tuple(told)))
    calls = DayCalls(store, clock)

    def asked(count: int, most: int | None = 7) -> list[bool]:
        return [asyncio.run(calls.may("r", most)) for _ in range(count)]

    # Three are in the journal, and each verdict takes two.
    assert asked(3) == [True, True, False]
    assert asked(1, None) == [True]

    async def at_once() -> list[bool]:
        return await asyncio.gather(*(fresh.may("r", 7) for _ in range(4)))

    fresh = DayCalls(store, clock)
    assert sum(asyncio.run(at_once())) == 2
    clock.at_s += DAY_S
    assert asked(4) == [True, True, True, False]
