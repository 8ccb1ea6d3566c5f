"""Means of few: drawn toward their kin, by as much as is unknown."""

import pytest

from understudy.stats.shrinkage import Tally, down_the_tree, shrunk, tally


def test_few_outcomes_weigh_little_and_many_weigh_all() -> None:
    assert shrunk(Tally(), 0.7) == 0.7
    assert shrunk(Tally(20, 20), 0.5) == 0.75
    assert shrunk(Tally(20_000, 20_000), 0.5) == pytest.approx(1.0, abs=1e-3)


def test_a_level_without_outcomes_passes_its_parent_on() -> None:
    assert down_the_tree((Tally(20, 20), Tally(), Tally(20, 0)), 0.5) == pytest.approx(0.375)


def test_unequal_weights_make_fewer_outcomes_in_effect() -> None:
    equal = tally([1, 0, 1, 0], [33, 33, 33, 33])
    assert (equal.n, equal.mean) == (4, 0.5)
    skewed = tally([1, 0, 0, 0], [50, 1, 1, 1])
    assert skewed.n == pytest.approx(53**2 / 2503)
    assert skewed.mean == pytest.approx(50 / 53)
    assert tally([], []) == Tally()


def test_an_interval_narrows_with_outcomes() -> None:
    assert Tally().half_width() == 1.0
    few, many = Tally(10, 5, 5).half_width(), Tally(1000, 500, 500).half_width()
    assert many < few < 1
    assert many == pytest.approx(1.96 * 0.5 / 1000**0.5, rel=0.01)


def test_what_is_left_keeps_its_sign_and_rounding_leaves_nothing() -> None:
    whole = Tally(3, -1.5, 0.75)
    assert whole.without(Tally(1, -0.5, 0.25)) == Tally(2, -1.0, 0.5)
    assert Tally(0.1 + 0.2, 0.3, 0.3).without(Tally(0.3, 0.3, 0.3)) == Tally()
