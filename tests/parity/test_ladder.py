"""The ladder as a table: thresholds, caps, and a judge that never skips a rung."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.parity.ladder import CAPS, LADDER, NEXT, Block, Condition, Rung, next_rung, opens, threshold
from understudy.parity.slices import OutcomeKind, RiskClass

rungs = st.sampled_from(LADDER)
blocks = st.none() | st.just(Condition(Block.DWELL, "waits"))


def test_section_4_table() -> None:
    assert [rung.value for rung in LADDER] == [0, 1, 5, 25, 50, 100]
    assert [threshold(rung) for rung in LADDER] == [1, 5, 10, 20, 50, 100]
    assert Rung.P25.share == 0.25
    assert [Rung.SHADOW.label, Rung.P1.label] == ["shadow", "1 %"]


def test_PAR_4_1_high_risk_asks_for_five_times_the_evidence() -> None:
    assert [threshold(rung, RiskClass.HIGH) for rung in LADDER[1:]] == [25, 50, 100, 250, 500]


@pytest.mark.parametrize(
    ("e", "rung"),
    [(1, Rung.SHADOW), (4.99, Rung.SHADOW), (5, Rung.P1), (19.9, Rung.P5), (100, Rung.P100), (1e9, Rung.P100)],
)
def test_the_highest_rung_that_evidence_opens(e: float, rung: Rung) -> None:
    assert opens(math.log(e)) is rung


def test_every_kind_of_outcome_has_a_cap_and_a_judge_alone_the_lowest() -> None:
    assert CAPS.keys() == set(OutcomeKind)
    assert min(CAPS, key=lambda kind: CAPS[kind]) is OutcomeKind.JUDGE
    assert CAPS[OutcomeKind.JUDGE] is Rung.P5


@given(rung=rungs, opened=rungs, blocked=blocks, worse=st.booleans())
def test_PAR_4_3_one_step_up_or_all_the_way_down(
    rung: Rung, opened: Rung, blocked: Condition | None, worse: bool
) -> None:
    to = next_rung(rung, opened, blocked, worse=worse)
    if worse:
        assert to is Rung.SHADOW
    elif blocked is not None or opened <= rung:
        assert to is rung
    else:
        assert to is NEXT[rung]
        assert LADDER.index(to) == LADDER.index(rung) + 1
