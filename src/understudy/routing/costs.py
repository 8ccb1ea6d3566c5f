"""Costs: what a call is expected to cost under a budget, and whether that is what it costs.

A budget is kept by the mean cost of a call times the calls of a day, and the dial that keeps it is turned on what
answers cost then. Prompts grow, providers change prices, and no score and no share tells.

Costs have long tails: of means of a hundred conversations many would ring by chance, and one dear answer would hide a
change of all others. So an answer counts as at most MOST times the mean of its kind and model; costs that double move
that mean, one giant alone does not.

How often each model is chosen on a kind is the share's to tell. So a call counts as its kind costs at the choices that
were forecast, plus what its own answer cost beyond the mean of its kind and model. Where the chosen model was kept from
it nothing is known of the latter. What is paid for those that stand in after a cascade's check is not seen.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import NamedTuple

from understudy.routing.beliefs import Cost, Costs
from understudy.routing.decide import Decision
from understudy.routing.lessons import Lesson, unit_of
from understudy.stats.shift import means_by_chance
from understudy.stats.shrinkage import Tally, effective

# Measured on recorded and on simulated costs: docs/decisions/2026-11-28-other-traffic-is-learned-anew.md.
MOST = 3.0
# What is large: this part of what a call was expected to cost.
COST_AT = 0.20


class Call(NamedTuple):
    """A request, what is decided for it, and how many it stands for."""

    lesson: Lesson
    decision: Decision
    weight: float

    @property
    def usd(self) -> float | None:
        """What the answer of the chosen model cost; None where it gave none."""
        return self.lesson.usd.get(self.decision.chosen)


def expected(calls: Sequence[Call], needed: float) -> Costs | None:
    """What such calls cost; None where that would rest on fewer than `needed` in effect.

    Calls whose cost is known stand for all calls of the kind that go to the same model.
    """
    cells: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for one in calls:
        cells[one.lesson.kind, one.decision.chosen].append(one)
    answers: dict[str, dict[str, Cost]] = defaultdict(dict)
    known: list[tuple[Lesson, float, float]] = []
    at: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for (kind, model), cell in cells.items():
        paid = [(one, one.usd) for one in cell if one.usd is not None]
        weight = fsum(one.weight for one, _ in paid)
        if not weight:
            continue
        most = MOST * _mean([(usd, one.weight) for one, usd in paid])
        usd = _mean([(min(usd, most), one.weight) for one, usd in paid])
        answers[kind][model] = Cost(usd, most)
        stands_for = fsum(one.weight for one in cell) / weight
        known += [(one.lesson, min(its, most) - usd, stands_for * one.weight) for one, its in paid]
        at[kind].append((usd, stands_for * weight))
    kinds = {kind: _mean(costs) for kind, costs in at.items()}
    counted = [(kinds[lesson.kind] + over, weight) for lesson, over, weight in known]
    units: dict[str, float] = defaultdict(float)
    for lesson, _, weight in known:
        units[unit_of(lesson)] += weight
    n = effective(units.values())
    if n < needed or not any(kinds.values()):
        return None
    mean = _mean(counted)
    variance = _mean([((usd - mean) ** 2, weight) for usd, weight in counted])
    return Costs(answers=dict(answers), kinds=kinds, usd=mean, variance=variance, n=n)


def _mean(weighted: Sequence[tuple[float, float]]) -> float:
    return fsum(value * weight for value, weight in weighted) / fsum(weight for _, weight in weighted)


@dataclass
class Paid:
    """What the calls of a window cost: how many, dollars and their squares, calls by conversation."""

    calls: int = 0
    usd: float = 0.0
    squares: float = 0.0
    units: Counter[str] = field(default_factory=Counter)

    def hear(self, call: Call, costs: Costs) -> None:
        """Count one call more, where its cost was forecast."""
        cost = costs.answers.get(call.lesson.kind, {}).get(call.decision.chosen)
        if cost is None:
            return
        over = 0.0 if call.usd is None else min(call.usd, cost.most) - cost.usd
        usd = costs.kinds[call.lesson.kind] + over
        self.calls += 1
        self.usd += usd
        self.squares += usd**2
        self.units[unit_of(call.lesson)] += 1

    def alarm(self, costs: Costs, chance: float) -> str | None:
        """What calls cost instead of what was forecast, in words, where that is large and beyond a chance."""
        if not self.calls:
            return None
        part = effective(self.units.values()) / self.calls
        seen = Tally(part * self.calls, part * self.usd, part * self.squares)
        then = Tally(costs.n, costs.n * costs.usd, costs.n * (costs.variance + costs.usd**2))
        mean = self.usd / self.calls
        if abs(mean / costs.usd - 1) < COST_AT or means_by_chance(then, seen) > chance:
            return None
        told = f"${mean:.6f} in the mean of {self.calls:,}; ${costs.usd:.6f} were forecast"
        return f"at the choices that were forecast a call costs {told}"
