"""Units: what a lost outcome is worth, when a conversation is done, and that slow losses enter with quick wins."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.streams import fresh
from tests.stats.twin import peaks, streams
from understudy.bench.parity.lines import upper_bound
from understudy.parity.events import Judged, Pair
from understudy.parity.state import absorb
from understudy.parity.units import MAX_UNIT_S, WORST, Turn, closed, entering, pair_value
from understudy.stats.mixture import promotion

outcomes = st.none() | st.floats(0, 1)


@pytest.mark.parametrize(
    ("candidate", "incumbent", "independent", "x"),
    [
        (1.0, 1.0, True, 0.0),
        (0.25, 1.0, True, -0.75),
        (None, 1.0, True, -1.0),
        (None, 0.0, True, 0.0),
        (1.0, None, True, None),
        (None, None, True, None),
        (1.0, None, False, 0.0),
        (None, None, False, -1.0),
    ],
)
def test_PAR_1_8_pair_value(
    candidate: float | None, incumbent: float | None, independent: bool, x: float | None
) -> None:
    assert pair_value(candidate, incumbent, independent=independent) == x


@given(candidate=st.floats(0, 1), incumbent=st.floats(0, 1))
def test_PAR_1_8_losing_an_outcome_never_helps_the_candidate(candidate: float, incumbent: float) -> None:
    known = pair_value(candidate, incumbent)
    lost = pair_value(None, incumbent)
    unseen = pair_value(candidate, None, independent=False)
    assert known is not None
    assert lost is not None
    assert unseen is not None
    assert WORST <= lost <= known
    assert WORST <= unseen <= known


@pytest.mark.parametrize("y", [-0.1, 1.1, float("nan")])
def test_an_outcome_outside_its_range_is_refused(y: float) -> None:
    with pytest.raises(ValueError, match="outcome"):
        pair_value(y, 1.0)


def turn(seq: int, unit: str | None = None, **changes: object) -> Turn:
    base = Turn(seq=seq, unit=unit or f"u{seq}", at_s=float(seq), deadline_s=seq + 100.0, settled=True, x=0.0)
    return msgspec.structs.replace(base, **changes)


def test_a_one_turn_request_closes_at_once() -> None:
    assert entering([turn(1, x=-1.0, live=True)], 1.0) == (Pair(1, "u1", -1.0, 0.0, True),)


def test_PAR_1_9_units_wait_for_the_first_that_is_not_settled() -> None:
    turns = [turn(1), turn(2, settled=False), turn(3, x=1.0)]
    assert [pair.seq for pair in entering(turns, 50.0)] == [1]
    settled = [turns[0], msgspec.structs.replace(turns[1], settled=True, x=-1.0), turns[2]]
    assert [(pair.seq, pair.x) for pair in entering(settled, 50.0)] == [(1, 0.0), (2, -1.0), (3, 1.0)]


def test_PAR_1_8_what_is_not_settled_by_its_deadline_is_the_worst() -> None:
    turns = [turn(1, settled=False), turn(2, x=1.0)]
    assert entering(turns, 100.9) == ()
    assert [(pair.seq, pair.x) for pair in entering(turns, 101.0)] == [(1, WORST), (2, 1.0)]


def test_void_units_are_passed_over() -> None:
    turns = [turn(1, x=None), turn(2)]
    assert [pair.seq for pair in entering(turns, 5.0)] == [2]
    assert list(closed(turns, 5.0)) == [[turns[0]], [turns[1]]]


def test_PAR_1_4_a_conversation_is_the_mean_of_its_turns_and_enters_when_silent() -> None:
    talk = [turn(seq, "talk", idle_s=30.0, x=x) for seq, x in ((1, 1.0), (3, -1.0), (5, -1.0), (6, None))]
    turns = sorted([*talk, turn(2, x=1.0)], key=lambda one: one.seq)
    assert entering(turns, 35.9) == ()
    found = entering(turns, 36.0)
    assert [(pair.seq, pair.unit, pair.x) for pair in found] == [(1, "talk", pytest.approx(-1 / 3)), (2, "u2", 1.0)]


def test_technical_faults_are_a_mean_too_and_one_live_turn_makes_it_live() -> None:
    talk = [turn(1, "talk", idle_s=1.0, technical=-1.0), turn(2, "talk", idle_s=1.0, live=True)]
    assert entering(talk, 50.0) == (Pair(1, "talk", 0.0, -0.5, True),)


def test_a_conversation_that_never_pauses_enters_after_a_while() -> None:
    talk = [turn(seq, "talk", idle_s=1e9, deadline_s=0.0) for seq in (1, 2)]
    assert entering(talk, MAX_UNIT_S) == ()
    assert len(entering(talk, 1.0 + MAX_UNIT_S)) == 1


def test_PAR_1_5_a_turn_after_its_units_entry_is_not_counted() -> None:
    late = [turn(7, "talk", idle_s=1.0, x=1.0), turn(8, x=1.0)]
    assert [unit[0].unit for unit in closed(late, 50.0, entered={"talk"})] == ["u8"]


@given(
    settled=st.lists(st.booleans(), max_size=12),
    now_s=st.floats(0, 250),
    later_s=st.floats(0, 250),
)
def test_PAR_1_9_what_entered_early_is_a_prefix_of_what_enters_later(
    settled: list[bool], now_s: float, later_s: float
) -> None:
    turns = [turn(i, settled=done, x=1.0) for i, done in enumerate(settled, 1)]
    early, late = entering(turns, min(now_s, later_s)), entering(turns, max(now_s, later_s))
    assert late[: len(early)] == early
    state = fresh()
    for pair in late:
        state = absorb(state, pair)  # in rising order of seq, or it would be refused


def test_bar_3_lost_failures_promote_nobody_as_zeros_and_everybody_as_gaps() -> None:
    """The candidate is exactly the margin worse; three in ten of its failures are lost on the way."""
    rng = np.random.default_rng(31)
    shape, bet = (500, 3000), promotion(0.05)
    xs = streams(rng, shape, -0.05, 0.2)
    lost = (xs < 0) & (rng.random(shape) < 0.3)
    counted = np.where(lost, float(pair_value(None, 1.0) or 0.0), xs)
    as_zeros = peaks(bet, counted) >= math.log(20)
    assert upper_bound(int(as_zeros.sum()), len(as_zeros)) <= 0.05
    skipped = peaks(bet, np.where(lost, 0.0, xs)) >= math.log(20)
    assert skipped.mean() > 0.2


def judged(seq: int, label: float | None = None, *, asks: bool = False, x: float = 1.0, **said: Any) -> Turn:
    """A turn that a judge has scored."""
    known: dict[str, Any] = {"at_s": 0.0, "deadline_s": 100.0, "unit": "c", "idle_s": 10.0} | said
    return Turn(seq=seq, settled=True, x=x, judged=Judged(0.5, label=label), asks=asks, **known)


def test_a_drawn_conversation_waits_for_all_its_labels_and_what_never_comes_is_the_worst() -> None:
    turns = [judged(1, 1.0, asks=True), judged(2, asks=True)]
    assert entering(turns, 50.0) == ()
    [pair] = entering(turns, 100.0)
    assert pair.judged is not None
    assert (pair.x, pair.judged.label, pair.judged.certain) == (1.0, 0.0, False)
    [whole] = entering([judged(1, 1.0, asks=True), judged(2, 0.5, asks=True)], 50.0)
    assert whole.judged is not None
    assert whole.judged.label == 0.75


def test_a_conversation_that_nobody_is_asked_about_has_no_label() -> None:
    [pair] = entering([judged(1), judged(2, x=0.0)], 50.0)
    assert pair.judged is not None
    assert (pair.x, pair.judged.label) == (0.5, None)


def test_a_lost_turn_needs_no_label_and_a_void_one_is_none() -> None:
    lost = Turn(
        seq=2, unit="c", at_s=0.0, deadline_s=100.0, idle_s=10.0, settled=True, x=-1.0,
        judged=Judged(0.5, certain=True), asks=True,
    )  # fmt: skip
    void = Turn(seq=3, unit="c", at_s=0.0, deadline_s=100.0, idle_s=10.0, settled=True, asks=True)
    [pair] = entering([judged(1, 1.0, asks=True), lost, void], 50.0)
    assert pair.judged is not None
    assert (pair.x, pair.judged.label, pair.judged.certain) == (0.0, 0.0, False)
    [all_lost] = entering([msgspec.structs.replace(lost, seq=1), lost], 50.0)
    assert all_lost.judged is not None
    assert (all_lost.x, all_lost.judged.certain) == (-1.0, True)


def test_guardrails_are_averaged_over_the_turns_that_had_an_opinion() -> None:
    turns = [
        Turn(seq=n, unit="c", at_s=0.0, deadline_s=9.0, idle_s=1.0, settled=True, x=0.0, rails=rails)
        for n, rails in enumerate([(("a", -1.0), ("b", 1.0)), (("a", 0.0),), ()], 1)
    ]
    [pair] = entering(turns, 50.0)
    assert pair.rails == (("a", -0.5), ("b", 1.0))
