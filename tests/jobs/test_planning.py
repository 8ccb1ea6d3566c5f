"""Plans and budgets: what a slice needs at its traffic, what can be pooled, and a cap that is kept."""

import json
from pathlib import Path

import msgspec
import pytest

from tests.cli.test_serve import understudy
from tests.jobs.books import ROUTE, World
from understudy.jobs.planning import Traffic, plan, pools, slice_plan
from understudy.jobs.specs import ParitySpec
from understudy.jobs.spending import SHARE_EVERY_S
from understudy.parity.forecast import Guess
from understudy.ports import Exchange, Purpose, Status


def test_days_and_money_follow_from_pairs() -> None:
    one = slice_plan("r/chat", ParitySpec(), Traffic(2_000, 0.004), 0.05, Guess())
    for need in one.needs:
        assert need.pairs is not None
        assert need.days == need.pairs / 100
        assert need.usd == need.pairs * 0.004
    assert one.decidable
    assert slice_plan("r/chat", ParitySpec(), Traffic(2_000), 0.05, Guess()).needs[0].usd is None


def test_small_slices_are_pooled_where_that_helps() -> None:
    small = [slice_plan(f"r/k{n}", ParitySpec(), Traffic(60), 0.05, Guess()) for n in range(3)]
    assert not any(one.decidable for one in small)
    assert pools(small) == {"r": ["k0", "k1", "k2"]}
    assert pools(small[:1]) == {}


def test_what_load_left_out_is_no_pair_to_come(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.show()

    def planned(status: Status, count: int) -> float:
        for _ in range(count):
            at_s, name = world.clock.now_s(), world.new_id()
            world.add(Exchange(id=name, at_s=at_s, purpose="shadow", status=status, route="r", kind="chat"))
        world.work()
        (one,) = plan(world.store, {"r": ROUTE.parity}, world.clock.now_s())
        return one.rate

    assert planned("ok", 3) == ROUTE.parity.shadow
    assert planned("refused", 1) == pytest.approx(0.75 * ROUTE.parity.shadow)


def test_what_if_needs_no_database(tmp_path: Path) -> None:
    done = understudy(tmp_path, "parity", "plan", "--requests-per-day", "2000", "--json", "plan.json")
    assert done.returncode == 0, done.stderr
    assert "pairs" in done.stdout
    assert json.loads((tmp_path / "plan.json").read_text())["plans"][0]["requests_per_day"] == 2000
    wrong = understudy(tmp_path, "parity", "plan", "--requests-per-day", "9", "--difference", "0.9")
    assert wrong.returncode == 2


def test_a_days_budget_is_a_cap_for_a_pool_too_and_below_it_a_pace(tmp_path: Path) -> None:
    parity = msgspec.structs.replace(ROUTE.parity, shadow=0.5, shadow_budget_usd_per_day=0.001)
    pool = msgspec.structs.replace(ROUTE, candidate=None, choose_from=("own", "rented"), parity=parity)
    world = World(tmp_path, route=pool)

    def told(purpose: Purpose, count: int, cost: int) -> float:
        for _ in range(count):
            at_s = world.clock.now_s()
            one = Exchange(id=world.new_id(), at_s=at_s, purpose=purpose, route="r", kind="chat", cost_nano_usd=cost)
            world.add(one)
        world.work()
        world.clock.at_s += SHARE_EVERY_S
        world.books.turn()
        return world.store.paces()["r"]

    assert told("serve", 100, 5_000) == 1.0
    # 100 requests in the journal's first hour, half of them compared: 1,200 of 1,000 nano-dollars a day.
    assert told("shadow", 2, 1_000) == pytest.approx(1_000_000 / (100 * 24 * 0.5 * 1_000))
    # What callers' own answers took besides is no price of comparing.
    assert told("trial", 2, 900_000) == pytest.approx(1_000_000 / (100 * 24 * 0.5 * 1_000))
    assert told("shadow", 1, 1_000_000) == 0.0
    assert [row.tenant for row in world.store.slices()] == []
    world.clock.at_s += 86_400
    world.books.turn()
    assert 0.0 < world.store.paces()["r"] < 1.0
    world.books.close()
    unbound = msgspec.structs.replace(parity, shadow_budget_usd_per_day=None)
    world.route = msgspec.structs.replace(pool, parity=unbound)
    world.start()
    assert world.store.paces() == {"r": 1.0}


def test_a_days_budget_is_a_cap(tmp_path: Path) -> None:
    parity = msgspec.structs.replace(ROUTE.parity, shadow_budget_usd_per_day=0.001)
    world = World(tmp_path, route=msgspec.structs.replace(ROUTE, parity=parity))
    world.show()

    def spend(cost: int) -> None:
        shadow = Exchange(
            id=world.new_id(), at_s=world.clock.now_s(), purpose="shadow", route="r", kind="chat", cost_nano_usd=cost
        )
        world.add(shadow)
        world.work()
        world.clock.at_s += 2
        world.books.turn()

    spend(10)
    assert (world.store.slices()[0].rate or 0.0) > 0
    spend(1_000_000)
    assert world.store.slices()[0].rate == 0.0
    world.clock.at_s += 86_400
    world.books.turn()
    assert (world.store.slices()[0].rate or 0.0) > 0
