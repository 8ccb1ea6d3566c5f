"""The confidence sequence against its vectors, and against the bets that it is made of."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.stats.mixture import Bet, Levels, log_e
from understudy.stats.sequences import Interval, confidence

levels = st.dictionaries(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), st.integers(1, 200), max_size=5).map(
    lambda found: Levels(tuple(sorted(found.items())))
)


def test_V14_win_tie_loss() -> None:
    found = confidence(Levels(((-1.0, 44), (0.0, 405), (1.0, 51))))
    assert (found.low, found.high) == pytest.approx((-0.050506634, 0.078762262), abs=1e-9)


def test_V15_graded() -> None:
    found = confidence(Levels(((-1.0, 15), (-0.5, 25), (0.0, 100), (0.5, 30), (1.0, 20))))
    assert (found.low, found.high) == pytest.approx((-0.082076354, 0.161214772), abs=1e-9)


def test_before_the_first_value_nothing_is_refuted() -> None:
    assert confidence(Levels()) == Interval(-1.0, 1.0)


def test_values_at_the_very_edge_refute_only_the_other_side() -> None:
    found = confidence(Levels(((-1.0, 50),)))
    assert found.low == -1.0
    assert found.high < 0


@settings(max_examples=40)
@given(seen=levels)
def test_PAR_3_6_the_ends_are_where_the_bets_reach_their_target(seen: Levels) -> None:
    found = confidence(seen)
    assert found.low <= (seen.mean or 0.0) <= found.high
    target = math.log(40)
    if found.low > -1:
        assert log_e(Bet(1, found.low), seen) == pytest.approx(target, abs=1e-6)
    if found.high < 1:
        assert log_e(Bet(-1, found.high), seen) == pytest.approx(target, abs=1e-6)


@settings(max_examples=40)
@given(seen=levels)
def test_turning_the_signs_turns_the_interval(seen: Levels) -> None:
    there, back = confidence(seen), confidence(seen.mirrored())
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)


def test_a_wide_bound_ends_too() -> None:
    found = confidence(Levels(((-6.0, 3), (0.2, 200))), bound=7.0)
    assert -7 < found.low < found.high < 7


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1])
def test_an_error_that_is_no_probability_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        confidence(Levels(), alpha)
