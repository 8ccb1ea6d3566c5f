"""Drift: a model that falls behind the incumbent is found soon, one that keeps up is left alone."""

import msgspec
import numpy as np
import pytest

from tests.routing.pools import POOL, by_kind, lesson
from understudy.routing.decide import Decision, decide
from understudy.routing.drift import Drift, asked_of
from understudy.routing.learn import believe, unfold

BELIEF = believe(by_kind(600), POOL).belief


def delay(gain: float, seed: int, *, compared: bool, most: int = 3_000, asked: float = 0.0) -> int:
    draw, drift = np.random.default_rng(seed), Drift()
    incumbent = BELIEF.records["sums"]["rented"].mean
    for number in range(most):
        own = float(draw.random() < incumbent + gain)
        one = lesson(number, "sums", own, float(draw.random() < incumbent))
        if not compared:
            one = one._replace(outcomes={"own": own})
        drift = drift.heard(one, "own", BELIEF, asked)
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


def test_a_model_that_was_chosen_as_the_worse_one_is_held_to_what_was_known() -> None:
    for compared in (True, False):
        assert sum(delay(-0.2, seed, compared=compared, most=1_500, asked=-0.25) < 1_500 for seed in range(20)) <= 1
        assert np.median([delay(-0.4, seed, compared=compared, asked=-0.25) for seed in range(20)]) <= 700
    # As long as nothing was known of it, it is held against the incumbent.
    assert np.median([delay(-0.2, seed, compared=True) for seed in range(20)]) <= 100


def chosen(model: str, kind: str, dial: float) -> Decision:
    pool = msgspec.structs.replace(POOL, dial="rented_share", aim=dial)
    learned = unfold(believe(by_kind(600), pool).belief)
    found = decide(pool.models, "rented", learned, kind, lambda: lesson(1, kind, 0.0, 0.0).prompt)
    return msgspec.structs.replace(found, chosen=model)


def test_what_a_model_must_gain_is_nothing_unless_it_is_known_to_be_worse() -> None:
    assert asked_of(chosen("own", "sums", 0.5)) == 0.0
    assert asked_of(chosen("rented", "letters", 0.5)) == 0.0
    worse = chosen("own", "letters", 0.0)
    by_name = {option.model: option for option in worse.options}
    own, rented = by_name["own"], by_name["rented"]
    assert worse.chosen == "own"
    assert own.low is not None
    assert rented.mean is not None
    assert asked_of(worse) == pytest.approx(own.low + own.text - rented.mean)
    assert asked_of(worse) < -0.2
    assert asked_of(chosen("gone", "letters", 0.0)) == 0.0
    assert asked_of(chosen("own", "unheard of", 0.0)) == 0.0
