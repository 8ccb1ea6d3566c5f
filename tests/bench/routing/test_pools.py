"""Policies over a pair with dollars: every row that a pool is asked for, and what the blind mixture comes to."""

import numpy as np

from understudy.bench.routing.data import Item
from understudy.bench.routing.pools import at_best, pool_served

DRAW = np.random.default_rng(0)


def items(dear: float) -> list[Item]:
    found = []
    for k in range(600):
        sums = k % 2 == 0
        outcomes = {"s": float(DRAW.random() < 0.8), "w": float(DRAW.random() < (0.2 if sums else 0.95))}
        prompt = f"{'add up' if sums else 'who may sue'} number {k}"
        found.append(Item(f"i{k}", "sums" if sums else "law", prompt, outcomes, {"s": dear, "w": 0.001}))
    return found


def test_a_router_beats_the_blind_mixture_where_models_are_good_at_different_things() -> None:
    rows = {row.name: row for row in pool_served(items(0.01), "s", "w")}
    assert list(rows) == ["always s", "always w", "turns", "zero-router", "ours: both"]
    ours, blind = rows["ours: both"], rows["zero-router"]
    assert ours.quality > rows["always s"].quality > rows["turns"].quality > rows["always w"].quality
    assert ours.aiq is not None
    assert blind.aiq is not None
    assert ours.aiq > blind.aiq + 0.05
    assert ours.at_best is not None
    assert ours.at_best < 0.8
    assert rows["always w"].cost is not None
    assert round(rows["always w"].cost, 6) == 0.1


def test_the_cost_of_a_quality_that_is_never_reached_is_unknown() -> None:
    assert at_best([(1.0, 0.5), (2.0, 0.6)], 0.7, 2.0) is None
    assert at_best([(1.0, 0.7), (2.0, 0.8)], 0.7, 2.0) == 0.5
