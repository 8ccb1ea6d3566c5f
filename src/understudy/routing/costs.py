"""Costs: what a call is expected to cost under a budget, and whether that is what it costs.

A budget is kept by the mean cost of a call times the calls of a day, and the dial that keeps it is turned on what
answers cost then. Prompts grow, providers change prices, and no score and no share tells.

Costs have long tails: of means of a hundred conversations many would ring by chance, and one dear answer would hide a
change of all others. So an answer counts as at most MOST times the mean of its kind and model; costs that double move
that mean, one giant alone does not. What a call would have cost whose model was kept from it is not known: it counts as
that model's answers do on the kind. What is paid for those that stand in after a cascade's check is not seen.
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
    told: list[tuple[str, float, float]] = []
    for (kind, model), cell in cells.items():
        known = [(one, one.usd) for one in cell if one.usd is not None]
        weight = fsum(one.weight for one, _ in known)
        if not weight:
            continue
        most = MOST * fsum(one.weight * usd for one, usd in known) / weight
        paid = [(one, min(usd, most)) for one, usd in known]
        answers[kind][model] = Cost(fsum(one.weight * usd for one, usd in paid) / weight, most)
        scale = fsum(one.weight for one in cell) / weight
        told += [(unit_of(one.lesson), scale * one.weight, usd) for one, usd in paid]
    weights: dict[str, float] = defaultdict(float)
    for unit, weight, _ in told:
        weights[unit] += weight
    n, total = effective(weights.values()), fsum(weights.values())
    if n < needed:
        return None
    mean = fsum(weight * usd for _, weight, usd in told) / total
    variance = fsum(weight * (usd - mean) ** 2 for _, weight, usd in told) / total
    return Costs(answers=dict(answers), usd=mean, variance=variance, n=n) if mean else None


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
        usd = cost.usd if call.usd is None else min(call.usd, cost.most)
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
        return f"a call costs ${mean:.6f} in the mean of {self.calls:,}; ${costs.usd:.6f} were forecast"
