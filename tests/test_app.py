"""The wiring: what a worker's snapshots are made of."""

import asyncio
from pathlib import Path

import msgspec

from tests.gateway.sites import Clock
from understudy.app import Notice
from understudy.ledger.holds import WorkerHolds
from understudy.policy.budgets import NOTHING, Beside, day_of
from understudy.policy.keys import Key, Keyring
from understudy.ports import Batch, BeliefRow, Exchange
from understudy.routing.beliefs import Belief, Dial, Learned
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


def belief(tenant: str, at_s: float, version: str) -> BeliefRow:
    dial = Dial(name="quality", aim=0.0, price=0.0, per="call", met=True, words="")
    learned = Belief(
        version=version, tenant=tenant, route="auto", incumbent="rented", at_s=at_s, labels=9, records={}, dial=dial
    )
    body = msgspec.msgpack.encode(learned)
    return BeliefRow(tenant=tenant, route="auto", version=version, at_s=at_s, since_s=0.0, words="won", body=body)


def test_a_board_has_every_belief_though_one_was_begun_before_another_that_was_booked_first(tmp_path: Path) -> None:
    """Learning takes seconds and is dated by its beginning; a deletion is booked at once, and clocks step back."""
    store = open_store(f"sqlite:///{tmp_path}/books.db", secret=b"s" * 32)
    notice = Notice(Board(), Keyring(), store, Clock(), WorkerHolds())

    def known() -> dict[str, str]:
        asyncio.run(notice.refresh())
        beliefs = notice.current().board.beliefs.items()
        return {tenant: learned.belief.version for (tenant, _), learned in beliefs if isinstance(learned, Learned)}

    store.enter(Batch(beliefs=(belief("a", 10.0, "a1"),)))
    assert known() == {"a": "a1"}
    store.enter(Batch(beliefs=(belief("b", 9.0, "b1"),)))
    assert known() == {"a": "a1", "b": "b1"}
    store.enter(Batch(beliefs=(belief("b", 9.5, "b2"), belief("a", 11.0, "a2"))))
    assert known() == {"a": "a2", "b": "b2"}
    store.close()
