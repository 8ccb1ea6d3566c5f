"""The gate: what lets a slice rise, what takes it down, and the one condition that people are told."""

import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parity.streams import EAGER, NO_FACTS, driven, fed, fresh, served
from understudy.parity.gate import Approval, Evidence, Facts, Policy, blocking, decide
from understudy.parity.ladder import LADDER, Block, Rung, threshold
from understudy.parity.slices import OutcomeKind, RiskClass
from understudy.parity.state import Move, Rail, SliceState, Status, apply, open_slice
from understudy.stats.mixture import Mixture, Trail, promotion, rollback

# Far above what any rung needs.
PLENTY = [1.0] * 40


def at(rung: Rung, xs: list[float] = PLENTY, **changes: object) -> SliceState:
    """A slice with evidence, on a rung since time 0."""
    return msgspec.structs.replace(fed(fresh(), xs), rung=rung, **changes)


def rail(e: float, *, broken: float = 1.0, unsafe: bool = False) -> Rail:
    """A guardrail that holds and is broken at these e-values: all eight gamblers own as much."""
    holds = Mixture(promotion(0.02), (math.log(e),) * 8)
    harm = Mixture(rollback(0.02), (math.log(broken),) * 8)
    return Rail("format", unsafe, Trail(holds, holds.log_e), harm)


def e_of(state: SliceState) -> float:
    return math.exp(state.promotion.log_e)


def block(state: SliceState, policy: Policy = EAGER, facts: Facts = NO_FACTS, now_s: float = 1e9) -> Block | None:
    decision = decide(state, policy, facts, now_s)
    assert (decision.blocked_by is None) == (decision.move is not Move.NONE) or state.rung is Rung.P100
    return decision.blocked_by.block if decision.blocked_by else None


def test_a_good_candidate_climbs_every_rung_in_order_and_is_watched() -> None:
    state, moves = driven(fresh(), PLENTY)
    assert [move.to for move in moves] == list(LADDER[1:])
    assert {move.move for move in moves} == {Move.UP}
    assert state.status is Status.WATCHING
    assert "e = " in moves[0].reason


def test_before_the_first_pair_nothing_moves() -> None:
    decision = decide(fresh(), EAGER, NO_FACTS, 1e9)
    assert (decision.move, decision.to) == (Move.NONE, Rung.SHADOW)
    assert decision.blocked_by is not None
    assert decision.blocked_by.block is Block.EVIDENCE
    assert (decision.blocked_by.needed, decision.blocked_by.has) == (5.0, 1.0)
    assert "e = 1 of 5 after 0 pairs" in decision.reason


@settings(max_examples=60, deadline=None)
@given(xs=st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), max_size=120), risk=st.sampled_from(RiskClass))
def test_a_rung_never_rises_without_its_evidence_and_never_skips(xs: list[float], risk: RiskClass) -> None:
    policy = msgspec.structs.replace(EAGER, risk=risk)
    state = fresh()
    for x in xs:
        state = fed(state, [x])
        decision = decide(state, policy, NO_FACTS, 0.0)
        if decision.move is Move.UP:
            assert LADDER.index(decision.to) == LADDER.index(state.rung) + 1
            assert state.promotion.log_e >= math.log(threshold(decision.to, risk))
        else:
            assert decision.to <= state.rung
        state = apply(state, decision.move, decision.to, 0.0)


@given(xs=st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=30), now_s=st.floats(0, 1e6))
def test_the_same_arguments_give_the_same_word(xs: list[float], now_s: float) -> None:
    state = fed(fresh(), xs)
    assert decide(state, Policy(), NO_FACTS, now_s) == decide(state, Policy(), NO_FACTS, now_s)


def test_PAR_4_3_an_open_rung_stays_open_when_e_falls_and_the_next_waits() -> None:
    state, _ = driven(fresh(), [1.0] * 5)
    assert state.rung is Rung.P1
    fallen = fed(state, [-1.0])
    assert e_of(fallen) < 5
    assert decide(fallen, EAGER, NO_FACTS, 1e9).to is Rung.P1
    assert block(fallen) is Block.EVIDENCE


def test_PAR_4_2_evidence_counts_as_it_is_now_and_not_as_it_once_was() -> None:
    state = fed(fresh(), [1.0] * 5 + [-1.0] * 2)
    assert state.promotion.log_e < math.log(5) <= state.promotion.peak
    assert block(state) is Block.EVIDENCE


# --- conditions -------------------------------------------------------------------------------------------------


