"""Lessons by slice: outcomes beside those of the same prompt, and no key that outweighs the rest."""

import pytest

from tests.routing.pools import lesson
from understudy.routing.lessons import MAX_KEY_WEIGHT, MAX_WEIGHT, by_slice, lot_of


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


def test_all_reactions_of_one_key_weigh_as_much_as_a_few() -> None:
    spoken = [lesson(number, "chat", 0.0, 0.0)._replace(key="loud", spoken=True) for number in range(1_000)]
    assert sum(by_slice(spoken)["chat", "own"].weights) == pytest.approx(MAX_KEY_WEIGHT)
    checked = [one._replace(spoken=False) for one in spoken]
    assert sum(by_slice(checked)["chat", "own"].weights) == 1_000


def test_a_lot_is_always_the_same_for_a_lesson() -> None:
    lots = [lot_of(lesson(number, "chat", 0.0, 0.0)) for number in range(100)]
    assert lots == [lot_of(lesson(number, "chat", 1.0, 1.0)) for number in range(100)]
    assert 0 <= min(lots) < 0.1 < 0.9 < max(lots) < 1
