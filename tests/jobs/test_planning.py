"""Plans and budgets: what a slice needs at its traffic, what can be pooled, and a cap that is kept."""

import json
from pathlib import Path

import msgspec

from tests.cli.test_serve import understudy
from tests.jobs.books import ROUTE, World
from understudy.jobs.planning import Traffic, pools, slice_plan
from understudy.jobs.specs import ParitySpec
from understudy.parity.forecast import Guess
from understudy.ports import Exchange


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


def test_what_if_needs_no_database(tmp_path: Path) -> None:
    done = understudy(tmp_path, "parity", "plan", "--requests-per-day", "2000", "--json", "plan.json")
    assert done.returncode == 0, done.stderr
    assert "pairs" in done.stdout
    assert json.loads((tmp_path / "plan.json").read_text())["plans"][0]["requests_per_day"] == 2000
    wrong = understudy(tmp_path, "parity", "plan", "--requests-per-day", "9", "--difference", "0.9")
    assert wrong.returncode == 2


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
