"""Which event feeds which process, which moves exist, and that the state is a faithful fold of its events."""

import random
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.streams import fed, fresh, served
from understudy.parity.events import Event, Judged, Live, Pair
from understudy.parity.ladder import LADDER, Rung
from understudy.parity.slices import Guardrail, Hypothesis, OutcomeKind, SliceId
from understudy.parity.state import Move, SliceState, Status, absorb, apply, open_slice
from understudy.stats.mixture import Mixture

xs = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), max_size=40)


def at(rung: Rung, **changes: object) -> SliceState:
    return msgspec.structs.replace(fresh(), rung=rung, **changes)


@given(values=xs, seed=st.randoms(use_true_random=False))
def test_PAR_3_3_the_order_of_pairs_moves_the_tip_and_the_peak_but_not_the_evidence(
    values: list[float], seed: random.Random
) -> None:
    one, other = fed(fresh(), values), fed(fresh(), seed.sample(values, len(values)))
    assert one.levels == other.levels
    assert one.promotion.log_e == pytest.approx(other.promotion.log_e, abs=1e-9)
    assert one.promotion.log_e == pytest.approx(Mixture.of(one.promotion.mixture.bet, one.levels).log_e, abs=1e-9)
    assert one.pairs.seq == len(values)


@given(values=xs, flags=st.lists(st.booleans(), min_size=30, max_size=30), seed=st.randoms(use_true_random=False))
def test_how_the_two_streams_interleave_does_not_matter(
    values: list[float], flags: list[bool], seed: random.Random
) -> None:
    pairs: list[Event] = [Pair(i, f"u{i}", x, x, live=True) for i, x in enumerate(values, 1)]
    lives: list[Event] = [Live(i, f"v{i}", flag, float(flag)) for i, flag in enumerate(flags, 1)]
    one = at(Rung.P25)
    for event in [*pairs, *lives]:
        one = absorb(one, event)
    other, left, right = at(Rung.P25), pairs[:], lives[:]
    while left or right:
        stream = seed.choice([stream for stream in (left, right) if stream])
        other = absorb(other, stream.pop(0))
    assert one.rollback.log_e == pytest.approx(other.rollback.log_e, abs=1e-9)
    assert one.breaker.log_e == pytest.approx(other.breaker.log_e, abs=1e-9)
    assert (one.live, one.rollback.n, one.rollback.blocks) == (other.live, other.rollback.n, other.rollback.blocks)
    assert (one.pairs, one.outcomes, one.promotion) == (other.pairs, other.outcomes, other.promotion)


def test_in_shadow_pairs_feed_promotion_and_futility_alone() -> None:
    state = fed(fresh(), [-1.0] * 5)
    assert (state.promotion.mixture.n, state.futility.mixture.n) == (5, 5)
    assert (state.rollback.n, state.breaker.n, state.watch.n, state.live) == (0, 0, 0, 0)
    assert served(state, candidate=True, y=0.0).rollback == state.rollback


@pytest.mark.parametrize("rung", [Rung.P1, Rung.P5, Rung.P25, Rung.P50])
def test_in_canary_pairs_feed_rollback_and_breaker_too(rung: Rung) -> None:
    state = fed(at(rung), [-1.0] * 5, live=True, technical=-1.0)
    assert (state.promotion.mixture.n, state.rollback.n, state.breaker.n) == (5, 5, 5)
    assert state.rollback.log_e > 0
    assert state.breaker.log_e > 0
    assert (state.live, state.watch.n) == (5, 0)


def test_live_outcomes_meet_in_blocks_and_count_the_candidates() -> None:
    state = at(Rung.P25)
    for _ in range(3):
        state = served(state, candidate=False, y=1.0)
    state = served(state, candidate=True, y=0.0, good=False)
    assert (state.rollback.n, state.breaker.n, state.live) == (1, 1, 1)
    assert state.rollback.log_e == pytest.approx(Mixture(state.rollback.mixture.bet).update(-1.0).log_e)


def test_without_an_opinion_only_the_breaker_hears() -> None:
    state = served(served(at(Rung.P50), candidate=False, y=None), candidate=True, y=None, good=False)
    assert (state.rollback.n, state.breaker.n, state.live) == (0, 1, 0)


