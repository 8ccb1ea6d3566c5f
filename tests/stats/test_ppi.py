"""Prediction-powered values: the design's vectors, the bound, the mean, and what the predictor learns."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.stats.mixture import Levels, Mixture, log_e, promotion
from understudy.stats.ppi import (
    MIN_LABELS,
    Predictor,
    Score,
    bound_of_blocks,
    bound_of_pairs,
    value_of_block,
    value_of_pair,
)

unit = st.floats(-1, 1)


def test_V7_blocks() -> None:
    levels = Levels().add(0.7, 40).add(0.1, 150).add(-0.6, 50)
    assert math.isclose(log_e(promotion(0.05, bound_of_blocks(10)), levels), 4.139254401, abs_tol=1e-9)


def test_V8_pairs() -> None:
    mixture = Mixture(promotion(0.05, bound_of_pairs(0.25)))
    told = ((0.5, None), (0.0, 1.0), (-0.5, None), (0.5, 0.0))
    values = [value_of_pair(score, label, 0.25, 0.8) for score, label in told]
    assert values == pytest.approx([0.4, 4.0, -0.4, -1.2])
    for value in values:
        mixture = mixture.update(value)
    assert math.isclose(mixture.log_e, 0.095026967, abs_tol=1e-9)


@given(unit, unit, st.floats(0.01, 1), st.floats(0, 1))
def test_a_value_keeps_its_bound_and_the_peoples_mean(score: float, label: float, chance: float, weight: float) -> None:
    asked, not_asked = value_of_pair(score, label, chance, weight), value_of_pair(score, None, chance, weight)
    assert max(abs(asked), abs(not_asked)) <= bound_of_pairs(chance) + 1e-9
    assert math.isclose(chance * asked + (1 - chance) * not_asked, label, abs_tol=1e-9)


@given(st.lists(st.tuples(unit, unit), min_size=2, max_size=8), st.floats(0, 1))
def test_a_block_keeps_its_bound_and_the_peoples_mean(pairs: list[tuple[float, float]], weight: float) -> None:
    scores = [score for score, _ in pairs]
    values = [value_of_block(scores, score, label, weight) for score, label in pairs]
    assert max(map(abs, values)) <= bound_of_blocks(len(pairs)) + 1e-9
    assert math.isclose(sum(values), sum(label for _, label in pairs), abs_tol=1e-9)


def taught(judge: float, noise: float, n: int = 400) -> Predictor:
    rng, predictor = random.Random(1), Predictor()
    for _ in range(n):
        label = rng.choice([-1.0, 0.0, 1.0])
        score = max(-1.0, min(1.0, judge * label + rng.gauss(0, noise)))
        predictor = predictor.learn(Score(score), label)
    return predictor


def test_a_judge_has_weight_as_far_as_it_agrees_with_people() -> None:
    assert taught(1.0, 0.0, MIN_LABELS - 1).weight == 0.0
    assert taught(1.0, 0.0).weight > 0.95
    assert taught(0.0, 0.5).weight < 0.5


def test_a_label_off_its_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        Predictor().learn(Score(0.0), 1.5)
    with pytest.raises(ValueError, match="propensity"):
        bound_of_pairs(0.0)
