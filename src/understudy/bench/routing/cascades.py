"""Cascades on recorded outcomes: the own model answers first, a check looks, the rented one answers what it refuses.

The answers, their outcomes and lengths or dollars are recorded; **the check is simulated**: it accepts a right answer
and a wrong one with fixed chances, drawn once. Half of the prompts teach the router, through its production code, what
the check says of both models and what users say of the answers that they saw; the other half is counted. What is
predicted beside is the formula of check and outcomes (RT-5.1), on the half that teaches.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from understudy.bench.routing.data import Item, answered
from understudy.bench.routing.leakage import Places
from understudy.bench.routing.pools import served
from understudy.bench.routing.rows import Bar, Served, Suite, Vector
from understudy.routing.board import Model
from understudy.routing.contest import contest
from understudy.routing.decide import decide
from understudy.routing.learn import Pool, believe, unfold
from understudy.routing.lessons import Lesson
from understudy.routing.text import Prompt, read

Flags = NDArray[np.bool_]
# What the check accepts of right and of wrong answers.
CHECKS = {"perfect check": (1.0, 0.0), "check 90/10": (0.9, 0.1), "check 80/30": (0.8, 0.3)}
SEED = 0
# Characters that make a token, where answers were recorded by their length.
CHARS_PER_TOKEN = 4
# A prediction may lie this many standard errors from what came: of two dozen one or two lie beyond two.
WITHIN = 3.0
# What a cascade may lose: less cannot be told from nothing on so few prompts.
LOSS = 0.01


class Case(NamedTuple):
    """Two models on the same prompts, the first one own: right or wrong, and what each answer cost."""

    title: str
    first: str
    then: str
    items: Sequence[Item]
    right: Vector
    right_then: Vector
    cost: Vector
    cost_then: Vector
    kinds: Sequence[str]

    @property
    def weak_and_dear(self) -> bool:
        """Whether the first model is weaker than the other and its answers cost as much."""
        return bool(self.right.mean() <= self.right_then.mean() and self.cost.mean() >= self.cost_then.mean())


def case(
    title: str,
    items: Sequence[Item],
    models: tuple[str, str],
    *,
    sliced: bool = False,
    prices: Mapping[str, float] | None = None,
) -> Case:
    """The items that both models answered, at recorded dollars or at `prices` in dollars for a million tokens.

    An outcome is right if it is whole.
    """

    def dollars(item: Item, model: str) -> float | None:
        if prices is None:
            return item.usd.get(model)
        length = item.chars.get(model)
        return None if length is None else prices[model] / 1e6 * (len(item.prompt) + length) / CHARS_PER_TOKEN

    found = answered(items, models)
    paid = [(item, [usd for model in models if (usd := dollars(item, model)) is not None]) for item in found]
    both = [(item, costs) for item, costs in paid if len(costs) == len(models)]
    right, right_then = (np.array([float(item.outcomes[model] >= 1) for item, _ in both]) for model in models)
    cost, cost_then = np.array([costs for _, costs in both]).T
    kinds = [item.slice if sliced else "all" for item, _ in both]
    return Case(title, *models, [item for item, _ in both], right, right_then, cost, cost_then, kinds)


class Trial(NamedTuple):
    """One check on one case: the policy, how many standard errors its prediction was off, the kinds it would serve.

    `worth` has by kind what the cascade truly is worth over the better model alone.
    """

    row: Served
    off: float
    enabled: dict[str, bool]
    worth: dict[str, float]


def suite(one: Case) -> Suite:
    """The table of a case, and the bars."""
    drawn = np.random.default_rng(SEED).permutation(len(one.items))
    learned, scored = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    prompts = [read(one.items[place].prompt) for place in learned]
    trials = [_trial(one, name, learned, scored, prompts) for name in CHECKS]
    own, dear = float(one.cost[scored].mean()), float(one.cost_then[scored].mean())
    alone = (
        served(f"always own: {one.first}", one.right[scored], own, dear),
        served(f"always rented: {one.then}", one.right_then[scored], dear, dear),
    )
    mixture = _mixture(alone, trials[1].row)
    return Suite(
        name="cascades",
        title=f"Cascade (a simulation: recorded outcomes, a simulated check): {one.title}",
        served=(*alone, mixture, *(trial.row for trial in trials)),
        bars=_bars(one, trials),
        notes=(
            f"{len(learned):,} prompts learned from, {len(scored):,} counted; costs are those of a request over the "
            "rented model's",
            *_kinds(trials),
        ),
    )


def expected(one: Case, tpr: float, fpr: float, places: Places) -> tuple[float, float]:
    """Quality and dollars of a request by the formula: what passes the check, and the other model for the rest."""
    right, cost = one.right[places], one.cost[places]
    passing = np.where(right > 0, tpr, fpr)
    quality = passing * right + (1 - passing) * one.right_then[places]
    return float(quality.mean()), float((cost + (1 - passing) * one.cost_then[places]).mean())


def _trial(one: Case, name: str, learned: Places, scored: Places, prompts: Sequence[Prompt]) -> Trial:
    tpr, fpr = CHECKS[name]
    draws = np.random.default_rng([SEED, int(100 * tpr), int(100 * fpr)])
    passed, passed_then = (
        draws.random(len(right)) < np.where(right > 0, tpr, fpr) for right in (one.right, one.right_then)
    )
    got = np.where(passed, one.right, one.right_then)
    paid = one.cost + np.where(passed, 0.0, one.cost_then)
    quality, usd = expected(one, tpr, fpr, learned)
    row = served(name, got[scored], float(paid[scored].mean()), float(one.cost_then[scored].mean()))
    off = max(
        abs(float(values[scored].mean()) - said)
        / math.hypot(*(float(values[half].std()) / math.sqrt(len(half)) for half in (learned, scored)))
        for values, said in ((got, quality), (paid, usd))
    )
    lessons = [_lesson(one, place, passed, passed_then, prompt) for place, prompt in zip(learned, prompts, strict=True)]
    enabled = _enabled(one, lessons)
    row = msgspec.structs.replace(row, predicted=quality, predicted_usd=usd, enabled=any(enabled.values()))
    return Trial(row, off, enabled, _worth(one, tpr, fpr))


def pool(one: Case) -> Pool:
    """Both models, the first one own; cascades may be tried, and no dial charges for them."""

    def model(name: str, *, owned: bool) -> Model:
        return Model(name=name, provider="", upstream="", dialect="", endpoints=(), maker="", owned=owned)

    models = (model(one.first, owned=True), model(one.then, owned=False))
    return Pool(route="bench", models=models, incumbent=one.then, cascade=True)


def _lesson(one: Case, place: int, passed: Flags, passed_then: Flags, prompt: Prompt) -> Lesson:
    """A compared prompt: what the check said of both answers, and a user of the one that was served, in turns."""
    first = place % 2 == 0
    return Lesson(
        id=one.items[place].id,
        tenant="bench",
        route="bench",
        kind=one.kinds[place],
        at_s=0.0,
        prompt=prompt,
        outcomes={one.first: float(passed[place]), one.then: float(passed_then[place])},
        chances={},
        usd={one.first: float(one.cost[place]), one.then: float(one.cost_then[place])},
        served=one.first if first else one.then,
        said=float(one.right[place] if first else one.right_then[place]),
    )


def _enabled(one: Case, lessons: Sequence[Lesson]) -> dict[str, bool]:
    """By kind whether the router lets the own model answer first, after it won its contest."""
    mine, nothing = pool(one), read("")
    fitted = believe(lessons, mine)
    won = contest(fitted, None, lessons, mine).won
    learned = unfold(fitted.belief) if won else None
    return {
        kind: decide(mine.models, mine.incumbent, learned, kind, lambda: nothing).trial
        for kind in sorted(set(one.kinds))
    }


def _worth(one: Case, tpr: float, fpr: float) -> dict[str, float]:
    """By kind what the cascade truly is worth: its quality less that of the better model alone, over all prompts."""
    kinds, found = np.array(one.kinds), {}
    for kind in sorted(set(one.kinds)):
        places = np.flatnonzero(kinds == kind)
        best = max(float(one.right[places].mean()), float(one.right_then[places].mean()))
        found[kind] = expected(one, tpr, fpr, places)[0] - best
    return found


def _mixture(alone: Sequence[Served], beside: Served) -> Served:
    """The best that drawing the model by lot can do for the money of a cascade; for more, the best model alone."""
    by_cost = sorted(alone, key=lambda row: row.usd or 0.0)
    (low, high), costs = (row.quality for row in by_cost), [row.usd or 0.0 for row in by_cost]
    usd = min(max(beside.usd or 0.0, costs[0]), costs[1])
    share = (usd - costs[0]) / (costs[1] - costs[0]) if high > low else 0.0
    rented = next(row for row in alone if row.cost == 1.0)
    usd = costs[0] + share * (costs[1] - costs[0])
    name = f"best fixed mixture at the cost of {beside.name}"
    return Served(name=name, quality=low + share * (high - low), usd=usd, cost=usd / (rented.usd or 1.0))


def _kinds(trials: Sequence[Trial]) -> list[str]:
    """Of many kinds, how many are served so and what that is worth."""
    if len(trials[0].enabled) == 1:
        return []
    pays = [sum(worth > 0 for worth in trial.worth.values()) for trial in trials]
    told = [
        f"{trial.row.name} {sum(trial.enabled.values())} (it pays on {count})"
        for trial, count in zip(trials, pays, strict=True)
    ]
    return [f"served on so many of {len(trials[0].enabled)} kinds: {', '.join(told)}"]


def _bars(one: Case, trials: Sequence[Trial]) -> tuple[Bar, ...]:
    off = max(trial.off for trial in trials)
    near = Bar(
        what="predicted against realised quality and cost, standard errors at most",
        asked=f"≤ {WITHIN:g}",
        shown=f"{off:.2f}",
        passed=off <= WITHIN,
    )
    served_so = [(kind, trial) for trial in trials for kind, yes in trial.enabled.items() if yes]
    if one.weak_and_dear:
        what = "cascades that are served although the own model is weaker and dearer"
        return near, Bar(what=what, asked="0", shown=str(len(served_so)), passed=not served_so)
    losing = [(kind, trial) for kind, trial in served_so if trial.worth[kind] <= -LOSS]
    what = f"cascades that are served and lose {LOSS:g} or more of quality, of those served"
    shown = f"{len(losing)} of {len(served_so)}"
    return near, Bar(what=what, asked="0", shown=shown, passed=not losing)
