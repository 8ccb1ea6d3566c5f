"""Forecasts, beside what the shipped evidence really takes."""

import numpy as np
import pytest

from understudy.bench.parity import streams
from understudy.bench.parity.twin import NEVER, walk
from understudy.parity.forecast import Guess, fixed_n, pairs_to, spread_of
from understudy.parity.ladder import Rung
from understudy.stats.mixture import Levels, Mixture, promotion


@pytest.mark.parametrize(
    ("margin", "discordance", "mean"), [(0.05, 0.2, 0.0), (0.05, 0.4, 0.0), (0.05, 0.2, 0.05), (0.1, 0.1, 0.0)]
)
def test_a_forecast_is_within_a_quarter_of_the_median(margin: float, discordance: float, mean: float) -> None:
    x = streams.ternary(np.random.default_rng(2), 400, 6_000, discordance, mean)
    climbed = walk(x, margin)
    for rung, e in ((Rung.P25, 20.0), (Rung.P100, 100.0)):
        took = climbed.pairs_to(rung)
        middle = float(np.median(took[took != NEVER]))
        forecast = pairs_to(margin, e, Guess(mean, discordance))
        assert forecast is not None
        assert abs(forecast / middle - 1) < 0.25


def test_what_was_seen_counts_against_the_guess() -> None:
    guess = Guess()
    fresh = pairs_to(0.05, 20, guess)
    wins, losses = Levels.of([1.0] * 30 + [0.0] * 70), Levels.of([-1.0] * 60 + [0.0] * 40)
    assert fresh is not None
    assert (pairs_to(0.05, 20, guess, wins) or 0) < fresh / 4
    assert pairs_to(0.05, 20, guess, losses) is None
    assert pairs_to(0.05, 20, guess, Levels.of([1.0] * 200)) == 0


def test_a_slice_below_its_margin_never_gets_there() -> None:
    assert pairs_to(0.05, 5, Guess(-0.1, 0.2)) is None


def test_a_guess_that_cannot_be() -> None:
    for mean, discordance in ((0.3, 0.2), (0.0, 1.5), (-0.3, 0.2)):
        with pytest.raises(ValueError, match="discordance"):
            Guess(mean, discordance)


def test_fixed_n_is_the_textbooks() -> None:
    assert fixed_n(0.05, Guess()) == 686
    assert fixed_n(0.02, Guess(0.0, 0.05)) == 1071


def test_the_spread_of_nothing_is_none() -> None:
    bet, some = promotion(0.05), Levels.of([1.0, -1.0, 0.0])
    assert spread_of(Mixture(bet), Levels()) == 0.0
    assert spread_of(Mixture.of(bet, some), some) > 0
