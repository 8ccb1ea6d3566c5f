"""The wiring: what a worker's snapshots are made of."""

import asyncio
from pathlib import Path

from tests.gateway.sites import Clock
from understudy.app import Notice
from understudy.ledger.holds import WorkerHolds
from understudy.policy.budgets import NOTHING, Beside, day_of
from understudy.policy.keys import Key, Keyring
from understudy.ports import Batch, Exchange
from understudy.routing.board import Board
from understudy.storage.open import open_store


def test_a_cost_counts_once_before_the_books_have_it_and_after(tmp_path: Path) -> None:
    clock, holds = Clock(), WorkerHolds()
    ring = Keyring({"d": Key(name="team", digest="d", budget_usd_per_day=1.0)})
    done = [Exchange(id=name, at_s=clock.now_s(), key="team", cost_nano_usd=7) for name in "ab"]
    store = open_store(f"sqlite:///{tmp_path}/books.db", secret=b"s" * 32)
    notice = Notice(Board(), ring, store, clock, holds)
    for one in done:
        holds.hold(one.id, "team", "", 100)
        holds.end(one)
    store.enter(Batch(exchanges=(done[0],)))
    asyncio.run(notice.refresh())
    assert notice.current().spent.day == day_of(clock.now_s())
    assert (notice.current().spent.keys, holds.of_key("team")) == ({"team": 7}, Beside(cost=7))
    store.enter(Batch(exchanges=(done[1],)))
    asyncio.run(notice.refresh())
    assert (notice.current().spent.keys, holds.of_key("team")) == ({"team": 14}, NOTHING)
    store.close()
