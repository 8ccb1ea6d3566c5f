"""The contest: may what was just learned replace what serves now, judged on the traffic that was seen?

What a belief must show depends on what the operator asked for. Without a dial: more quality. With one: that it keeps
the aim and what serves now does not, or that it reaches the dial's own end better. Quality is compared off-policy: most
requests were answered by one model, so what the others would have earned is estimated doubly robust. A cascade is a
choice of its own beside the models.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from understudy.routing.beliefs import Belief, Learned
from understudy.routing.cascade import RIGHT, Cascade
from understudy.routing.decide import MIN_LABELS, Decision, Draw, dearness, decide, waited
from understudy.routing.learn import Fitted, Pool, unfold
from understudy.routing.lessons import Lesson, lot_of
from understudy.routing.priors import UNKNOWN
from understudy.stats.offpolicy import Value, gain, pseudo_outcomes

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
    if len(challenger.chosen) < MIN_LABELS:
        few = f"{len(challenger.chosen)} compared prompts; {MIN_LABELS:.0f} are asked"
        return Verdict(False, few, Value(0.0, -1.0, len(challenger.chosen)))
    new = _choices(unfold(belief), lessons, pool, belief, challenger.chosen)
    old = _choices(champion, lessons, pool, belief)
    sheet = np.array([_seen(belief, one, pool) for one in lessons])
    pseudo = pseudo_outcomes(sheet[:, :, 0], sheet[:, :, 1], sheet[:, :, 2])
    return _judged(belief, gain(pseudo, np.array(new.places), np.array(old.places)), new.spent, old.spent, pool)


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
    without: dict[str, str] | None = None,
) -> _Choices:
    names = [model.name for model in pool.models]
    places, spent = [], 0.0
    alike: dict[str, Decision] = {}
    for one in lessons:
        decision = alike.get(one.kind)
        if decision is None:
            prompt = one.prompt
            draw = Draw(lot_of(one))
            # The prompt is read at once or not at all.
            decision = decide(pool.models, pool.incumbent, learned, one.kind, lambda: prompt, draw=draw)  # noqa: B023
            if _same_for_all(learned, one.kind):
                alike[one.kind] = decision
        chosen = (without or {}).get(one.id) or decision.chosen
        places.append(len(names) if decision.trial else names.index(chosen))
        spent += _spent(belief, one.kind, pool, places[-1])
    return _Choices(places, spent / len(lessons))


def _same_for_all(learned: Learned | None, kind: str) -> bool:
    """Whether neither a prompt's text nor its lot moves a decision on this kind."""
    return learned is None or (learned.belief.dial.name == "quality" and kind not in learned.belief.speaks)


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
    """What came of one choice on one prompt, NaN where nobody saw it; the chance of seeing it, and the guess."""

    outcome: float
    chance: float
    guess: float

    def less(self, charge: float) -> "_Seen":
        """The same after a charge."""
        return self._replace(outcome=self.outcome - charge, guess=self.guess - charge)


def _seen(belief: Belief, lesson: Lesson, pool: Pool) -> list[_Seen]:
    """What is known of every choice on one prompt, the cascade last; what is charged for waiting is taken off."""
    alone = [_alone(belief, lesson, model.name) for model in pool.models]
    wait = [_wait(belief, lesson.kind, model.name) for model in pool.models]
    net = [one.less(charge) for one, charge in zip(alone, wait, strict=True)]
    found = belief.cascades.get(lesson.kind)
    names = [model.name for model in pool.models]
    if found is None:
        return [*net, _Seen(np.nan, 1.0, 0.0)]
    first, then = names.index(found.first), names.index(found.then)
    both = _cascaded(found, alone[first], alone[then])
    return [*net, both.less(wait[first] + (1 - found.accepted) * wait[then])]


def _wait(belief: Belief, kind: str, model: str) -> float:
    record = belief.records.get(kind, {}).get(model)
    return waited(belief, record.latency_ms if record else None)


def _alone(belief: Belief, lesson: Lesson, model: str) -> _Seen:
    record = belief.records.get(lesson.kind, {}).get(model)
    outcome = lesson.outcomes.get(model, np.nan)
    return _Seen(outcome, lesson.chances.get(model, 1.0), record.mean if record else UNKNOWN)


def _cascaded(found: Cascade, first: _Seen, then: _Seen) -> _Seen:
    """What an accepted answer counts, or the other model's outcome; seen where both were."""
    outcome = found.counts if first.outcome >= RIGHT else then.outcome
    both = not np.isnan(first.outcome) and not np.isnan(then.outcome)
    return _Seen(outcome if both else np.nan, min(first.chance, then.chance), found.quality)
