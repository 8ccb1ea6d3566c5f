"""Where the money goes: within the budget, to what is worth most, and a little to everyone."""

import math

from hypothesis import given
from hypothesis import strategies as st

from understudy.parity.allocate import FLOOR, Ask, allocate, chance_of_growth
from understudy.stats.mixture import Mixture, promotion


def ask(name: str, *, worth: float = 1.0, price: float | None = 1000.0, to_go: int | None = 100) -> Ask:
    return Ask(
        slice=name, requests_per_day=1000, rate_max=0.1, cost_per_pair=price, saved_per_day=worth, pairs_to_go=to_go
    )


asks = st.lists(
    st.builds(
        Ask,
        slice=st.uuids().map(str),
        requests_per_day=st.floats(0, 1e6),
        rate_max=st.floats(0, 1),
        cost_per_pair=st.none() | st.floats(0, 1e9),
        saved_per_day=st.floats(0, 1e12),
        pairs_to_go=st.none() | st.integers(0, 10_000),
        chance=st.floats(0, 1),
    ),
    max_size=12,
    unique_by=lambda one: one.slice,
)


def cost(asked: list[Ask], rates: dict[str, float]) -> float:
    dearest = max((one.cost_per_pair for one in asked if one.cost_per_pair is not None), default=0.0)
    return math.fsum(
        rates[one.slice] * one.requests_per_day * (dearest if one.cost_per_pair is None else one.cost_per_pair)
        for one in asked
    )


@given(asks, st.floats(0, 1e12))
def test_never_more_than_the_budget_and_never_more_than_asked(asked: list[Ask], budget: float) -> None:
    rates = allocate(asked, budget)
    assert rates.keys() == {one.slice for one in asked}
    assert all(0 <= rates[one.slice] <= one.rate_max * (1 + 1e-9) for one in asked)
    assert cost(asked, rates) <= budget * (1 + 1e-6) + 1e-6


@given(asks, st.floats(0, 1e12), st.floats(1, 10))
def test_more_money_takes_nothing_from_anyone(asked: list[Ask], budget: float, more: float) -> None:
    less, rich = allocate(asked, budget), allocate(asked, budget * more)
    assert all(rich[name] >= rate * (1 - 1e-9) - 1e-12 for name, rate in less.items())


def test_the_worthiest_is_served_first_and_all_keep_a_floor() -> None:
    rates = allocate([ask("low"), ask("high", worth=10.0)], 120_000.0)
    assert rates["high"] == 0.1
    assert rates["low"] == FLOOR * 0.1 + 0.01
    assert allocate([ask("low"), ask("high", worth=10.0)], 1e9) == {"low": 0.1, "high": 0.1}


def test_near_the_next_rung_is_worth_more_than_far_from_it() -> None:
    assert ask("near", to_go=10).worth > ask("far", to_go=1000).worth


def test_what_is_not_growing_or_has_no_price_keeps_its_floor() -> None:
    rates = allocate([ask("stuck", to_go=None), ask("dark", price=None), ask("fine")], 1e9)
    assert math.isclose(rates["stuck"], FLOOR * 0.1)
    assert math.isclose(rates["dark"], FLOOR * 0.1)
    assert math.isclose(rates["fine"], 0.1)


def test_the_chance_to_grow_on() -> None:
    bet = promotion(0.05)
    assert chance_of_growth(Mixture(bet), 0.0) == 0.5
    winning, losing = Mixture(bet).update(1.0, 50), Mixture(bet).update(-1.0, 50)
    assert chance_of_growth(winning, 0.1) > 0.99
    assert chance_of_growth(losing, 0.1) < 0.5
