"""Where the money for comparing goes: to the slices where a pair is worth most.

A slice's value is the rented money that it would save a day, times the chance that its evidence grows at all; its cost
is the pairs to its next rung. Calls go in order of value by cost, each slice up to its own rate, until the day's money
is used up; every slice that is still compared keeps a floor, so that none is starved by its neighbours. Planning only:
no promise rests on it, since the rates do not depend on what the answers say (each pair's rate is recorded).
"""

import math
from collections.abc import Sequence

import msgspec

from understudy.stats.mixture import Mixture

# Every slice keeps this share of its own rate, as far as the money goes.
FLOOR = 0.1


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One slice's call for pairs. Money is in nano-dollars; `saved_per_day` is what moving it would save.

    `pairs_to_go` None: its evidence is not growing. `cost_per_pair` None: the price is not known, which is never free:
    the slice then gets its floor and no more.
    """

    slice: str
    requests_per_day: float
    rate_max: float
    cost_per_pair: float | None
    saved_per_day: float
    pairs_to_go: int | None
    chance: float = 1.0

    @property
    def worth(self) -> float:
        """Value by cost: what a nano-dollar spent here promises."""
        if self.pairs_to_go is None or not self.cost_per_pair:
            return 0.0
        return self.saved_per_day * self.chance / (max(1, self.pairs_to_go) * self.cost_per_pair)


def allocate(asks: Sequence[Ask], budget_per_day: float) -> dict[str, float]:
    """The rate of comparison of each slice, in [0, rate_max]; expected costs stay within the budget.

    A slice of unknown price is reckoned at the dearest known one; where no price is known at all every slice keeps its
    floor, for there is nothing to reckon with.
    """
    dearest = max((ask.cost_per_pair for ask in asks if ask.cost_per_pair is not None), default=0.0)
    floors = {ask.slice: FLOOR * ask.rate_max for ask in asks}
    spent = math.fsum(floors[ask.slice] * _full_cost(ask, dearest) / max(ask.rate_max, 1e-12) for ask in asks)
    if spent > budget_per_day:
        scale = budget_per_day / spent
        return {name: rate * scale for name, rate in floors.items()}
    rates, left = dict(floors), budget_per_day - spent
    for ask in sorted(asks, key=lambda ask: (-ask.worth, ask.slice)):
        room = (1 - FLOOR) * _full_cost(ask, dearest)
        if ask.worth <= 0 or room <= 0:
            continue
        part = min(1.0, left / room)
        rates[ask.slice] += part * (1 - FLOOR) * ask.rate_max
        left -= part * room
    return rates


def _full_cost(ask: Ask, dearest: float) -> float:
    """What a day at the full rate costs."""
    each = dearest if ask.cost_per_pair is None else ask.cost_per_pair
    return ask.requests_per_day * ask.rate_max * each


def chance_of_growth(mixture: Mixture, spread: float) -> float:
    """The chance that evidence which grew so far grows on: Phi(mean gain / its standard error); a half before pairs."""
    if mixture.n == 0 or spread <= 0:
        return 0.5
    mean = max(mixture.sums) / mixture.n
    return 0.5 * math.erfc(-mean / math.sqrt(spread / mixture.n) / math.sqrt(2))
