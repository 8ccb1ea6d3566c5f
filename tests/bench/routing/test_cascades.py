"""Cascades on made-up outcomes: the formula, what comes of it, and that the router serves those alone that pay."""

import numpy as np
import pytest

from understudy.bench.routing.cascades import Case, case, expected, suite
from understudy.bench.routing.data import Item

EVERY = np.arange(4)


def items(own: float, rented: float, own_usd: float, count: int = 1_200) -> list[Item]:
    draw = np.random.default_rng(0)
    return [
        Item(
            f"i{k}",
            "t",
            f"question {k}",
            {"o": float(draw.random() < own), "r": float(draw.random() < rented)},
            {"o": own_usd, "r": 0.01},
            chars={"o": 300.0, "r": 700.0},
        )
        for k in range(count)
    ]


def test_the_formula() -> None:
    right, right_then = np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.0, 1.0, 0.0])
    one = Case("four", "o", "r", [], right, right_then, np.full(4, 1.0), np.full(4, 10.0), ["all"] * 4)
    quality, usd = expected(one, 0.9, 0.2, EVERY)
    assert quality == pytest.approx((1.0 + 0.9 + 0.8 + 0.0) / 4)
    assert usd == pytest.approx(1.0 + 10.0 * (0.1 + 0.1 + 0.8 + 0.8) / 4)


def test_answers_are_paid_by_their_length_or_as_recorded() -> None:
    told = items(0.5, 0.5, 0.002, 3)
    assert case("t", told, ("o", "r")).cost.tolist() == [0.002] * 3
    by_length = case("t", told, ("o", "r"), prices={"o": 1.0, "r": 4.0})
    assert by_length.cost_then[0] == pytest.approx((len(told[0].prompt) + 700) / 4 * 4e-6)
    assert len(case("t", [*told, told[0]._replace(usd={"o": 0.1})], ("o", "r")).items) == 3


def test_a_cascade_is_served_where_its_check_is_good_and_not_where_it_errs() -> None:
    found = suite(case("t", items(0.65, 0.85, 0.0001), ("o", "r")))
    rows = {row.name: row for row in found.served}
    assert [row.enabled for row in found.served] == [None, None, None, True, True, False]
    assert rows["perfect check"].quality > rows["check 90/10"].quality > rows["check 80/30"].quality
    mixture = rows["best fixed mixture at the cost of check 90/10"]
    assert mixture.cost == rows["check 90/10"].cost
    assert rows["always own: o"].quality < mixture.quality < rows["check 90/10"].quality
    assert all(bar.passed for bar in found.bars), found.bars


def test_a_weak_and_dear_model_is_never_asked_first() -> None:
    found = suite(case("t", items(0.5, 0.7, 0.05), ("o", "r")))
    rows = {row.name: row for row in found.served}
    assert rows["perfect check"].quality > rows["always rented: r"].quality
    assert not any(row.enabled for row in found.served)
    assert found.bars[-1].what.startswith("cascades that are served although")
    assert found.bars[-1].passed


def test_kinds_are_told_apart() -> None:
    told = [item._replace(slice=f"kind {k % 2}") for k, item in enumerate(items(0.65, 0.85, 0.0001))]
    assert "of 2 kinds" in suite(case("t", told, ("o", "r"), sliced=True)).notes[1]
