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
        assert 0.25 < run.own_share_before < 0.7
        assert run.delay is not None
        assert run.delay < 150
        assert run.useful is not None
        requests, compared = run.useful
        assert 50 <= compared <= 500
        assert compared < requests < 10_000
        ours, rented, own, per_kind = run.got.values()
        assert float(ours.mean()) == run.ours
        assert np.array_equal(ours[:requests], rented[:requests])
        assert per_kind.mean() > max(ours.mean(), rented.mean(), own.mean())
        assert np.array_equal(per_kind[10_000:], rented[10_000:])


def test_a_model_that_is_worse_everywhere_never_serves() -> None:
    run = online.simulate(online.recorded(items(0.3)), 0)
    assert run.own_share_before == 0.0
    assert run.ours == run.best_fixed
    assert run.useful is None


def test_the_suite_tells_when_it_was_of_use_and_what_was_missed() -> None:
    suite = online.suite(items(0.75), 2)
    spreads = {one.name: one for one in suite.spreads}
    assert spreads["requests until the first useful router"].found == 2
    assert spreads["regret against the best fixed model, of 1,000 requests"].high < 0
    assert spreads["regret against the best model of each kind, of 1,000 requests"].low > 0
    assert suite.course is not None
    assert len(suite.course.curves[0].points) == 20
