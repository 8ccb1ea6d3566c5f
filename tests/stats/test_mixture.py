"""The e-process against the published vectors, and its algebra: additive, blind to order, strict about bounds."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.stats.mixture import (
    FRACTIONS,
    Bet,
    Levels,
    Mixture,
    Trail,
    e_value,
    futility,
    log_e,
    promotion,
    rollback,
    values_to_go,
)

VECTOR = 1e-9
values = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 1 / 3, 1.0]) | st.floats(-1, 1), max_size=60)
bets = st.builds(Bet, st.sampled_from([1, -1]), st.floats(-0.5, 0.5), st.sampled_from([1.0, 2.8]))


def counts(wins: int, ties: int, losses: int) -> Levels:
    return Levels(((-1.0, losses), (0.0, ties), (1.0, wins)))


def test_fractions_are_the_published_grid() -> None:
    grid = [0.02, 0.034451109418, 0.059343947007, 0.102223240583, 0.176085202321, 0.303316528605, 0.522479545766, 0.9]
    assert pytest.approx(grid, abs=1e-12) == FRACTIONS


@pytest.mark.parametrize(
    ("margin", "levels", "log", "e"),
    [
        pytest.param(0.05, counts(51, 405, 44), 3.620340788, 37.3502942, id="V1"),
        pytest.param(0.05, counts(0, 100, 0), 2.789341296, 16.2702990, id="V2"),
        pytest.param(0.10, counts(12, 170, 18), 1.738977331, 5.69151991, id="V3"),
        pytest.param(0.02, counts(300, 2400, 300), 1.698140857, 5.46377999, id="V4"),
        pytest.param(
            0.05,
            Levels(((-1.0, 15), (-0.5, 25), (0.0, 100), (0.5, 30), (1.0, 20))),
            1.702388600,
            5.48703809,
            id="V5",
        ),
        pytest.param(0.05, Levels.of([0, 0.25, -0.5, 1 / 3, 0, -0.125, 0.5, 0]), 0.191451062, 1.21100557, id="V6"),
    ],
)
def test_promotion_vectors(margin: float, levels: Levels, log: float, e: float) -> None:
    assert log_e(promotion(margin), levels) == pytest.approx(log, abs=VECTOR)
    assert e_value(log_e(promotion(margin), levels)) == pytest.approx(e, rel=1e-8)


def test_V1_sums_of_logarithms() -> None:
    sums = [0.652261117, 1.097006579, 1.811165020, 2.887699842, 4.283086508, 5.256545088, 1.711337668, -47.353920524]
    assert Mixture.of(promotion(0.05), counts(51, 405, 44)).sums == pytest.approx(sums, abs=VECTOR)


def test_V1a_V1b_shards_merge_into_V1() -> None:
    first, second = counts(20, 200, 14), counts(31, 205, 30)
    bet = promotion(0.05)
    assert e_value(log_e(bet, first)) == pytest.approx(17.6929259, rel=1e-8)
    assert e_value(log_e(bet, second)) == pytest.approx(2.16288155, rel=1e-8)
    assert first.merge(second) == counts(51, 405, 44)
    merged = Mixture.of(bet, first).merge(Mixture.of(bet, second))
    assert merged.log_e == pytest.approx(3.62034078762, abs=1e-10)
    assert merged.n == 500


def test_V1_one_by_one() -> None:
    stream = [1.0] * 51 + [0.0] * 405 + [-1.0] * 44
    random.Random(1).shuffle(stream)
    mixture = Mixture(promotion(0.05))
    for x in stream:
        mixture = mixture.update(x)
    assert mixture.log_e == pytest.approx(3.62034078762, abs=1e-10)


def test_V9_futility() -> None:
    assert log_e(futility(0.05), counts(10, 240, 50)) == pytest.approx(4.266236438, abs=VECTOR)


@pytest.mark.parametrize(
    ("levels", "log"),
    [
        pytest.param(Levels(((-1.0, 15), (0.0, 26))), 6.858161673, id="V10"),
        pytest.param(Levels(((-18 / 19, 12), (1 / 19, 30))), 3.372896868, id="V11"),
    ],
)
def test_rollback_vectors(levels: Levels, log: float) -> None:
    assert log_e(rollback(0.02), levels) == pytest.approx(log, abs=VECTOR)


@given(xs=values, cut=st.integers(0, 60), seed=st.randoms(use_true_random=False))
def test_PAR_3_3_any_order_and_any_split_give_the_same_evidence(xs: list[float], cut: int, seed: random.Random) -> None:
    bet, levels = promotion(0.05), Levels.of(xs)
    whole = Mixture.of(bet, levels)
    shuffled = seed.sample(xs, len(xs))
    shards = [Levels.of(shuffled[:cut]), Levels.of(shuffled[cut:])]
    assert shards[0].merge(shards[1]) == levels == shards[1].merge(shards[0])
    merged = Mixture.of(bet, shards[1]).merge(Mixture.of(bet, shards[0]))
    assert merged.log_e == pytest.approx(whole.log_e, abs=1e-9)
    assert merged.n == whole.n == len(xs)


@given(xs=values, bet=bets)
def test_PAR_3_4_no_value_within_the_bound_can_bankrupt_a_gambler(xs: list[float], bet: Bet) -> None:
    mixture = Mixture.of(bet, Levels.of([*xs, bet.bound, -bet.bound]))
    assert all(map(math.isfinite, mixture.sums))
    assert math.isfinite(mixture.log_e)


@given(x=st.floats(-1, 1), centre=st.floats(-0.9, 0.9), side=st.sampled_from([1, -1]))
def test_PAR_3_1_at_the_centre_no_gambler_expects_to_gain(x: float, centre: float, side: int) -> None:
    """E[factor] <= 1 for the two-point law on {x, y} whose mean is the centre: the property that Ville needs."""
    other = 1.0 if x < centre else -1.0
    if x in (other, centre):
        return
    weight = (centre - other) / (x - other)
    bet = Bet(1 if side == 1 else -1, centre)
    for stake in bet.stakes:
        factor = weight * (1 + stake * bet.payoff(x)) + (1 - weight) * (1 + stake * bet.payoff(other))
        assert factor <= 1 + 1e-9


@pytest.mark.parametrize("x", [1.001, -1.001, math.inf, -math.inf, math.nan])
def test_PAR_3_4_a_value_outside_the_bound_is_refused_by_name(x: float) -> None:
    with pytest.raises(ValueError, match=repr(x)):
        Mixture(promotion(0.05)).update(x)


def test_PAR_3_4_the_rounding_of_a_mean_is_let_through() -> None:
    assert Mixture(promotion(0.05)).update(1 + 1e-10).n == 1


def test_a_bet_that_cannot_be_lost_is_refused() -> None:
    with pytest.raises(ValueError, match="centre"):
        promotion(1.0)


def test_shards_of_different_bets_do_not_merge() -> None:
    with pytest.raises(ValueError, match="share their bet"):
        Mixture(promotion(0.05)).merge(Mixture(promotion(0.02)))


@given(xs=st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=200))
def test_the_peak_is_the_highest_evidence_of_any_look(xs: list[float]) -> None:
    trail, seen = Trail(Mixture(promotion(0.05))), [0.0]
    for x in xs:
        trail = trail.update(x)
        seen.append(trail.log_e)
    assert trail.peak == max(seen)
    assert trail.log_e == trail.mixture.log_e == seen[-1] or not xs
    assert 0 < trail.p_anytime <= 1


def test_levels_count_what_they_saw() -> None:
    levels = Levels.of([1.0, -1.0, 0.5, 0.5, 0.0, -0.0])
    assert levels.counts == ((-1.0, 1), (0.0, 2), (0.5, 2), (1.0, 1))
    assert (levels.n, levels.wins, levels.losses) == (6, 3, 1)
    assert levels.mean == pytest.approx(1 / 6)
    assert levels.mirrored().counts == ((-1.0, 1), (-0.5, 2), (0.0, 2), (1.0, 1))
    assert Levels().mean is None


def test_the_forecast_comes_true_when_things_go_on_as_they_were() -> None:
    block = [0.0] * 8 + [1.0, -1.0]
    mixture = Mixture(promotion(0.05))
    for x in block * 30:
        mixture = mixture.update(x)
    to_go = values_to_go(mixture, math.log(100))
    assert to_go is not None
    later = mixture
    for i in range(to_go):
        later = later.update(block[i % 10])
    assert later.log_e == pytest.approx(math.log(100), abs=1.0)


def test_the_forecast_says_nothing_when_evidence_does_not_grow() -> None:
    mixture = Mixture(promotion(0.05))
    for _ in range(40):
        mixture = mixture.update(-1.0)
    assert values_to_go(mixture, math.log(5)) is None


def test_an_e_value_too_large_for_a_float_is_the_largest_that_JSON_can_tell() -> None:
    assert e_value(708.0) < e_value(800.0) == e_value(math.inf) < math.inf
