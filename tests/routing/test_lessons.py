"""Lessons by slice: outcomes beside those of the same prompt, and no key that outweighs the rest."""

import operator
import random

import pytest

from tests.routing.pools import lesson
from understudy.routing.lessons import MAX_KEY_WEIGHT, MAX_WEIGHT, Lesson, by_slice, lot_of


def test_outcomes_lie_beside_those_of_the_same_prompt() -> None:
    found = by_slice([lesson(1, "chat", 1.0, 0.0), lesson(2, "chat", 0.5, 0.25), lesson(3, "code", 0.0, 1.0)])
    assert found["chat", "own"].outcomes == [1.0, 0.5]
    assert [one["rented"] for one in found["chat", "own"].prompts] == [0.0, 0.25]
    assert found["code", "rented"].outcomes == [1.0]


def test_weights_are_inverse_chances_and_bounded() -> None:
    rare = lesson(1, "chat", 1.0, 0.0)._replace(chances={"own": 0.1, "rented": 1e-6})
    found = by_slice([rare])
    assert found["chat", "own"].weights == [pytest.approx(10.0)]
    assert found["chat", "rented"].weights == [MAX_WEIGHT]


def alone(number: int, outcome: float) -> Lesson:
    """A lesson of a moment in which nothing could be compared: the served model's outcome was sure, no other's was."""
    one = lesson(number, "chat", outcome, 0.0)
    sure = one._replace(outcomes={"own": outcome}, chances={"own": 1.0, "rented": 0.0})
    return sure._replace(usd={"own": 0.5}, ms={"own": 9.0})


def test_where_no_other_model_could_be_seen_an_outcome_weighs_nothing_and_what_it_took_counts() -> None:
    assert by_slice([alone(1, 1.0)]) == {}
    compared = lesson(2, "chat", 0.0, 1.0)._replace(usd={}, ms={})
    own = by_slice([compared, alone(1, 1.0)._replace(wasted_usd={"own": 2.0})])["chat", "own"]
    assert (own.outcomes, own.weights, own.usd, own.ms, own.wasted) == ([0.0], [1.0], [0.5], [9.0], [2.0])
    assert by_slice([alone(1, 1.0)._replace(spoken=True)])["chat", "own"].outcomes == [1.0]


def test_a_model_that_is_asked_what_it_is_good_at_looks_no_better_where_load_leaves_comparisons_out() -> None:
    """Simulated: it is right on half of the kind, which it is asked, and three of four requests find no room."""
    rng, lessons = random.Random(3), []
    for number in range(20_000):
        good, room = rng.random() < 0.5, rng.random() < 0.25
        rate = 0.1 if room else 0.0
        served, other = ("own", "rented") if good else ("rented", "own")
        outcomes = {"own": float(good), "rented": 1.0}
        if rng.random() >= rate:
            del outcomes[other]
        chances = {served: 1.0, other: rate}
        lessons.append(lesson(number, "chat", 0.0, 0.0)._replace(outcomes=outcomes, chances=chances))
    own = by_slice(lessons)["chat", "own"]
    mean = sum(map(operator.mul, own.outcomes, own.weights)) / sum(own.weights)
    assert mean == pytest.approx(0.5, abs=0.05)


def test_all_reactions_of_one_key_weigh_as_much_as_a_few() -> None:
    spoken = [lesson(number, "chat", 0.0, 0.0)._replace(key="loud", spoken=True) for number in range(1_000)]
    assert sum(by_slice(spoken)["chat", "own"].weights) == pytest.approx(MAX_KEY_WEIGHT)
    checked = [one._replace(spoken=False) for one in spoken]
    assert sum(by_slice(checked)["chat", "own"].weights) == 1_000


def test_a_lot_is_always_the_same_for_a_lesson() -> None:
    lots = [lot_of(lesson(number, "chat", 0.0, 0.0)) for number in range(100)]
    assert lots == [lot_of(lesson(number, "chat", 1.0, 1.0)) for number in range(100)]
    assert 0 <= min(lots) < 0.1 < 0.9 < max(lots) < 1
