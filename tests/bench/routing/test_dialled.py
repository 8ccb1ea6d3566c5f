"""A dial set on some prompts gives others the share that was asked, also where many prompts are worth the same."""

import numpy as np

from understudy.bench.routing.dialled import ASKED, dialled, share_error
from understudy.bench.routing.rows import Dialled, Ranked

DRAW = np.random.default_rng(0)
N = 6_000
GAINS = DRAW.uniform(-0.2, 0.6, N)
OUTCOMES = (DRAW.random(N) < 0.3 + GAINS / 2).astype(float)
SCORES = {"graded": GAINS, "slices": np.where(np.arange(N) % 3 == 0, 0.3, 0.1), "same": np.zeros(N)}
RUN = Ranked(OUTCOMES, np.full(N, 0.3), SCORES, 0, np.zeros(N))


def test_shares_are_what_was_asked() -> None:
    for way in SCORES:
        points = dialled(RUN, way)
        assert tuple(point.asked for point in points) == ASKED
        assert share_error(points) < 3.0, way


def test_quality_is_that_of_the_prompts_that_were_not_used_to_set_the_dial() -> None:
    half = next(point for point in dialled(RUN, "graded") if point.asked == 0.5)
    assert half.quality > np.where(DRAW.random(N) < 0.5, OUTCOMES, 0.3).mean() + 0.02


def test_the_error_is_in_points() -> None:
    points = (Dialled(asked=0.1, realised=0.12, quality=0.0), Dialled(asked=0.5, realised=0.46, quality=0.0))
    assert round(share_error(points), 9) == 3.0
