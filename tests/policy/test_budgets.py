"""Budgets: spent at their figure, renewed at midnight UTC, told in words with how long that is."""

import pytest

from understudy.canon.faults import FaultKind
from understudy.policy.budgets import DAY_S, Spent, broke, day_of, route_broke, spent_of
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


def test_yesterdays_spending_and_other_peoples_count_for_nothing() -> None:
    assert broke(TEAM, spent(10**12, 19_999), NOON_S) is None
    assert broke(Caller("other", "acme", budget_usd_per_day=2.0), spent(10**12), NOON_S) is None
    assert route_broke(2.0, spent(10**12), "else", NOON_S) is None


def test_without_a_budget_nothing_is_ever_gone_and_one_of_zero_always_is() -> None:
    assert broke(Caller("team", "acme"), spent(10**12), NOON_S) is None
    assert route_broke(None, spent(10**12), "auto", NOON_S) is None
    assert broke(Caller("team", "acme", budget_usd_per_day=0.0), Spent(), NOON_S) is not None
