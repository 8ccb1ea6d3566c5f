"""Budgets: spent at their figure, renewed at midnight UTC, told in words with how long that is."""

import pytest

from understudy.canon.faults import FaultKind
from understudy.canon.money import UNKNOWN_PRICE, Price
from understudy.policy.budgets import (
    DAY_S,
    GUESSED_OUT,
    HELD_RETRY_S,
    NATIVE,
    Beside,
    Size,
    Spent,
    broke,
    day_of,
    guess,
    route_broke,
    spent_of,
)
from understudy.policy.keys import Caller

NOON_S = 20_000 * DAY_S + DAY_S / 2
TEAM = Caller("team", "acme", budget_usd_per_day=2.0)


def spent(nano: int, day: int = 20_000) -> Spent:
    return Spent(day, {"team": nano}, {"auto": nano})


def test_sums_are_those_of_keys_and_of_routes() -> None:
    sums = [("team", "auto", 5), ("team", "", 2), ("other", "auto", 1)]
    assert spent_of(7, sums) == Spent(7, {"team": 7, "other": 1}, {"auto": 6})
    assert day_of(NOON_S) == 20_000


@pytest.mark.parametrize(("nano", "gone"), [(0, False), (1_999_999_999, False), (2_000_000_000, True)])
def test_a_budget_is_gone_at_its_figure(nano: int, gone: bool) -> None:
    assert (broke(TEAM, spent(nano), NOON_S) is not None) == gone
    assert (route_broke(2.0, spent(nano), "auto", NOON_S) is not None) == gone


def test_a_refusal_names_the_budget_and_when_it_renews() -> None:
    fault = broke(TEAM, spent(10**12), NOON_S)
    assert fault is not None
    words = "of $2.00 a day is spent; it renews at midnight UTC, in 12 h 00 min"
    assert fault.message == f"the budget of key 'team' {words}"
    assert (fault.kind, fault.row.status, fault.retry_after_s) == (FaultKind.BUDGET, 429, DAY_S / 2)
    assert route_broke(2.0, spent(10**12), "auto", NOON_S) == f"the budget of this route {words}"


def test_what_runs_counts_as_spent_and_its_refusal_passes_in_a_moment() -> None:
    almost, held = spent(1_500_000_000), Beside(held=500_000_000)
    assert broke(TEAM, almost, NOON_S, Beside(held=499_999_999)) is None
    fault = broke(TEAM, almost, NOON_S, held)
    assert fault is not None
    words = "of $2.00 a day is held by requests that run now and may cost $0.50; try again in a moment"
    assert (fault.message, fault.kind) == (f"the budget of key 'team' {words}", FaultKind.BUDGET)
    assert (fault.native, fault.retry_after_s) == (None, HELD_RETRY_S)
    assert route_broke(2.0, almost, "auto", NOON_S, held) == f"the budget of this route {words}"
    assert route_broke(None, almost, "auto", NOON_S, held) is None


def test_a_cost_that_the_books_lack_yet_is_spent_all_the_same() -> None:
    fault = broke(TEAM, spent(1_500_000_000), NOON_S, Beside(cost=500_000_000))
    assert fault is not None
    assert (fault.native, fault.retry_after_s) == (NATIVE, DAY_S / 2)
    # What ended today is today's, however old the sums are.
    assert broke(TEAM, spent(10**12, 19_999), NOON_S, Beside(cost=2_000_000_000)) is not None


def test_a_guess_is_made_of_the_prompt_and_the_longest_answer_that_is_wanted() -> None:
    price = Price(uncached_in=2_000_000_000, out=8_000_000_000)
    assert guess(Size(10, 5), 70.0, price) == 10 * 2_000 + 5 * 8_000
    assert guess(Size(10), 70.4, price) == 10 * 2_000 + 70 * 8_000
    assert guess(Size(10), None, price) == 10 * 2_000 + GUESSED_OUT * 8_000
    assert guess(Size(10, 0), 70.0, Price(uncached_in=3_000_000_000)) == 30_000
    assert guess(Size(10, 5), None, UNKNOWN_PRICE) == 0


def test_yesterdays_spending_and_other_peoples_count_for_nothing() -> None:
    assert broke(TEAM, spent(10**12, 19_999), NOON_S) is None
    assert broke(Caller("other", "acme", budget_usd_per_day=2.0), spent(10**12), NOON_S) is None
    assert route_broke(2.0, spent(10**12), "else", NOON_S) is None


def test_without_a_budget_nothing_is_ever_gone_and_one_of_zero_always_is() -> None:
    assert broke(Caller("team", "acme"), spent(10**12), NOON_S) is None
    assert route_broke(None, spent(10**12), "auto", NOON_S) is None
    assert broke(Caller("team", "acme", budget_usd_per_day=0.0), Spent(), NOON_S) is not None
