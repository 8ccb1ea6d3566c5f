"""Budgets: what a key or a route may cost a day, and what it means that the money is gone.

A day is one of UTC. What was spent is counted from the books, so that it is known a moment late: requests that run at
the same time may go over by what they cost. An unknown cost counts as none. Pure: sums and the time go in.
"""

import math
from collections.abc import Iterable

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.money import NANO
from understudy.canon.value import Value
from understudy.policy.keys import Caller

DAY_S = 86_400
# The word by which clients of OpenAI's dialects know that trying again does not help.
NATIVE = "insufficient_quota"


class Spent(Value, frozen=True):
    """What a day has cost so far, in nano-dollars, by key and by route; `day` counts from the epoch."""

    day: int = 0
    keys: dict[str, int] = {}
    routes: dict[str, int] = {}


def day_of(at_s: float) -> int:
    """The day that a moment falls on."""
    return int(at_s // DAY_S)


def spent_of(day: int, sums: Iterable[tuple[str, str, int]]) -> Spent:
    """A day's spending from sums by key and route; what no route stands behind counts to its key alone."""
    keys: dict[str, int] = {}
    routes: dict[str, int] = {}
    for key, route, nano in sums:
        keys[key] = keys.get(key, 0) + nano
        if route:
            routes[route] = routes.get(route, 0) + nano
    return Spent(day, keys, routes)


def broke(caller: Caller, spent: Spent, now_s: float) -> Fault | None:
    """The refusal for a caller whose budget is spent; None while there is money, or no budget."""
    words = _gone(caller.budget_usd_per_day, spent, spent.keys.get(caller.name, 0), now_s)
    if words is None:
        return None
    return Fault(
        f"the budget of key {caller.name!r} {words}",
        kind=FaultKind.BUDGET,
        native=NATIVE,
        retry_after_s=_left_s(now_s),
    )


def route_broke(budget_usd: float | None, spent: Spent, route: str, now_s: float) -> str | None:
    """Why a route has to save for the rest of the day; None while it has money, or no budget."""
    words = _gone(budget_usd, spent, spent.routes.get(route, 0), now_s)
    return None if words is None else f"the budget of this route {words}"


def _gone(budget_usd: float | None, spent: Spent, nano: int, now_s: float) -> str | None:
    if budget_usd is None or (budget_usd > 0 and (spent.day != day_of(now_s) or nano < budget_usd * NANO)):
        return None
    hours, minutes = divmod(math.ceil(_left_s(now_s) / 60), 60)
    return f"of ${budget_usd:,.2f} a day is spent; it renews at midnight UTC, in {hours} h {minutes:02d} min"


def _left_s(now_s: float) -> float:
    return DAY_S - now_s % DAY_S
