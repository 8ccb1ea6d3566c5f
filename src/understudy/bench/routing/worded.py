"""Decisions on recorded prompts in the words of `understudy route explain`: what a person would be told of each.

A route with a quality target learns from some of a suite's prompts through the router's own code, and others are asked.
The prompts themselves go to the screen, cut to a line, and nowhere else.
"""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from understudy.bench.routing.data import Item, answered
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.suites import lessons_of, pair_pool
from understudy.routing.decide import Decision, decide
from understudy.routing.explain import explained
from understudy.routing.learn import believe, unfold
from understudy.routing.naming import names_in
from understudy.routing.text import read

# So many prompts are learned from, or three of four where there are fewer.
LABELS = 3_000
TARGET = 0.95
LINE = 110


class Asking(NamedTuple):
    """Whom to ask what: a pair of models, the prompts to learn from, those to ask where they are others."""

    name: str
    title: str
    strong: str
    weak: str
    learned_on: Sequence[Item]
    asked: Sequence[Item] | None = None


class Worded(msgspec.Struct, frozen=True, kw_only=True):
    """One decision: the item that was asked, what both models' answers were worth, every reason in words."""

    item: str
    outcomes: dict[str, float]
    decision: Decision
    lines: tuple[str, ...]


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """The decisions of one suite, and from how many prompts they were learned."""

    name: str
    title: str
    labels: int
    decisions: tuple[Worded, ...]


class Told(NamedTuple):
    """What was explained, and the prompts of it, a line each, for the screen alone."""

    suite: Explained
    prompts: list[str]


def worded(one: Asking, count: int) -> Told:
    """`count` prompts that were not learned from, drawn by a fixed seed, with the whole decision on each."""
    models = (one.strong, one.weak)
    known = answered(one.learned_on, models)
    drawn = [known[place] for place in np.random.default_rng([FROZEN.seeds[0], 6]).permutation(len(known))]
    lessons = lessons_of(drawn[: min(LABELS, len(drawn) * 3 // 4)], models)
    asked = drawn[len(lessons) :]
    if one.asked is not None:
        others = answered(one.asked, models)
        asked = [others[place] for place in np.random.default_rng([FROZEN.seeds[0], 7]).permutation(len(others))]
    pool = msgspec.structs.replace(pair_pool(models), dial="quality_target", aim=TARGET)
    learned = unfold(believe(lessons, pool).belief)
    found = []
    for item in asked[:count]:
        numbers = read(item.prompt)
        decision = decide(pool.models, pool.incumbent, learned, item.slice, lambda: numbers)  # noqa: B023 - at once
        decision = msgspec.structs.replace(decision, kind=item.slice, known="as the data has it")
        lines = tuple(explained(decision, names_in(item.prompt)))
        outcomes = {model: item.outcomes[model] for model in models}
        found.append(Worded(item=item.id, outcomes=outcomes, decision=decision, lines=lines))
    suite = Explained(name=one.name, title=one.title, labels=len(lessons), decisions=tuple(found))
    return Told(suite, [textwrap.shorten(item.prompt, LINE, placeholder=" …") for item in asked[:count]])
