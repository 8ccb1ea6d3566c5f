"""Shifts: quantiles from tables, a spread against itself, and the rate at which luck alone looks like a shift."""

import numpy as np
import pytest

from understudy.stats.shift import by_chance, chi_squared, means_by_chance, psi
from understudy.stats.shrinkage import Tally


@pytest.mark.parametrize(
    ("x", "freedom", "chance"),
    [(3.841459, 1, 0.05), (5.991465, 2, 0.05), (7.814728, 3, 0.05), (27.877165, 9, 0.001), (18.307038, 10, 0.05)],
)
def test_chi_squared_has_the_quantiles_of_the_tables(x: float, freedom: int, chance: float) -> None:
    assert chi_squared(x, freedom) == pytest.approx(chance, rel=1e-5)


def test_chi_squared_of_nothing_is_certain() -> None:
    assert (chi_squared(0.0, 3), chi_squared(5.0, 0), chi_squared(1e4, 9) < 1e-300) == (1.0, 1.0, True)


def test_a_psi_adds_up_its_bins_and_none_is_infinite() -> None:
    assert psi([0.5, 0.5], [0.5, 0.5], 100, 100) == 0.0
    assert psi([0.5, 0.5], [0.9, 0.1], 100, 100) == pytest.approx(0.4 * np.log(1.8) + 0.4 * np.log(5.0))
    assert psi([1.0, 0.0], [0.5, 0.5], 50, 100) == pytest.approx(0.5 * np.log(2.0) + 0.49 * np.log(50.0))


def test_two_shares_are_compared_as_a_table_of_four_fields() -> None:
    # 60 of 100 against 40 of 100: chi-squared 8 with one degree of freedom.
    assert by_chance([0.6, 0.4], [0.4, 0.6], 100, 100) == pytest.approx(0.004678, abs=1e-6)
    assert by_chance([1.0, 0.0], [1.0, 0.0], 100, 100) == 1.0


def test_luck_alone_looks_like_a_shift_as_often_as_is_said_and_a_psi_alone_far_more() -> None:
    draw, law = np.random.default_rng(0), np.full(10, 0.1)
    pairs = [(draw.multinomial(100, law) / 100, draw.multinomial(200, law) / 200) for _ in range(2_000)]
    rare = np.mean([by_chance(a.tolist(), b.tolist(), 100, 200) <= 0.05 for a, b in pairs])
    assert 0.03 < rare < 0.07
    assert np.mean([psi(a.tolist(), b.tolist(), 100, 200) >= 0.1 for a, b in pairs]) > 0.5


def test_two_means_are_compared_with_the_variance_of_both_together() -> None:
    # Means 1 and 2 of 100 each, variances 9 and 1: 1 over the root of 5/50, 3.16 deviations.
    assert means_by_chance(Tally(100, 100.0, 1_000.0), Tally(100, 200.0, 500.0)) == pytest.approx(0.001565, abs=1e-6)
    assert means_by_chance(Tally(), Tally(1, 1.0, 1.0)) == 1.0
    level = Tally(10, 20.0, 40.0)
    assert (means_by_chance(level, level), means_by_chance(level, Tally(10, 10.0, 10.0))) == (1.0, 0.0)


def test_chance_says_how_often_means_of_one_skewed_law_lie_apart() -> None:
    draw = np.random.default_rng(0)
    found = []
    for _ in range(2_000):
        one, other = draw.exponential(size=500), draw.exponential(size=50)
        pair = [Tally(len(told), told.sum(), (told**2).sum()) for told in (one, other)]
        found.append(means_by_chance(*pair))
    for chance in (0.01, 0.1, 0.5):
        assert np.mean(np.array(found) <= chance) == pytest.approx(chance, abs=4 * np.sqrt(chance / 2_000) + 0.005)