def test_hold_is_told_before_all_else() -> None:
    assert block(msgspec.structs.replace(fresh(outcome=OutcomeKind.JUDGE), rung=Rung.P5, held=True)) is Block.HOLD


def test_PAR_2_6_a_judge_alone_stops_at_5_percent_whatever_e_says() -> None:
    state, moves = driven(fresh(outcome=OutcomeKind.JUDGE), PLENTY)
    assert state.rung is Rung.P5
    assert [move.to for move in moves] == [Rung.P1, Rung.P5]
    assert block(state) is Block.OUTCOME_KIND
    assert e_of(state) > 1e6


def test_PAR_4_1_high_risk() -> None:
    state = fed(fresh(), [1.0] * 6)
    assert 5 < e_of(state) < 25
    assert block(state) is None
    assert block(state, msgspec.structs.replace(EAGER, risk=RiskClass.HIGH)) is Block.EVIDENCE


def test_the_evidence_condition_says_how_far_it_is() -> None:
    condition = blocking(fed(fresh(), [0.0] * 8 + [1.0, -1.0]), EAGER, NO_FACTS, 0.0)
    assert condition is not None
    assert condition.pairs_to_go is not None
    assert 100 < condition.pairs_to_go < 1000
    assert f"about {condition.pairs_to_go} more pairs" in condition.sentence
    worse = blocking(fed(fresh(), [-1.0] * 12), EAGER, NO_FACTS, 0.0)
    assert worse is not None
    assert worse.pairs_to_go is None
    assert "not growing" in worse.sentence


@pytest.mark.parametrize(
    ("rung", "since_s", "now_s", "expected"),
    [
        (Rung.SHADOW, 0.0, 3599.0, Block.DWELL),
        (Rung.SHADOW, 0.0, 3600.0, None),
        (Rung.P25, 0.0, 86399.0, Block.DWELL),
        (Rung.P25, 0.0, 86400.0, None),
        (Rung.P50, 100.0, 3699.0, Block.DWELL),
        (Rung.P5, 100.0, 50.0, Block.DWELL),
    ],
)
def test_PAR_4_2_dwell(rung: Rung, since_s: float, now_s: float, expected: Block | None) -> None:
    assert block(at(rung, since_s=since_s), Policy(fleet=False), now_s=now_s) is expected


def test_PAR_2_6_conversations_climb_only_on_their_own_history() -> None:
    talk = msgspec.structs.replace(EAGER, multi_turn=True)
    for rung in (Rung.P5, Rung.P25, Rung.P50):
        assert block(at(rung, live=44), talk) is Block.CANARY
        assert block(at(rung, live=45), talk) is None
        assert block(at(rung, live=0), EAGER) is None
    for rung in (Rung.SHADOW, Rung.P1):
        assert block(at(rung), talk) is None


def test_PAR_4_2_capacity() -> None:
    assert block(at(Rung.P1), facts=Facts(capacity=False)) is Block.CAPACITY


def approval(state: SliceState, who: str, rung: Rung, hypothesis: str | None = None) -> Approval:
    return Approval(hypothesis or state.hypothesis.id, rung, who, 1.0, "0" * 64)


def test_PAR_4_5_approvals_are_for_one_rung_of_one_hypothesis_by_different_people() -> None:
    two = msgspec.structs.replace(EAGER, approvals=2)
    state = at(Rung.P5)
    ann, bob = (approval(state, who, Rung.P25) for who in ("ann", "bob"))
    assert block(state, two, Facts(approvals=(ann, bob))) is None
    for given_ in (
        (ann,),
        (ann, ann),
        (ann, approval(state, "bob", Rung.P5)),
        (ann, approval(state, "bob", Rung.P25, state.hypothesis.retry().id)),
    ):
        assert block(state, two, Facts(approvals=given_)) is Block.APPROVALS


def test_PAR_1_7_guardrails_must_pass_their_rung_too() -> None:
    assert block(at(Rung.P5, rails=(rail(20),))) is None
    assert block(at(Rung.P5, rails=(rail(19),))) is Block.GUARDRAIL
    assert block(at(Rung.SHADOW, rails=(rail(1e4, broken=100),))) is Block.GUARDRAIL


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize(("rung", "move"), [(Rung.P5, Move.DOWN), (Rung.P100, Move.ALARM)])
def test_a_guardrail_that_shows_harm_takes_the_share_back(rung: Rung, move: Move, unsafe: bool) -> None:
    decision = decide(at(rung, rails=(rail(1e4, broken=100, unsafe=unsafe),)), EAGER, NO_FACTS, 1e9)
    assert (decision.move, decision.to, decision.evict) == (move, Rung.SHADOW, unsafe)
    assert "'format'" in decision.reason


