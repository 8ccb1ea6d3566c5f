"""Slices on real books: registered before their first pair, moved by evidence alone, brought down, and never twice."""

from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import BUILDS, PLACES, ROUTE, World
from understudy.jobs.evaluator import Evaluator
from understudy.jobs.recording import link_of
from understudy.jobs.registrar import state_of
from understudy.jobs.replaying import replay_all
from understudy.jobs.specs import GuardrailSpec
from understudy.parity.state import Status
from understudy.ports import PairRow, SliceRow, StaleLease

GOOD = [("right", "right")] * 600
BETTER = [("right", "right"), ("right", "wrong")] * 120
WORSE = [("wrong", "right"), ("right", "right")] * 60


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def row(world: World) -> SliceRow:
    return world.store.slices()[0]


def test_a_hypothesis_is_registered_before_its_first_pair(world: World) -> None:
    hypothesis = world.show()
    registered = world.store.hypotheses()
    assert [one.id for one in registered] == [hypothesis]
    assert world.store.pairs(hypothesis) == []
    assert world.standing() == (hypothesis, 0.0)


def test_a_slice_climbs_rung_by_rung_and_every_move_is_recorded(world: World) -> None:
    hypothesis = world.show()
    world.play(hypothesis, BETTER)
    assert world.standing() == (hypothesis, 1.0)
    moves = [link_of(one).told() for one in world.store.transitions("r", "chat")]
    assert [move["to"] for move in moves] == ["1 %", "5 %", "25 %", "50 %", "100 %"]
    needed = [5, 10, 20, 50, 100]
    assert all(move["e"] >= least for move, least in zip(moves, needed, strict=True))


def test_a_worse_candidate_stays_in_shadow_and_is_stopped(world: World) -> None:
    hypothesis = world.show()
    world.play(hypothesis, WORSE)
    assert world.standing() == (hypothesis, 0.0)
    assert state_of(row(world)).ended is Status.STOPPED
    assert row(world).shadow is False


def test_PAR_1_8_lost_answers_of_the_candidate_are_failures(world: World) -> None:
    hypothesis = world.show()
    world.play(hypothesis, [(None, "right")] * 40)
    state = state_of(row(world))
    assert state.levels.losses == 40 or state.ended is Status.STOPPED
    assert world.standing()[1] == 0.0


def test_PAR_1_8_lost_answers_of_the_incumbent_are_void(world: World) -> None:
    hypothesis = world.show()
    world.play(hypothesis, [("right", None)] * 40)
    assert state_of(row(world)).promotion.mixture.n == 0