def test_after_100_percent_pairs_feed_the_watch_alone_and_the_evidence_is_frozen() -> None:
    before = msgspec.structs.replace(fed(fresh(), [1.0] * 5), rung=Rung.P100)
    after = served(fed(before, [-1.0] * 5), candidate=True, y=0.0)
    assert after.promotion == before.promotion
    assert (after.watch.n, after.rollback.n, after.futility) == (5, 0, before.futility)


def test_an_ended_hypothesis_learns_nothing_more_but_its_cursors_go_on() -> None:
    ended = apply(at(Rung.P5), Move.DOWN, Rung.SHADOW, 1.0)
    later = served(fed(ended, [1.0]), candidate=True, y=1.0)
    assert (later.pairs.seq, later.outcomes.seq) == (1, 1)
    assert later.promotion == ended.promotion
    assert not later.compared


def test_PAR_1_5_an_event_is_refused_the_second_time() -> None:
    with pytest.raises(ValueError, match="each enters once"):
        absorb(fed(fresh(), [1.0]), Pair(1, "u1", 1.0))


@given(values=xs)
def test_json_is_a_faithful_copy(values: list[float]) -> None:
    state = served(fed(at(Rung.P5), values), candidate=False, y=1.0)
    assert msgspec.json.decode(msgspec.json.encode(state), type=SliceState) == state


def test_status_in_a_word() -> None:
    held = apply(at(Rung.P5), Move.HOLD, Rung.P5, 1.0)
    found = [fresh().status, at(Rung.P5).status, at(Rung.P100).status, held.status]
    assert found == [Status.SHADOWING, Status.CANARY, Status.WATCHING, Status.HELD]
    assert apply(held, Move.RELEASE, Rung.P5, 2.0) == at(Rung.P5)


@pytest.mark.parametrize(
    ("rung", "move", "status", "reopens"),
    [
        (Rung.SHADOW, Move.STOP, Status.STOPPED, False),
        (Rung.P5, Move.DOWN, Status.ROLLED_BACK, False),
        (Rung.P100, Move.ALARM, Status.ALARMED, True),
        (Rung.P5, Move.ALARM, Status.ALARMED, True),
    ],
)
def test_PAR_6_3_PAR_7_3_endings(rung: Rung, move: Move, status: Status, reopens: bool) -> None:
    ended = apply(at(rung), move, Rung.SHADOW, 9.0)
    assert (ended.status, ended.rung, ended.since_s, ended.reopens) == (status, Rung.SHADOW, 9.0, reopens)
    for again in Move:
        if again not in (Move.NONE, Move.FORCE):
            with pytest.raises(ValueError, match="no such step"):
                apply(ended, again, Rung.SHADOW, 10.0)


def test_PAR_4_6_a_person_may_lower_and_it_is_held_there() -> None:
    lowered = apply(at(Rung.P50, live=7), Move.LOWER, Rung.P5, 3.0)
    assert (lowered.rung, lowered.held, lowered.live, lowered.since_s) == (Rung.P5, True, 0, 3.0)


LEGAL: dict[Move, Callable[[Rung, Rung], bool]] = {
    Move.NONE: lambda rung, to: to is rung,
    Move.HOLD: lambda rung, to: to is rung,
    Move.RELEASE: lambda rung, to: to is rung,
    Move.LOWER: lambda rung, to: to < rung,
    Move.UP: lambda rung, to: LADDER.index(to) == LADDER.index(rung) + 1,
    Move.FORCE: lambda rung, to: to is Rung.P100,
    Move.DOWN: lambda rung, to: to is Rung.SHADOW and Rung.SHADOW < rung < Rung.P100,
    Move.STOP: lambda rung, to: to is Rung.SHADOW and rung < Rung.P100,
    Move.ALARM: lambda rung, to: to is Rung.SHADOW and rung not in (Rung.P25, Rung.P50),
}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("rung", LADDER)
def test_no_move_skips_a_rung(move: Move, rung: Rung) -> None:
    for to in LADDER:
        if LEGAL[move](rung, to):
            assert apply(at(rung), move, to, 1.0).rung is to
        else:
            with pytest.raises(ValueError, match="no such step"):
                apply(at(rung), move, to, 1.0)


LABELLED = Hypothesis(
    slice=SliceId("r", "k"),
    candidate="a",
    incumbent="b",
    check="judge",
    outcome=OutcomeKind.JUDGE_WITH_LABELS,
    labels=0.25,
    guardrails=(Guardrail(name="format", check="json"), Guardrail(name="safety", check="safe", unsafe=True)),
)