def test_PAR_9_1_the_last_rung_waits_for_the_fleet_and_only_the_last() -> None:
    fleet = msgspec.structs.replace(EAGER, fleet=True)
    assert block(at(Rung.P50), fleet) is Block.FLEET
    assert block(at(Rung.P50), fleet, Facts(in_fleet=True)) is None
    assert block(at(Rung.P25), fleet) is None


def test_the_fleet_is_asked_last() -> None:
    fleet = msgspec.structs.replace(EAGER, fleet=True, approvals=1)
    assert block(at(Rung.P50), fleet) is Block.APPROVALS


def judged(rung: Rung, outcome: OutcomeKind = OutcomeKind.JUDGE) -> SliceState:
    """A slice with evidence, given by a judge that nobody corrects."""
    return msgspec.structs.replace(fed(fresh(outcome=outcome), PLENTY), rung=rung)


def test_RT_6_9_a_judge_that_is_not_believed_opens_no_rung() -> None:
    facts = Facts(judge="judge third is not believed")
    for state in (judged(Rung.SHADOW), judged(Rung.P1), judged(Rung.P25, OutcomeKind.FEEDBACK)):
        decision = decide(state, EAGER, facts, 1e9)
        assert (decision.move, decision.reason) == (Move.NONE, "judge third is not believed")
        assert block(state, facts=facts) is Block.JUDGE
    assert decide(judged(Rung.SHADOW), EAGER, NO_FACTS, 1e9).move is Move.UP


@pytest.mark.parametrize("outcome", [OutcomeKind.JUDGE, OutcomeKind.FEEDBACK])
def test_RT_6_9_what_a_fooled_judge_alone_has_opened_begins_anew(outcome: OutcomeKind) -> None:
    facts = Facts(doubted=30)
    for rung in (Rung.SHADOW, Rung.P1, Rung.P5):
        decision = decide(judged(rung, outcome), EAGER, facts, 1e9)
        assert (decision.move, decision.to, decision.evict) == (Move.ALARM, Rung.SHADOW, False)
        assert decision.reason.startswith("30 of its verdicts were given by a judge that was found fooled since")
        assert apply(judged(rung, outcome), decision.move, decision.to, 1.0).reopens
    # Where users have agreed on evidence of their own, the slice stays.
    for rung in (Rung.P25, Rung.P50, Rung.P100):
        assert decide(judged(rung, OutcomeKind.FEEDBACK), EAGER, facts, 1e9).move in (Move.NONE, Move.UP)


# --- what takes a slice down ------------------------------------------------------------------------------------


def test_PAR_3_7_futility_stops_the_shadowing() -> None:
    state, moves = driven(fresh(), [-1.0] * 40)
    assert [(move.move, move.to) for move in moves] == [(Move.STOP, Rung.SHADOW)]
    assert state.status is Status.STOPPED
    assert not state.compared
    assert block(state) is Block.ENDED


def test_futility_on_a_rung_takes_the_share_back_too() -> None:
    state = msgspec.structs.replace(fed(fresh(), [-1.0] * 40), rung=Rung.P5)
    assert state.rollback.n == 0
    decision = decide(state, EAGER, NO_FACTS, 1e9)
    assert (decision.move, decision.to) == (Move.STOP, Rung.SHADOW)


def test_futility_is_not_forgotten_when_a_look_comes_late() -> None:
    state = fed(fresh(), [-1.0] * 12 + [1.0] * 12)
    assert state.futility.log_e < math.log(100) <= state.futility.peak
    assert decide(state, EAGER, NO_FACTS, 1e9).move is Move.STOP


def test_PAR_6_2_rollback_on_live_outcomes() -> None:
    state, n = at(Rung.P5), 0
    while decide(state, EAGER, NO_FACTS, 1e9).move is not Move.DOWN:
        for _ in range(19):
            state = served(state, candidate=False, y=1.0)
        state, n = served(state, candidate=True, y=float(n % 2)), n + 1
        # Rises to the next rung are not made here: the rung is what is tested.
    assert 5 < n < 45
    decision = decide(state, EAGER, NO_FACTS, 1e9)
    assert decision.to is Rung.SHADOW
    assert decision.reason.startswith("rollback: e = ")


