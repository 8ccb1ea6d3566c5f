"""The contest: would what was just learned have earned more than what serves now, on the traffic that was seen?

Off-policy: most requests were answered by one model, so what the others would have earned is estimated doubly robust.
A cascade is a choice of its own beside the models.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from understudy.routing.beliefs import Belief, Learned
from understudy.routing.board import Model
from understudy.routing.cascade import RIGHT, Cascade
from understudy.routing.decide import MIN_LABELS, decide, priced
from understudy.routing.learn import Fitted, Pool, unfold
from understudy.routing.lessons import UNKNOWN, Lesson
from understudy.stats.offpolicy import Value, gain, pseudo_outcomes


class _Seen(NamedTuple):
    """What one choice earned on one prompt, NaN where nobody saw it; the chance of seeing it, and the guess."""

    earned: float
    chance: float
    guess: float


def contest(challenger: Fitted, champion: Learned | None, lessons: Sequence[Lesson], pool: Pool) -> Value:
    """How much more the challenger would have earned on these lessons than the champion: it serves only if it wins.

    What an answer earns is its outcome less the challenger's price for it. On compared prompts the challenger's choices
    are those that it made without them; the champion's may have learned from them, which favours the champion. Without
    a champion the incumbent answers everything.
    """
    if len(challenger.chosen) < MIN_LABELS:
        return Value(0.0, -1.0, len(challenger.chosen))
    learned = unfold(challenger.belief)
    new = [_choice(learned, one, pool, challenger.chosen.get(one.id)) for one in lessons]
    old = [_choice(champion, one, pool) for one in lessons]
    sheet = np.array([_seen(challenger.belief, one, pool) for one in lessons])
    pseudo = pseudo_outcomes(sheet[:, :, 0], sheet[:, :, 1], sheet[:, :, 2])
    return gain(pseudo, np.array(new), np.array(old))


def _choice(learned: Learned | None, lesson: Lesson, pool: Pool, without: str | None = None) -> int:
    """The place of a choice: a model's in the pool, or the one after the last for a cascade."""
    prompt = lesson.prompt
    decision = decide(pool.models, pool.incumbent, learned, lesson.kind, lambda: prompt)
    if decision.trial:
        return len(pool.models)
    return [model.name for model in pool.models].index(without or decision.chosen)


def _seen(belief: Belief, lesson: Lesson, pool: Pool) -> list[_Seen]:
    alone = [_alone(belief, lesson, model) for model in pool.models]
    found = belief.cascades.get(lesson.kind)
    names = [model.name for model in pool.models]
    if found is None:
        return [*alone, _Seen(np.nan, 1.0, 0.0)]
    first, then = alone[names.index(found.first)], alone[names.index(found.then)]
    return [*alone, _cascaded(found, first, then, lesson.outcomes.get(found.first), belief)]


def _alone(belief: Belief, lesson: Lesson, model: Model) -> _Seen:
    record = belief.records.get(lesson.kind, {}).get(model.name)
    price = priced(belief, model.owned, record) if record else 0.0
    mean = record.mean if record else UNKNOWN
    earned = lesson.outcomes.get(model.name, np.nan) - price
    return _Seen(earned, lesson.chances.get(model.name, 1.0), mean - price)


def _cascaded(found: Cascade, first: _Seen, then: _Seen, outcome: float | None, belief: Belief) -> _Seen:
    """What the check lets through earns as the first model, the rest as the other one; seen where both were."""
    price = belief.dial.price * (1 - found.accepted) if belief.dial.per == "call" else 0.0
    both = outcome is not None and not np.isnan(then.earned)
    earned = (first if outcome is not None and outcome >= RIGHT else then).earned if both else np.nan
    return _Seen(earned, min(first.chance, then.chance), found.quality - price)
