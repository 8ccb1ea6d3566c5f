"""Dials: what the operator asks for, turned into a price on the last window of outcomes.

Every item of the window has the outcome of every model and what was believed of each before; a price per rented call
(or per dollar) makes a policy, and the policy's outcomes can be read off. Money and share are found among the prices at
which choices change, the quality target by going down from "always the incumbent" until the bound on what is kept no
longer holds.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.canon.money import dollars
from understudy.routing.beliefs import Dial, DialName, Point
from understudy.stats.offpolicy import ONE_SIDED
from understudy.stats.ridge import Vector
from understudy.stats.shrinkage import effective

# Prices tried: the quantiles of the price at which an item's choice changes.
_STEPS = 100
# Points of the frontier that a belief keeps for forecasts and counterfactuals.
_KEPT_POINTS = 21


class Window(NamedTuple):
    """The last outcomes, one row an item and one column a model.

    `believed` is the quality predicted without the item, `outcome` what came, `dear` how much of the dial's currency
    one answer costs (1 for a rented call, or dollars), `dollars` the mean cost of an answer, NaN where unknown;
    `incumbent` is the column of the model that answers when in doubt, `kinds` the number of each item's kind, `weights`
    how much of the traffic each item stands for, with a mean of 1; items of one kind weigh the same.
    """

    believed: Vector
    outcome: Vector
    dear: Vector
    rented: NDArray[np.bool_]
    dollars: Vector
    incumbent: int
    kinds: NDArray[np.int64]
    weights: Vector


class Policy(NamedTuple):
    """What one price comes to on a window."""

    price: float
    quality: float
    share: float
    dollars: float
    kept: Vector


def policy(window: Window, price: float) -> Policy:
    """The choices at a price, and what came of them."""
    chosen = np.argmax(window.believed - price * window.dear, axis=1)
    rows = np.arange(len(chosen))
    got = window.outcome[rows, chosen]
    dollars = window.dollars[rows, chosen]
    quality, share, spent = (_mean(one, window.weights) for one in (got, window.rented[chosen], dollars))
    return Policy(price, quality, share, spent, got)


def _mean(values: Vector | NDArray[np.bool_], weights: Vector) -> float:
    return float(np.average(values, weights=weights))


def prices(window: Window) -> list[float]:
    """Prices from free to prohibitive, at the quantiles of where choices change."""
    dear = window.dear
    cheapest, dearest = np.argmin(dear, axis=1), np.argmax(dear, axis=1)
    rows = np.arange(len(dear))
    apart = dear[rows, dearest] - dear[rows, cheapest]
    # A model that may not be chosen is believed to be worth nothing at any price.
    between = (apart > 0) & np.isfinite(window.believed[rows, dearest]) & np.isfinite(window.believed[rows, cheapest])
    if not between.any():
        return [0.0]
    rows, cheapest, dearest = rows[between], cheapest[between], dearest[between]
    gain = (window.believed[rows, dearest] - window.believed[rows, cheapest]) / apart[between]
    cuts = np.quantile(gain, np.linspace(0, 1, _STEPS + 1))
    low, high = float(cuts[0]), float(cuts[-1])
    step = max(1e-9, (high - low) / _STEPS)
    return [low - step, *map(float, np.unique(cuts)), high + step]


def turn(name: DialName, aim: float, window: Window, requests_per_day: float) -> Dial:
    """The dial with its price. An aim that the window does not reach is told, with what is served instead."""
    policies = [policy(window, price) for price in prices(window)]
    strong = window.outcome[:, window.incumbent]
    if name == "quality":
        chosen, met, words = policy(window, 0.0), True, "no dial: the best answers, whatever it costs"
    elif name == "quality_target":
        chosen, met, words = _by_quality(policies, window, aim)
    elif name == "rented_share":
        chosen, met, words = _by_share(policies, aim)
    else:
        chosen, met, words = _by_money(policies, aim, requests_per_day)
    points = tuple(_point(one, _mean(strong, window.weights)) for one in policies)
    return Dial(
        name=name,
        aim=aim,
        price=chosen.price,
        per="dollar" if counts_dollars(name, window.rented) else "call",
        met=met,
        words=words,
        frontier=points[:: max(1, len(points) // _KEPT_POINTS)],
    )


def counts_dollars(name: DialName, rented: NDArray[np.bool_]) -> bool:
    """Whether a dial counts dollars: a budget does, and any dial of a pool whose models are all own or all rented."""
    return name == "budget_usd_per_day" or not (rented.any() and not rented.all())


def _point(one: Policy, strong: float) -> Point:
    kept = one.quality / strong if strong else 1.0
    dollars = None if math.isnan(one.dollars) else one.dollars
    return Point(one.price, one.share, kept, dollars)


def _by_quality(policies: list[Policy], window: Window, aim: float) -> tuple[Policy, bool, str]:
    """The highest price such that it and every lower one keeps the aim with its lower bound.

    Going up from the first price that does, and stopping at the first failure, the error holds for all steps together.
    Where the incumbent is the dearest model that first step is the incumbent alone, which always keeps the aim.
    What is gained on one kind does not pay for a loss on another: nobody would want the worst answers there.
    """
    chosen: Policy | None = None
    for one in policies:
        bound = _excess_at_least(one.kept, window, aim)
        if bound >= 0:
            chosen = one
        elif chosen is not None:
            break
    if chosen is None:
        return policies[0], False, f"quality target {aim:.1%} cannot be kept by any price; the incumbent answers"
    kept = _point(chosen, _mean(window.outcome[:, window.incumbent], window.weights)).kept
    words = f"quality target {aim:.1%}: {kept:.1%} of the incumbent's on the last window with {chosen.share:.0%} rented"
    return chosen, True, f"{words}; for fewer the bound does not hold yet" if chosen is policies[0] else words


def _excess_at_least(got: Vector, window: Window, aim: float) -> float:
    """The lower bound of what is got beyond the aim, with no kind counted as more than the incumbent's.

    A kind that surely is better counts as level and as certain; any other as its mean, at most level, and as unsure as
    its outcomes are.
    """
    strong, kinds, weights = window.outcome[:, window.incumbent], window.kinds, window.weights
    count = np.bincount(kinds).astype(np.float64)
    gain = got - strong
    mean = np.bincount(kinds, weights=gain) / np.maximum(count, 1)
    spread = np.bincount(kinds, weights=gain**2) / np.maximum(count, 1) - mean**2
    error = np.where(count > 1, np.maximum(spread, 0.0) / np.maximum(count - 1, 1), 1.0)
    unsure = mean - ONE_SIDED * np.sqrt(error) <= 0
    share = np.bincount(kinds, weights=weights) / weights.sum()
    level = _mean(strong, weights)
    room = (1 - aim) * level
    # Few items that stand for much traffic are fewer in effect.
    room_error = (1 - aim) ** 2 * _mean((strong - level) ** 2, weights) / effective(weights.tolist())
    total = room + float((share * np.where(unsure, np.minimum(mean, 0.0), 0.0)).sum())
    return total - ONE_SIDED * math.sqrt(float((share**2 * np.where(unsure, error, 0.0)).sum()) + room_error)


def _by_share(policies: list[Policy], aim: float) -> tuple[Policy, bool, str]:
    within = [one for one in policies if one.share <= aim]
    if within:
        chosen = max(within, key=lambda one: (one.share, -one.price))
        return chosen, True, f"rented share {aim:.0%}: {chosen.share:.1%} on the last window"
    chosen = min(policies, key=lambda one: one.share)
    return chosen, False, f"rented share {aim:.0%} cannot be met: {chosen.share:.1%} is the least that is served"


def _by_money(policies: list[Policy], aim: float, requests_per_day: float) -> tuple[Policy, bool, str]:
    known = [one for one in policies if not math.isnan(one.dollars)]
    if not known:
        chosen = policies[0]
        return chosen, False, "the budget cannot be kept: the price of a model is not known; the best model answers"
    within = [one for one in known if one.dollars * requests_per_day <= aim]
    if within:
        chosen = max(within, key=lambda one: one.quality)
        return chosen, True, f"budget {dollars(aim)} a day: {dollars(chosen.dollars * requests_per_day)} expected"
    chosen = min(known, key=lambda one: one.dollars)
    least = chosen.dollars * requests_per_day
    return (
        chosen,
        False,
        f"budget {dollars(aim)} a day cannot be met: {dollars(least)} is the least; the cheapest answers",
    )
