"""Reliability against made-up truth: honest, timid and bold predictions are told apart."""

import numpy as np
import pytest

from understudy.bench.routing.reliability import reliability, reliable
from understudy.bench.routing.rows import Ranked

DRAW = np.random.default_rng(0)
TRUE = DRAW.uniform(-0.4, 0.6, 20_000)
# Gains of -1, 0 or 1 with these means.
GAINS = np.where(DRAW.random(20_000) < np.abs(TRUE), np.sign(TRUE), 0.0)


def test_honest_predictions_err_by_chance_alone() -> None:
    found = reliable("honest", TRUE, GAINS, 0)
    assert len(found.deciles) == 10
    assert sum(tenth.n for tenth in found.deciles) == 20_000
    assert found.error < 2 * found.by_chance
    assert found.slope_low < 1 < found.slope_high
    assert sum(tenth.low <= tenth.predicted <= tenth.high for tenth in found.deciles) >= 8


@pytest.mark.parametrize(("scale", "slope"), [(0.4, 2.5), (2.0, 0.5)])
def test_timid_and_bold_predictions_are_found(scale: float, slope: float) -> None:
    found = reliable("scaled", TRUE.mean() + scale * (TRUE - TRUE.mean()), GAINS, 0)
    assert found.low > 3 * found.by_chance
    assert found.slope_low < slope < found.slope_high
    assert abs(found.slope - slope) < 0.15


def test_a_way_that_predicts_no_gains_is_not_judged() -> None:
    scores = {"length": TRUE, "same": np.zeros_like(TRUE)}
    assert reliability(Ranked(GAINS, np.zeros_like(GAINS), scores, 0), "length") is None
    run = Ranked(GAINS, np.zeros_like(GAINS), scores, 0, np.zeros_like(TRUE))
    assert reliability(run, "same") is None
    assert reliability(run, "length") is not None
