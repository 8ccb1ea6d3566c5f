"""Slices as they are shown: the books' own figures, the one thing that blocks, and the last move."""

from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import ROUTE, World, asked_of
from tests.jobs.test_pool_verdicts import JUDGE, probe
from understudy.jobs.sanity import FIRST
from understudy.jobs.specs import JudgeSpec, ParitySpec
from understudy.jobs.status import SliceView, views
from understudy.ports import Batch, ProbeRow

SPECS = {"r": ROUTE.parity}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def shown(world: World) -> list[SliceView]:
    return views(world.store, SPECS, world.clock.now_s())


def test_nothing_is_shown_before_traffic(world: World) -> None:
    assert shown(world) == []


def test_a_new_slice_knows_nothing_and_says_what_it_needs(world: World) -> None:
    hypothesis = world.show()
    [view] = shown(world)
    assert (view.slice, view.route, view.kind, view.hypothesis) == ("r/chat", "r", "chat", hypothesis)
    assert (view.candidate, view.incumbent, view.check, view.attempt) == ("own-1", "rented-1", "word 1", 1)
    assert (view.status, view.rung, view.share, view.pairs) == ("shadowing", "shadow", 0.0, 0)
    assert (view.candidate_mean, view.incumbent_mean, view.difference) == (None, None, None)
    assert (view.low, view.high, view.e) == (-1.0, 1.0, 1.0)
    assert (view.next_rung, view.next_needs_e) == ("1 %", 5.0)
    assert "1 % needs more evidence" in (view.blocked or "")
    assert (view.last_move, view.last_reason) == (None, None)


def test_figures_are_those_of_the_books(world: World) -> None:
    hypothesis = world.show()
    world.play(hypothesis, [("right", "wrong"), ("right", "right"), ("wrong", "right"), ("right", "wrong")])
    [view] = shown(world)
    assert (view.pairs, view.wins, view.losses) == (4, 2, 1)
    assert (view.candidate_mean, view.incumbent_mean, view.difference) == (0.75, 0.5, 0.25)
    assert view.low < 0.25 < view.high
    assert view.e > 1.0


def test_a_slice_that_has_moved_says_why(world: World) -> None:
    hypothesis = world.show()
    world.play(hypothesis, [("right", "wrong")] * 40)
    [view] = shown(world)
    assert (view.status, view.rung, view.share) == ("watching", "100 %", 1.0)
    assert (view.next_rung, view.next_needs_e, view.blocked) == (None, None, None)
    assert view.last_move == "up"
    assert "opens 100 %" in (view.last_reason or "")
    assert view.watched + view.pairs == 40


def test_an_ended_slice_says_so(world: World) -> None:
    hypothesis = world.show()
    world.play(hypothesis, [("wrong", "right")] * 60)
    [view] = shown(world)
    assert (view.status, view.share, view.last_move) == ("stopped", 0.0, "stop")
    assert view.futility_e >= 100
    assert "a new build" in (view.blocked or "")


def test_slices_are_shown_in_order_and_only_of_configured_routes(world: World) -> None:
    for kind in ("zoo", "chat", "code"):
        world.show(kind)
    assert [view.slice for view in shown(world)] == ["r/chat", "r/code", "r/zoo"]
    assert views(world.store, {}, world.clock.now_s()) == []


def test_a_policy_that_changed_is_shown_at_once(world: World) -> None:
    world.show()
    high = {"r": msgspec.structs.replace(ROUTE.parity, risk="high")}
    [view] = views(world.store, high, world.clock.now_s())
    assert view.next_needs_e == 25.0


def test_what_blocks_a_slice_and_what_is_said_of_its_judge_are_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parity = ParitySpec(judge=JudgeSpec(model="third"))
    world = World(tmp_path, route=msgspec.structs.replace(ROUTE, parity=parity), judge=JUDGE)
    world.show()
    read = world.store.probes

    def talking(route: str, most: int) -> list[ProbeRow]:
        """The judge fails its trial right after it was read about."""
        found = read(route, most)
        world.store.enter(Batch(probes=tuple(probe(number, 1.0) for number in range(FIRST))))
        return found

    monkeypatch.setattr(world.store, "probes", talking)
    [view] = views(world.store, {"r": parity}, world.clock.now_s())
    assert view.judge is not None
    assert view.judge in (view.blocked or "")
    assert "is being tried" in view.judge


def test_many_slices_take_as_few_questions_as_one(tmp_path: Path) -> None:
    parity = ParitySpec(judge=JudgeSpec(model="third"), approvals=25)
    world = World(tmp_path, route=msgspec.structs.replace(ROUTE, parity=parity), judge=JUDGE)

    def took() -> int:
        with asked_of(world.store) as asked:
            views(world.store, {"r": parity}, world.clock.now_s())
        return len(asked)

    world.show("k0")
    one = took()
    for number in range(1, 6):
        world.show(f"k{number}")
    assert took() == one > 0


def test_the_moves_of_another_tenants_slice_are_not_this_ones(world: World) -> None:
    world.play(world.show(), [("right", "wrong")] * 40)
    world.spool.append(msgspec.structs.replace(world.exchange("chat"), tenant="other"))
    world.work()
    told = {view.slice: view.last_move for view in shown(world)}
    assert told == {"r/chat": "up", "other:r/chat": None}


def test_the_view_is_plain_data(world: World) -> None:
    world.show()
    [view] = shown(world)
    assert msgspec.json.decode(msgspec.json.encode(view), type=SliceView) == view
