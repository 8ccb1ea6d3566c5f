"""Budgets: what a key or a route may cost a day, and what it means that the money is gone.

A day is one of UTC. What was spent is counted from the books; what running requests may still cost is held, and counts
as spent. As long as anything is left one more request is let in: a day goes over by what that one costs, and by what
those that ran beside it cost beyond their guess. An unknown cost counts as none. Pure: sums and the time go in.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.money import NANO, Price, cost, dollars
from understudy.canon.usage import Usage
from understudy.canon.value import Value
from understudy.policy.keys import Caller

DAY_S = 86_400
# The word by which clients of OpenAI's dialects know that trying again does not help.
NATIVE = "insufficient_quota"
# When to come again where the rest is only held: most answers are made within seconds.
HELD_RETRY_S = 1.0
# Tokens of an answer where neither its caller nor earlier answers tell how long it may be: a page or two of words.
GUESSED_OUT = 1_000


class Beside(NamedTuple):
    """What counts beside the books' sums: costs that they lack yet, and what running requests may cost."""

    cost: int = 0
    held: int = 0


NOTHING = Beside()


class Size(Value, frozen=True):
    """How much a request may come to, in tokens: its prompt, and the longest answer that its caller would take.

    `out` is None where the caller does not say.
    """

    prompt: int
    out: int | None = None


def guess(size: Size, mean_out: float | None, price: Price) -> int:
    """What an answer may cost, in nano-dollars; `mean_out` is the mean length of its model's answers, where known."""
    out = size.out
    if out is None:
        out = GUESSED_OUT if mean_out is None else round(mean_out)
    return cost(Usage(uncached_in=size.prompt, out=out), price) or 0


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


def broke(caller: Caller, spent: Spent, now_s: float, beside: Beside = NOTHING) -> Fault | None:
    """The refusal for a caller whose budget is spent, or held by its running requests; None while there is money."""
    budget = caller.budget_usd_per_day
    nano = _today(spent, spent.keys.get(caller.name, 0), now_s) + beside.cost
    whose = f"the budget of key {caller.name!r}"
    if _gone(budget, nano):
        words = f"{whose} {_renewal(budget, now_s)}"
        return Fault(words, kind=FaultKind.BUDGET, native=NATIVE, retry_after_s=_left_s(now_s))
    if _gone(budget, nano + beside.held):
        return Fault(f"{whose} {_held(budget, beside.held)}", kind=FaultKind.BUDGET, retry_after_s=HELD_RETRY_S)
    return None


def route_broke(
    budget_usd: float | None, spent: Spent, route: str, now_s: float, beside: Beside = NOTHING
) -> str | None:
    """Why a route has to save, for the rest of the day or a moment; None while it has money, or no budget."""
    nano = _today(spent, spent.routes.get(route, 0), now_s) + beside.cost
    if _gone(budget_usd, nano):
        return f"the budget of this route {_renewal(budget_usd, now_s)}"
    if _gone(budget_usd, nano + beside.held):
        return f"the budget of this route {_held(budget_usd, beside.held)}"
    return None


def _today(spent: Spent, nano: int, now_s: float) -> int:
    return nano if spent.day == day_of(now_s) else 0


def _gone(budget_usd: float | None, nano: int) -> bool:
    return budget_usd is not None and nano >= budget_usd * NANO


def _renewal(budget_usd: float | None, now_s: float) -> str:
    hours, minutes = divmod(math.ceil(_left_s(now_s) / 60), 60)
    return f"of {dollars(budget_usd or 0.0)} a day is spent; it renews at midnight UTC, in {hours} h {minutes:02d} min"


def _held(budget_usd: float | None, held: int) -> str:
    whole, may = dollars(budget_usd or 0.0), dollars(held / NANO)
    return f"of {whole} a day is held by requests that run now and may cost {may}; try again in a moment"


def _left_s(now_s: float) -> float:
    return DAY_S - now_s % DAY_S
