"""Drift: a model that falls behind the incumbent is found soon, one that keeps up is left alone."""

import numpy as np

from tests.routing.pools import POOL, by_kind, lesson
from understudy.routing.drift import Drift
from understudy.routing.learn import believe

BELIEF = believe(by_kind(600), POOL).belief


def delay(gain: float, seed: int, *, compared: bool, most: int = 3_000) -> int:
    draw, drift = np.random.default_rng(seed), Drift()
    incumbent = BELIEF.records["sums"]["rented"].mean
    for number in range(most):
        own = float(draw.random() < incumbent + gain)
        one = lesson(number, "sums", own, float(draw.random() < incumbent))
        if not compared:
            one = one._replace(outcomes={"own": own})
        drift = drift.heard(one, "own", BELIEF)
        if drift.alarm is not None:
            return number
    return most


def test_a_drop_by_ten_points_is_found_within_three_hundred() -> None:
    assert np.median([delay(-0.10, seed, compared=True) for seed in range(20)]) <= 300
    assert np.median([delay(-0.10, seed, compared=False) for seed in range(20)]) <= 600


def test_a_model_that_keeps_up_raises_no_alarm() -> None:
    assert sum(delay(0.05, seed, compared=True, most=500) < 500 for seed in range(20)) <= 1


def test_the_incumbents_own_answers_say_nothing() -> None:
    drift = Drift().heard(lesson(1, "sums", 0.0, 0.0), "rented", BELIEF)
    assert drift.detectors == {}