def test_rollback_on_pairs_in_canary() -> None:
    state = at(Rung.P25, [1.0] * 300)
    n = 0
    while decide(state, EAGER, NO_FACTS, 1e9).move is not Move.DOWN:
        state, n = fed(state, [-1.0]), n + 1
    assert n < 15
    assert state.futility.peak < math.log(100)


def test_PAR_6_4_the_breaker_acts_on_technical_faults_alone() -> None:
    state = at(Rung.P5)
    for _ in range(12):
        for _ in range(19):
            state = served(state, candidate=False, y=None)
        state = served(state, candidate=True, y=None, good=False)
    decision = decide(state, EAGER, NO_FACTS, 1e9)
    assert decision.move is Move.DOWN
    assert decision.reason.startswith("technical faults")


def test_a_held_slice_still_comes_down() -> None:
    state = fed(at(Rung.P5, [0.0] * 50, held=True), [-1.0] * 30)
    assert decide(state, EAGER, NO_FACTS, 1e9).move is Move.DOWN


def test_PAR_7_2_the_watch_alarms_and_its_highest_point_counts() -> None:
    state = fed(at(Rung.P100), [-1.0] * 40 + [1.0] * 40)
    assert state.watch.value < 1000 <= state.watch.high
    decision = decide(state, EAGER, NO_FACTS, 1e9)
    assert (decision.move, decision.to) == (Move.ALARM, Rung.SHADOW)
    ended = apply(state, decision.move, decision.to, 1e9)
    assert ended.reopens
    assert decide(ended, EAGER, NO_FACTS, 2e9).blocked_by is not None


def test_a_watched_slice_stays_and_says_so() -> None:
    decision = decide(fed(at(Rung.P100), [0.0] * 20), EAGER, NO_FACTS, 1e9)
    assert (decision.move, decision.to, decision.blocked_by) == (Move.NONE, Rung.P100, None)
    assert "1000 is an alarm" in decision.reason


def test_evidence_is_the_states_numbers() -> None:
    state = fed(at(Rung.P5), [-1.0, 0.5])
    evidence = Evidence.of(state)
    assert evidence.log_e == state.promotion.log_e
    assert evidence.levels == state.levels.counts
    assert (evidence.pairs_seq, evidence.rollback_log_e) == (42, state.rollback.log_e)
    assert msgspec.convert(msgspec.to_builtins(evidence), Evidence) == evidence


@pytest.mark.parametrize(
    "wrong", [{"dwell_s": -1.0}, {"approvals": -1}, {"rollback_at": 1.0}, {"watch_at": 0.0}, {"cycle_s": math.nan}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        msgspec.convert(wrong, Policy)


RETIRES = msgspec.structs.replace(EAGER, retires_at_s=100.0)


@pytest.mark.parametrize("ended", [None, Status.STOPPED, Status.ROLLED_BACK])
@pytest.mark.parametrize("rung", [Rung.SHADOW, Rung.P1, Rung.P50, Rung.P100])
def test_PAR_4_4_on_its_last_day_the_incumbent_is_left_whatever_the_evidence(rung: Rung, ended: Status | None) -> None:
    state = at(rung, [-1.0] * 3, ended=ended, held=ended is None)
    assert decide(state, RETIRES, NO_FACTS, 99.0).move is not Move.FORCE
    decision = decide(state, RETIRES, NO_FACTS, 100.0)
    assert (decision.move, decision.to) == (Move.FORCE, Rung.P100)
    assert "e = " in decision.reason
    assert (ended is None) == ("before" not in decision.reason)


def test_PAR_4_4_nothing_takes_a_forced_slice_down_and_it_is_forced_once() -> None:
    forced = apply(at(Rung.P5, rails=(rail(1.0, broken=1e9),)), Move.FORCE, Rung.P100, 100.0)
    bad = msgspec.structs.replace(forced, watch=msgspec.structs.replace(forced.watch, high=1e9))
    decision = decide(bad, RETIRES, NO_FACTS, 1e9)
    assert (decision.move, decision.to) == (Move.NONE, Rung.P100)


def test_PAR_2_4_users_must_agree_from_25_percent_on() -> None:
    users = msgspec.structs.replace(fresh().hypothesis, feedback=True)
    state = msgspec.structs.replace(fed(open_slice(users, 0.0), PLENTY), rung=Rung.P1)
    assert block(state) is None
    waiting = msgspec.structs.replace(state, rung=Rung.P5)
    assert block(waiting) is Block.FEEDBACK
    for _ in range(30):
        waiting = served(served(waiting, False, 0.0), True, 1.0)
    assert block(waiting) is None
