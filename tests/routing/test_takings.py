"""Takings: plain means, drawn toward the model's other kinds and nothing else."""

import pytest

from understudy.routing.takings import takings


def test_a_kind_of_its_own_has_its_plain_mean() -> None:
    assert takings({("chat", "own"): [1.0, 3.0], ("code", "own"): []}) == {("chat", "own"): 2.0}


def test_few_requests_are_drawn_toward_the_models_other_kinds() -> None:
    found = takings({("chat", "own"): [100.0] * 5, ("code", "own"): [200.0] * 40, ("code", "rented"): [900.0]})
    assert found["chat", "own"] == pytest.approx((5 * 100 + 20 * 200) / 25)
    assert found["code", "own"] == pytest.approx((40 * 200 + 20 * 100) / 60)
    assert found["code", "rented"] == 900.0
