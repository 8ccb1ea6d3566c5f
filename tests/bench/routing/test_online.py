"""The online replay: it takes a better model up, and leaves it when it falls."""

import numpy as np

from understudy.bench.routing import online
from understudy.bench.routing.data import Item


def items(own_on_sums: float) -> list[Item]:
    draw = np.random.default_rng(0)
    found = []
    for k in range(1_000):
        sums = k % 2 == 0
        own, rented = draw.random() < (own_on_sums if sums else 0.3), draw.random() < 0.5
        outcomes = {online.OWN: float(own), online.RENTED: float(rented)}
        found.append(Item(f"i{k}", "math" if sums else "law", f"{'add' if sums else 'sue'} {k}", outcomes))
    return found


def test_a_model_that_is_better_on_one_kind_serves_it_until_it_falls() -> None:
    runs = [online.simulate(online.recorded(items(0.75)), seed) for seed in range(2)]
    for run in runs:
        assert run.ours > run.best_fixed
        assert 0.3 < run.own_share_before < 0.7
        assert run.delay is not None
        assert run.delay < 150


def test_a_model_that_is_worse_everywhere_never_serves() -> None:
    run = online.simulate(online.recorded(items(0.3)), 0)
    assert run.own_share_before == 0.0
    assert run.ours == run.best_fixed
