"""The contest: may what was just learned replace what serves now, judged on the traffic that was seen?

What a belief must show depends on what the operator asked for. Without a dial: more quality. With one: that it keeps
the aim and what serves now does not, or that it reaches the dial's own end better. Quality is compared off-policy: most
requests were answered by one model, so what the others would have earned is estimated doubly robust. A cascade is a
choice of its own beside the models.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from understudy.routing.beliefs import Belief, Learned
from understudy.routing.cascade import RIGHT, Cascade
from understudy.routing.decide import MIN_LABELS, added, dearness, each_unhindered, waited
from understudy.routing.learn import Fitted, Pool, unfold
from understudy.routing.lessons import Lesson, lot_of
from understudy.routing.priors import UNKNOWN
from understudy.stats.offpolicy import Value, Vector, gain, pseudo_outcomes

# A change of the share of dear calls, or of the money spent, below this part is no reason for another belief.
WORTHWHILE = 0.01


class Verdict(NamedTuple):
    """Whether the challenger may serve, and why; its quality against the champion's, what both ask for a request.

    `spent` and `before` are shares of rented calls, or dollars, as the dial counts.
    """

    won: bool
    words: str
    quality: Value
    spent: float = 0.0
    before: float = 0.0


class _Choices(NamedTuple):
    """One belief's choices on some lessons, by place in the pool; the place after the last is the cascade."""

    places: list[int]
    spent: float


def contest(challenger: Fitted, champion: Learned | None, lessons: Sequence[Lesson], pool: Pool) -> Verdict:
    """Whether the challenger may serve in the champion's place; without one the incumbent answers everything.

    On compared prompts the challenger's choices are those that it made without them; the champion's may have learned
    from them, which favours the champion.
    """
    belief = challenger.belief
    # Elsewhere a guess would stand for what nobody could see, and win by itself.
    lessons = [one for one in lessons if one.fair]
    if len(challenger.chosen) < MIN_LABELS:
        few = f"{len(challenger.chosen)} compared prompts; {MIN_LABELS:.0f} are asked"
        return Verdict(False, few, Value(0.0, -1.0, len(challenger.chosen)))
    new = _choices(unfold(belief), lessons, pool, belief, challenger.chosen)
    old = _choices(champion, lessons, pool, belief)
    quality = gain(pseudo_outcomes(*_seen(belief, lessons, pool)), np.array(new.places), np.array(old.places))
    return _judged(belief, quality, new.spent, old.spent, pool)


def _judged(belief: Belief, quality: Value, spent: float, before: float, pool: Pool) -> Verdict:
    told = f"quality {quality.mean:+.4f} a request (at least {quality.low:+.4f})"
    if belief.dial.name == "quality":
        return Verdict(quality.low > 0, told, quality, spent, before)
    if belief.dial.per == "call":
        told = f"{told}, {spent:.1%} rented instead of {before:.1%}"
    else:
        told = f"{told}, ${spent:.6f} a request instead of ${before:.6f}"
    less = spent < before * (1 - WORTHWHILE)
    if belief.dial.name == "quality_target":
        return Verdict(less and belief.dial.met, told, quality, spent, before)
    if not belief.dial.met:
        return Verdict(less, told, quality, spent, before)
    aim = pool.aim if belief.dial.name == "rented_share" else pool.aim / max(1.0, pool.requests_per_day)
    return Verdict(quality.low > 0 if before <= aim else less, told, quality, spent, before)


def _choices(
    learned: Learned | None,
    lessons: Sequence[Lesson],
    pool: Pool,
    belief: Belief,
    without: Mapping[str, str] = MappingProxyType({}),
) -> _Choices:
    names = [model.name for model in pool.models]
    if learned is None or learned.belief.incumbent != pool.incumbent:  # gains over another model say nothing
        places = [names.index(pool.incumbent)] * len(lessons)
    else:
        asked = ((one.kind, added(learned, one.kind, one.prompt), lot_of(one)) for one in lessons)
        decisions = zip(lessons, each_unhindered(pool.models, learned.belief, asked), strict=True)
        places = [
            len(names) if one.trial else names.index(without.get(lesson.id, one.chosen)) for lesson, one in decisions
        ]
    counted = Counter(zip((one.kind for one in lessons), places, strict=True))
    spent = sum(count * _spent(belief, kind, pool, place) for (kind, place), count in counted.items())
    return _Choices(places, spent / len(lessons))


def _spent(belief: Belief, kind: str, pool: Pool, place: int) -> float:
    """What one answer asks for, as the dial counts: rented calls or dollars; a cascade asks for both at times."""
    found = belief.cascades.get(kind)
    if place == len(pool.models):
        accepted, cost = (found.accepted, found.cost_usd) if found is not None else (0.0, None)
        return 1 - accepted if belief.dial.per == "call" else cost or 0.0
    model = pool.models[place]
    record = belief.records.get(kind, {}).get(model.name)
    return dearness(belief, model.owned, record.cost_usd if record else None)


class _Seen(NamedTuple):
    """What came of every choice on every prompt, NaN where nobody saw it; the chance of seeing it, and the guess.

    One row a prompt, one column a model, the cascade last; what is charged for waiting is taken off.
    """

    outcome: Vector
    chance: Vector
    guess: Vector


def _seen(belief: Belief, lessons: Sequence[Lesson], pool: Pool) -> _Seen:
    names = [model.name for model in pool.models]
    outcome = np.array([[*(one.outcomes.get(name, np.nan) for name in names), np.nan] for one in lessons])
    chance = np.array([[*(one.chances.get(name, 1.0) for name in names), 1.0] for one in lessons])
    kinds, of = np.unique([one.kind for one in lessons], return_inverse=True)
    known = [[belief.records.get(str(kind), {}).get(name) for name in names] for kind in kinds]
    wait = np.array([[*(waited(belief, one.latency_ms if one else None) for one in told), 0.0] for told in known])
    guess = np.array([[*(one.mean if one else UNKNOWN for one in told), 0.0] for told in known])[of]
    for place, kind in enumerate(kinds):
        found = belief.cascades.get(str(kind))
        if found is not None:
            rows, first, then = of == place, names.index(found.first), names.index(found.then)
            wait[place, -1] = wait[place, first] + (1 - found.accepted) * wait[place, then]
            outcome[rows, -1] = _cascaded(found, outcome[rows, first], outcome[rows, then])
            chance[rows, -1] = np.minimum(chance[rows, first], chance[rows, then])
            guess[rows, -1] = found.quality
    return _Seen(outcome - wait[of], chance, guess - wait[of])


def _cascaded(found: Cascade, first: Vector, then: Vector) -> Vector:
    """What an accepted answer counts, or the other model's outcome; seen where both were."""
    both = ~np.isnan(first) & ~np.isnan(then)
    return np.where(both, np.where(first >= RIGHT, found.counts, then), np.nan)