def test_PAR_8_1_a_label_corrects_the_judge_and_teaches_it() -> None:
    state = open_slice(LABELLED, 0.0)
    scored = absorb(state, Pair(1, "u1", 1.0, judged=Judged(0.25)))
    assert scored.levels.counts == ((0.0, 1),)  # a judge that has no labels yet has no weight
    labelled = absorb(scored, Pair(2, "u2", 1.0, judged=Judged(0.25, label=-1.0)))
    assert labelled.levels.counts == ((-4.0, 1), (0.0, 1))
    assert labelled.predictor is not None
    assert labelled.predictor.n == 1
    lost = absorb(labelled, Pair(3, "u3", -1.0, judged=Judged(0.25, certain=True)))
    assert lost.levels.losses == 2
    assert lost.predictor == labelled.predictor


def test_PAR_1_7_each_guardrail_has_its_own_evidence_and_no_opinion_moves_nothing() -> None:
    state = absorb(open_slice(LABELLED, 0.0), Pair(1, "u1", 0.0, rails=(("format", -1.0),), judged=Judged(0.25)))
    form, safety = state.rails
    assert form.broken.log_e > 0 > form.holds.log_e
    assert (safety.broken.n, safety.holds.mixture.n) == (0, 0)


def test_a_state_with_a_judge_and_guardrails_is_copied_faithfully() -> None:
    state = absorb(
        open_slice(LABELLED, 0.0), Pair(1, "u1", 0.5, rails=(("safety", 0.0),), judged=Judged(0.25, 0.1, 1.0, 0.5))
    )
    assert msgspec.json.decode(msgspec.json.encode(state), type=SliceState) == state


def test_PAR_7_1_at_100_percent_the_hold_out_feeds_the_watch() -> None:
    state = at(Rung.P100)
    waiting = served(state, True, 0.0)
    assert waiting.watch.n == 0
    met = served(waiting, False, 1.0)
    assert met.watch == state.watch.update(-1.0)
    assert met.promotion == state.promotion
    assert served(state, True, None) == msgspec.structs.replace(state, outcomes=served(state, True, None).outcomes)


def test_PAR_7_4_alone_the_candidate_is_held_against_the_incumbents_old_mean() -> None:
    known = fresh()
    for n, y in enumerate((1.0, 1.0, 1.0, 0.0), 1):
        known = absorb(known, Pair(n, f"u{n}", 0.0, incumbent=y))
    assert known.baseline == 0.75
    state = msgspec.structs.replace(known, rung=Rung.P100)
    alone = absorb(state, Live(1, "v1", True, 0.5, alone=True))
    assert alone.watch == state.watch.update(-0.25)
    blind = msgspec.structs.replace(fresh(), rung=Rung.P100)
    assert absorb(blind, Live(1, "v1", True, 0.5, alone=True)).watch == blind.watch


@pytest.mark.parametrize("ended", [None, Status.STOPPED, Status.ROLLED_BACK])
@pytest.mark.parametrize("rung", [Rung.SHADOW, Rung.P25])
def test_PAR_4_4_a_forced_move_reopens_what_had_ended_and_compares_no_more(rung: Rung, ended: Status | None) -> None:
    forced = apply(at(rung, ended=ended, held=ended is None), Move.FORCE, Rung.P100, 7.0)
    assert (forced.rung, forced.forced, forced.ended, forced.since_s) == (Rung.P100, True, None, 7.0)
    assert not forced.compared
    with pytest.raises(ValueError, match="no such step"):
        apply(forced, Move.FORCE, Rung.P100, 8.0)
    with pytest.raises(ValueError, match="no such step"):
        apply(forced, Move.LOWER, Rung.P5, 8.0)


def test_on_a_slice_whose_users_speak_pairs_feed_no_rollback() -> None:
    users = msgspec.structs.replace(fresh().hypothesis, feedback=True)
    state = msgspec.structs.replace(open_slice(users, 0.0), rung=Rung.P5)
    assert fed(state, [-1.0] * 5).rollback == state.rollback
    spoke = served(served(state, False, 1.0), True, 0.0, good=True)
    assert spoke.rollback.log_e > 0
    assert spoke.rollback.forward is not None
    assert spoke.rollback.forward.log_e < 0