def test_what_is_void_is_read_once_and_not_at_every_look(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a judge is not believed all pairs are void, for days; and evidence goes on behind them."""
    read: list[int] = []
    pairs = world.store.pairs

    def counted(hypothesis: str, after_seq: int = 0) -> list[PairRow]:
        rows = pairs(hypothesis, after_seq)
        read.append(len(rows))
        return rows

    hypothesis = world.show()
    world.play(hypothesis, [("right", "wrong")] * 3 + [("right", None)] * 40)
    monkeypatch.setattr(world.store, "pairs", counted)
    world.work()
    world.work()
    assert sum(read) == 0
    # One that is open holds the rest back, void or not.
    opened = world.opened(hypothesis)
    world.add(opened)
    world.play(hypothesis, [("right", None), ("wrong", "right")])
    world.work()
    assert max(read) <= 3
    assert state_of(row(world)).levels.counts == ((1.0, 3),)
    world.add(world.settled(opened, "wrong", "right"))
    world.work()
    world.work()
    assert state_of(row(world)).levels.counts == ((-1.0, 2), (1.0, 3))
    monkeypatch.undo()
    world.start()
    world.play(hypothesis, [("right", "wrong")])
    assert state_of(row(world)).levels.counts == ((-1.0, 2), (1.0, 4))
    assert all(found.agrees for found in replay_all(world.store))


def test_PAR_1_9_a_pair_that_never_settles_holds_later_ones_back_and_then_counts_as_lost(world: World) -> None:
    hypothesis = world.show()
    world.add(world.opened(hypothesis))
    world.play(hypothesis, [("right", "wrong")] * 5)
    assert state_of(row(world)).promotion.mixture.n == 0
    world.clock.at_s += 1_000
    world.work()
    world.work()
    state = state_of(row(world))
    assert (state.levels.losses, state.levels.wins) == (1, 5)


def test_a_pair_that_settles_after_its_deadline_counts_as_lost(world: World) -> None:
    hypothesis = world.show()
    opened = world.opened(hypothesis)
    world.clock.at_s += 1_000
    world.add(opened, world.settled(opened, "right", "wrong"))
    world.work()
    world.work()
    assert state_of(row(world)).levels.losses == 1


def test_a_conversation_is_one_unit_and_enters_when_it_is_silent(world: World) -> None:
    hypothesis = world.show()
    for word in ("right", "wrong", "wrong", "wrong"):
        opened = world.opened(hypothesis, unit="talk", idle_s=60)
        world.add(opened, world.settled(opened, word, "right"))
        world.work()
    assert state_of(row(world)).promotion.mixture.n == 0
    world.clock.at_s += 61
    world.work()
    world.work()
    assert state_of(row(world)).levels.counts == ((-0.75, 1),)
    late = world.opened(hypothesis, unit="talk", idle_s=60)
    world.add(late, world.settled(late, "wrong", "right"))
    world.clock.at_s += 100
    world.work()
    world.work()
    assert state_of(row(world)).promotion.mixture.n == 1


def test_rollback_on_live_outcomes_takes_the_share_back(world: World) -> None:
    hypothesis = world.show()
    while world.standing()[1] < 0.05:
        world.play(hypothesis, [("right", "wrong")])
    assert world.standing() == (hypothesis, 0.05)
    for _ in range(100):
        world.add(*(world.live(hypothesis, "incumbent", "right") for _ in range(19)))
        world.add(world.live(hypothesis, "candidate", "wrong"))
        world.work()
        if world.standing()[1] == 0.0:
            break
    state = state_of(row(world))
    assert state.ended is Status.ROLLED_BACK
    assert link_of(world.store.transitions()[-1]).told()["move"] == "down"


def test_the_watch_alarms_after_100_percent_and_a_new_attempt_starts_from_shadow(world: World) -> None:
    hypothesis = world.show()
    world.play(hypothesis, BETTER)
    for _ in range(40):
        world.pair(hypothesis, "wrong", "right", served="candidate")
    world.work()
    fresh, share = world.standing()
    assert fresh != hypothesis
    assert share == 0.0
    assert state_of(row(world)).hypothesis.attempt == 2
    assert state_of(row(world)).promotion.mixture.n == 0
    assert link_of(world.store.transitions()[-1]).told()["move"] == "alarm"


def test_a_new_build_is_a_new_hypothesis_with_no_wealth(world: World, tmp_path: Path) -> None:
    hypothesis = world.show()
    world.play(hypothesis, BETTER)
    world.books.close()
    world.start({**BUILDS, "own": "own-2"})
    fresh, share = world.standing()
    assert fresh != hypothesis
    assert share == 0.0
    world.books.close()
    world.start(BUILDS)
    again, share = world.standing()
    assert again not in (hypothesis, fresh)
    assert share == 0.0


def test_a_restart_goes_on_where_it_stopped(world: World) -> None:
    hypothesis = world.show()
    world.play(hypothesis, GOOD[:50])
    before = state_of(row(world))
    world.books.close()
    world.start()
    world.work()
    assert state_of(row(world)) == before
    world.play(hypothesis, GOOD[:50])
    assert state_of(row(world)).promotion.mixture.n == 100


def test_two_evaluators_make_one_decision(world: World, tmp_path: Path) -> None:
    hypothesis = world.show()
    for own, rented in BETTER:
        world.pair(hypothesis, own, rented)
    while world.books.drain():
        pass
    first = world.store.lease("evaluate:default:r/chat", "elsewhere", 30, world.clock.now_s())
    assert first is None
    world.clock.at_s += 31
    stolen = world.store.lease("evaluate:default:r/chat", "elsewhere", 1_000, world.clock.now_s())
    assert stolen is not None
    world.work()
    assert world.standing() == (hypothesis, 0.0)
    with pytest.raises(StaleLease):
        world.store.save(row(world), None, lease="evaluate:default:r/chat", fence=stolen - 1)
    world.clock.at_s += 2_000
    world.work()
    assert world.standing() == (hypothesis, 1.0)
    assert len(world.store.transitions()) == 5


def test_PAR_1_5_whoever_has_a_slice_again_knows_which_conversations_entered_meanwhile(world: World) -> None:
    hypothesis = world.show()
    other = Evaluator(
        store=world.store,
        routes={"r": world.route},
        builds=BUILDS,
        panels={"r": world.panel()},
        clock=world.clock,
        holder="elsewhere",
        salt_id="salt",
        places=PLACES,
    )

    def talked() -> None:
        opened = world.opened(hypothesis, unit="talk", idle_s=60)
        world.add(opened, world.settled(opened, "right", "wrong"))
        while world.books.drain():
            pass
        world.clock.at_s += 100

    talked()
    other.turn(world.clock.now_s())
    assert state_of(row(world)).promotion.mixture.n == 1
    talked()
    world.work()
    world.work()
    assert state_of(row(world)).promotion.mixture.n == 1


def test_the_last_rung_is_the_fleets(tmp_path: Path) -> None:
    world = World(tmp_path, route=ROUTE)
    kinds = [f"kind{n}" for n in range(30)]
    world.add(*(world.exchange(kind) for kind in kinds))
    world.work()
    chosen = next(one for one in world.store.slices() if one.kind == "kind0").hypothesis
    # 150 is enough alone; beside thirty hypotheses the first needs 600.
    wins = 0
    while world.standing("kind0")[1] < 0.5:
        world.play(chosen, [("right", "wrong")])
        wins += 1
    assert world.standing("kind0")[1] == 0.5
    world.play(chosen, [("right", "wrong")] * 4)
    state = state_of(next(one for one in world.store.slices() if one.kind == "kind0"))
    assert (state.promotion.log_e >= 6.397) == (world.standing("kind0")[1] == 1.0)


def test_PAR_5_2_after_an_unsafe_alarm_running_conversations_leave_though_a_new_attempt_begins(tmp_path: Path) -> None:
    rails = {"safety": GuardrailSpec(check="word", unsafe=True)}
    parity = msgspec.structs.replace(ROUTE.parity, guardrails=rails, watch=1e300)
    world = World(tmp_path, route=msgspec.structs.replace(ROUTE, parity=parity))
    hypothesis = world.show()
    world.play(hypothesis, BETTER)
    assert world.standing() == (hypothesis, 1.0)
    world.play(hypothesis, [("wrong", "right")] * 400)
    told = [link_of(one).told() for one in world.store.transitions()][-1]
    assert told["move"] == "alarm"
    assert "guardrail 'safety'" in told["reason"]
    assert world.standing()[0] != hypothesis
    assert (row(world).share, row(world).evict) == (0.0, True)


def test_the_books_say_whether_they_are_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("understudy.jobs.bookkeeper.BATCH", 3)
    for _ in range(4):
        world.spool.append(world.exchange("chat"))
    assert not world.books.behind
    seen = []
    while world.books.turn():
        seen.append(world.books.behind)
    assert seen[:2] == [True, False]
