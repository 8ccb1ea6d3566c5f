"""Forecast: what a belief expects of its traffic, and whether that is what comes.

No model need have become worse for a belief to be out of date: its dial was turned on the traffic of then. Two figures
tell whether that is the traffic of now: how the scores spread (a score is what the best other model is predicted to
gain over the incumbent) and the share of calls that the dial sends to rented models. Under a budget there is a third,
what a call costs (`costs`). All are looked at once a window, each time a new one.

A call counts as the belief decides it where nothing is in the way, whoever answered: a model that rests, money that is
gone, a key's constraints or a conversation that stays where it is tell nothing of the traffic. To leave such calls out
would not do: they come at their own hours and from their own callers, and what is left is other traffic.

An alarm is large and beyond chance. Large: a PSI of at least PSI_AT, a share off by at least SHARE_AT, a cost off by at
least COST_AT. Beyond chance: the k-th window of a belief may spend ALPHA / (k·(k + 1)) on all figures together, which
adds up to ALPHA over all windows that there will ever be. So a belief whose traffic stays as it was hears a false alarm
with a chance of about ALPHA in all its life. Turns of one conversation may all go the same way: many count as one. A
window lasts a day, since traffic has its hours, or as long as what the forecast rests on, if that is less.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from understudy.routing.beliefs import Belief, Costs, Forecast
from understudy.routing.board import Model
from understudy.routing.costs import Call, Paid, expected
from understudy.routing.decide import Decision, each_unhindered
from understudy.routing.lessons import Lesson, lot_of, unit_of
from understudy.stats.shift import by_chance, psi
from understudy.stats.shrinkage import effective

# Requests and seconds of a window, at least.
WINDOW, WINDOW_S = 1_000, 86_400.0
# Workers hear of a belief within a second or two; what they answered before says nothing of it.
SETTLE_S = 10.0
# False alarms in the life of a belief, of all figures together.
ALPHA = 0.01
# What is large: the usual mark for a PSI, and this part of all calls.
PSI_AT, SHARE_AT = 0.25, 0.10
BINS = 10
# Prompts, in effect, that a forecast must rest on: ten bins of ten.
NEEDED = 100.0


def _counted(pool: Sequence[Model], incumbent: str) -> tuple[str, ...]:
    rented = tuple(model.name for model in pool if not model.owned)
    return rented if 0 < len(rented) < len(pool) else (incumbent,)


def score_of(decision: Decision) -> float | None:
    """What the best other model is predicted to gain over the incumbent, before any price; None where too little is
    known of either.
    """
    known = {one.model: one.mean + one.text for one in decision.options if one.mean is not None and one.out is None}
    others = [mean for name, mean in known.items() if name != decision.incumbent]
    return max(others) - known[decision.incumbent] if others and decision.incumbent in known else None


class Foreseen(NamedTuple):
    """A compared prompt, and what the text adds to each model as predicted by models that had not learned from it."""

    lesson: Lesson
    text: Mapping[str, float]


def foresee(
    belief: Belief, pool: Sequence[Model], asked: Sequence[Lesson], compared: Sequence[Foreseen]
) -> Forecast | None:
    """What a belief expects of traffic like `asked`; None where that would rest on too little.

    Calls count by conversation, as if all turns of one went the same way.
    Where the text speaks, what it said of prompts that it had learned from is no measure: `compared` prompts of those
    kinds, as they were held out, stand for all. Of other kinds every request has the same score, and stands for itself.
    """
    covered = {one.lesson.kind for one in compared}
    told = [*compared, *(Foreseen(one, {}) for one in asked if one.kind not in covered)]
    requests, prompts = Counter(one.kind for one in asked), Counter(one.lesson.kind for one in told)
    weights = np.array([requests[one.lesson.kind] / prompts[one.lesson.kind] for one in told])
    by_unit: Counter[str] = Counter()
    for one, weight in zip(told, weights.tolist(), strict=True):
        by_unit[unit_of(one.lesson)] += weight
    n, total, models = effective(by_unit.values()), float(weights.sum()), _counted(pool, belief.incumbent)
    if n < NEEDED:
        return None
    decisions = list(each_unhindered(pool, belief, ((one.lesson.kind, one.text, lot_of(one.lesson)) for one in told)))
    share = float(weights @ [one.chosen in models for one in decisions]) / total
    scores = [score_of(one) for one in decisions]
    edges = _edges([one for one in scores if one is not None])
    spread = np.bincount([_bin(one, edges) for one in scores], weights, len(edges) + 2) / total
    return Forecast(
        models=models,
        share=share,
        edges=edges,
        spread=tuple(spread.tolist()),
        n=n,
        # What a judge has spoken on comes out of its order.
        span_s=max(one.at_s for one in asked) - min(one.at_s for one in asked),
        costs=_costs(belief, told, decisions, weights.tolist()),
    )


def _costs(
    belief: Belief, told: Sequence[Foreseen], decisions: Sequence[Decision], weights: Sequence[float]
) -> Costs | None:
    if belief.dial.name != "budget_usd_per_day":
        return None
    lessons = [one.lesson for one in told]
    return expected([Call(*one) for one in zip(lessons, decisions, weights, strict=True)], NEEDED)


def _edges(scores: Sequence[float]) -> tuple[float, ...]:
    """Bins of equal numbers. A kind without text has one score: an edge lies between two values, never on one."""
    if not scores:
        return ()
    values = np.unique(np.array(scores))
    after = np.searchsorted(values, np.quantile(scores, np.arange(1, BINS) / BINS), side="right")
    return tuple(float(values[place - 1] + values[place]) / 2 for place in np.unique(after) if place < len(values))


def _bin(score: float | None, edges: Sequence[float]) -> int:
    return 0 if score is None else 1 + bisect_right(edges, score)


@dataclass
class Seen:
    """The window that runs: since when, its calls and how many the dial sends to models that are counted, calls by
    conversation, scores by bin; how many windows were before it; under a budget what its calls cost.
    """

    since_s: float = 0.0
    calls: int = 0
    counted: int = 0
    units: Counter[str] = field(default_factory=Counter)
    bins: Counter[int] = field(default_factory=Counter)
    before: int = 0
    paid: Paid = field(default_factory=Paid)

    def hear(self, decision: Decision, lesson: Lesson, expected: Forecast) -> None:
        """Count one call more, and what is decided for it where nothing is in the way."""
        self.since_s = self.since_s if self.calls else lesson.at_s
        self.calls += 1
        self.counted += decision.chosen in expected.models
        self.units[unit_of(lesson)] += 1
        self.bins[_bin(score_of(decision), expected.edges)] += 1
        if expected.costs is not None:
            self.paid.hear(Call(lesson, decision, 1.0), expected.costs)

    def whole(self, at_s: float, expected: Forecast) -> bool:
        """Whether the window is over."""
        return self.calls >= WINDOW and at_s - self.since_s >= min(WINDOW_S, expected.span_s)

    def alarm(self, expected: Forecast) -> str | None:
        """What of the forecast did not come true, in words; None where it did."""
        figures = 2 if expected.costs is None else 3
        n, chance = effective(self.units.values()), ALPHA / figures / ((self.before + 1) * (self.before + 2))
        spread = [self.bins[place] / self.calls for place in range(len(expected.spread))]
        found = psi(expected.spread, spread, expected.n, n)
        if found >= PSI_AT and by_chance(expected.spread, spread, expected.n, n) <= chance:
            return f"prompts no longer look like those it was learned from (PSI {found:.2f} over {self.calls:,} calls)"
        share = self.counted / self.calls
        then, now = (expected.share, 1 - expected.share), (share, 1 - share)
        if abs(share - expected.share) >= SHARE_AT and by_chance(then, now, expected.n, n) <= chance:
            models = ", ".join(expected.models)
            return f"the dial sends {share:.1%} of {self.calls:,} calls to {models}; {expected.share:.1%} were forecast"
        return None if expected.costs is None else self.paid.alarm(expected.costs, chance)
