"""Strata: more comparisons where they may change a choice, never none, and on the whole as many as were asked for."""

from collections import Counter

import numpy as np
import pytest
from msgspec.structs import replace

from tests.routing.pools import POOL, lesson
from understudy.routing.beliefs import Belief, Record, Strata
from understudy.routing.decide import MIN_LABELS
from understudy.routing.learn import believe
from understudy.routing.priors import Prior
from understudy.routing.strata import FLOOR, MIN_SEEN, MOST, expected_loss, multiples, strata

RATE = 0.05


def belief() -> Belief:
    """`settled`: the own model is surely better; `level`: both are as good; `young`: so are ten outcomes."""
    draw = np.random.default_rng(0)
    told = []
    for number in range(1_210):
        kind = "young" if number >= 1_200 else ("settled", "level")[number % 2]
        own, rented = draw.random() < (0.95 if kind == "settled" else 0.7), draw.random() < 0.7
        if kind == "young":
            own = rented = bool(number // 2 % 2)
        told.append(lesson(number, kind, float(own), float(rented)))
    return believe(told, POOL).belief


BELIEF = belief()


@pytest.mark.parametrize(
    "seen",
    [
        {"settled": 600, "level": 600},
        {"settled": 1_900, "level": 50, "young": 50},
        {"settled": 1_000, "level": 900} | {f"new {n}": 1 for n in range(100)},
        {"settled": 500},
        {"never": 1_000},
        {f"new {n}": 1 for n in range(100)},
    ],
)
@pytest.mark.parametrize("rate", [0.001, RATE, 0.5, 0.9])
def test_the_mean_over_the_traffic_is_what_was_asked_for(seen: dict[str, int], rate: float) -> None:
    found = strata(seen, BELIEF, POOL.models, rate)
    total = sum(seen.values())
    # Kinds that were seen too seldom to be a stratum of their own share the rate of new ones.
    compared = sum(count * rate * found.of(kind) for kind, count in seen.items())
    assert compared / total == pytest.approx(rate)
    assert all(0 < rate * found.of(kind) <= 1 for kind in seen)


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_a_young_kind_is_compared_no_less_for_what_was_expected(mean: float) -> None:
    told = [lesson(number, "young", number % 2, number // 2 % 2) for number in range(20)]
    plain, expecting = (replace(POOL, priors=priors) for priors in ({}, {"own": Prior(mean=mean)}))
    rates = [
        strata({"young": 500, "never": 500}, believe(told, pool).belief, POOL.models, RATE).of("young")
        for pool in (plain, expecting)
    ]
    assert rates[1] > rates[0] - 1e-9 > FLOOR


def test_what_is_settled_is_asked_less_and_never_nothing() -> None:
    found = strata({"settled": 600, "level": 600, "young": MIN_SEEN}, BELIEF, POOL.models, RATE)
    assert found.of("settled") == pytest.approx(FLOOR, abs=0.1)
    assert 1 < found.of("level") < found.of("young") <= MOST
    assert found.of("never seen") >= found.of("young")


@pytest.mark.parametrize(("outcomes", "waits"), [(MIN_LABELS - 2, True), (MIN_LABELS + 2, False)])
def test_what_is_better_and_may_not_answer_yet_is_compared_until_it_may(outcomes: float, waits: bool) -> None:
    """The own model costs nothing; it is as good on `easy`, and on `hard` worth nearly as little as the rented one."""
    easy = {"own": told(outcomes, 0.95), "rented": told(600, 0.95)}
    hard = {"own": told(300, 0.1), "rented": told(600, 0.97)}
    priced = replace(BELIEF, records={"easy": easy, "hard": hard}, dial=replace(BELIEF.dial, price=0.86))
    found = strata({"easy": 600, "hard": 600}, priced, POOL.models, RATE)
    assert (found.of("easy") > found.of("hard")) is waits


def told(n: float, mean: float) -> Record:
    half = 1.0 / n**0.5
    return Record(n=n, mean=mean, low=mean - half, high=mean + half)


def test_the_dials_price_moves_the_threshold() -> None:
    """Level kinds are settled where a rented call is charged for, and others come into doubt."""
    priced = replace(BELIEF, dial=replace(BELIEF.dial, name="rented_share", price=0.35))
    seen = {"settled": 600, "level": 600}
    assert strata(seen, priced, POOL.models, RATE).of("level") < strata(seen, BELIEF, POOL.models, RATE).of("level")


def test_all_are_asked_alike_where_nothing_is_known_or_everything_is_compared() -> None:
    assert strata({}, BELIEF, POOL.models, RATE) == Strata()
    assert strata({"level": 100}, BELIEF, POOL.models, 0.0) == Strata()
    assert strata({"settled": 100, "level": 100}, BELIEF, POOL.models, 1.0).of("settled") == 1.0


def test_what_the_ceiling_leaves_goes_to_the_others() -> None:
    shares = {"rare": 0.01, "common": 0.9, "some": 0.09}
    found = multiples(shares, {"rare": 0.3, "common": 0.0, "some": 0.001}, 5.0)
    assert found["rare"] == 5.0
    assert found["common"] < found["some"] <= 5.0
    assert sum(shares[name] * found[name] for name in shares) == pytest.approx(1.0)


def test_the_expected_loss_is_that_of_many_draws() -> None:
    draws = np.random.default_rng(1).normal(0.1, 0.2, 400_000)
    assert expected_loss(0.1, 0.2) == pytest.approx(np.maximum(0.0, -draws).mean(), rel=0.02)
    assert expected_loss(1.0, 0.01) < 1e-12


def test_counters_are_traffic() -> None:
    assert strata(Counter({"level": 100}), BELIEF, POOL.models, RATE).of("level") == pytest.approx(1.0)
