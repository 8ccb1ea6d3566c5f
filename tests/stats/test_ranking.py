"""Areas and thresholds: the worked example of the definitions, and what must hold of any ranking."""

import numpy as np
import pytest

from understudy.stats.ranking import (
    aiq,
    apgr,
    apgr_bins,
    apgr_interval,
    call_share,
    curve,
    hull,
    lead_interval,
    order,
)

STRONG = np.array([1, 1, 1, 0, 1, 1, 1, 0, 1, 1.0])
WEAK = np.array([1, 0, 1, 0, 0, 1, 1, 0, 0, 1.0])
SCORE = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.35, 0.3, 0.2, 0.1])
LOTS = np.arange(10.0)


def test_the_worked_example() -> None:
    assert apgr(STRONG, WEAK, SCORE, LOTS) == pytest.approx(0.516666667)
    assert apgr_bins(STRONG, WEAK, SCORE) == pytest.approx(0.516666667)
    shares = [call_share(STRONG, WEAK, SCORE, LOTS, percent) for percent in (50, 80, 95)]
    assert shares == pytest.approx([45.0, 84.0, 88.5])


def test_average_improvement_in_quality() -> None:
    rising = [(1, 0.50), (2, 0.60), (4, 0.70), (5, 0.64), (8, 0.80)]
    falling = [(1, 0.50), (2, 0.60), (4, 0.62), (5, 0.64), (8, 0.60)]
    assert aiq(rising, 1, 8) == pytest.approx(0.692857143)
    assert aiq(falling, 1, 8) == pytest.approx(0.618571429)
    assert hull(falling) == [(1, 0.50), (2, 0.60), (5, 0.64)]


def test_chance_is_a_half_and_the_oracle_is_best() -> None:
    draw = np.random.default_rng(1)
    strong, weak = (draw.random(4000) < 0.8).astype(float), (draw.random(4000) < 0.6).astype(float)
    lots = draw.random(4000)
    assert apgr(strong, weak, np.zeros(4000), lots) == pytest.approx(0.5, abs=0.05)
    best = apgr(strong, weak, strong - weak, lots)
    assert best > 1
    resamples = [draw.integers(4000, size=4000) for _ in range(50)]
    low, high = apgr_interval(strong, weak, strong - weak, lots, resamples)
    assert low < best < high


def test_the_lead_over_chance_is_that_of_each_resample_drawn_out() -> None:
    draw = np.random.default_rng(2)
    strong, weak, score = (draw.random(60).round(1) for _ in range(3))
    lots, shares = np.arange(60.0), np.array([0.0, 0.25, 0.5, 1.0])
    resamples = [draw.integers(60, size=60) for _ in range(40)]
    leads = []
    for places in resamples:
        y = curve(strong[places], weak[places], order(score[places], lots[places]))
        leads.append(y[[0, 15, 30, 60]] - (y[0] + shares * (y[-1] - y[0])))
    low, high = lead_interval(strong, weak, score, lots, resamples, shares)
    assert low == pytest.approx(np.quantile(leads, 0.025, axis=0))
    assert high == pytest.approx(np.quantile(leads, 0.975, axis=0))
    assert low[0] == high[0] == 0
