"""Lessons: prompts with outcomes of models, as numbers, and the same by kind and model.

A lesson from a shadow has the outcome of every model of the pool; one from served traffic has only that of the model
that answered, with the chance that it would be seen. Weighing each outcome by the inverse of that chance makes means
of served traffic as honest as those of shadows, at the price of fewer outcomes in effect.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from understudy.routing.text import Prompt

# An outcome that was seen by a rare chance may not outweigh this many sure ones.
MAX_WEIGHT = 50.0
# What all reactions of one key may weigh on one kind, however many there are: as much as the slice's pseudo-outcomes.
MAX_KEY_WEIGHT = 20.0
# The outcome of an answer that a judge finds as good as the incumbent's, and so of the incumbent's own.
LEVEL = 0.5


class Lesson(NamedTuple):
    """One prompt: `outcomes` in [0, 1] by model, the `chances` that each was seen, dollars and milliseconds of each.

    `spoken` says that the outcome is a user's reaction, under `key`; `said` is that reaction to the answer of `served`.
    `wasted_usd` is what a model's tries cost that came to no answer at all, `unit` the conversation, where it is known.
    """

    id: str
    tenant: str
    route: str
    kind: str
    at_s: float
    prompt: Prompt
    outcomes: Mapping[str, float]
    chances: Mapping[str, float]
    usd: Mapping[str, float] = {}
    ms: Mapping[str, float] = {}
    key: str = ""
    spoken: bool = False
    served: str = ""
    said: float | None = None
    wasted_usd: Mapping[str, float] = {}
    unit: str = ""

    @property
    def fair(self) -> bool:
        """Whether another model's outcome could have been seen here; what users say needs no comparison.

        Where it could not, since nothing was compared at that moment, no weight makes up for those that are missing.
        """
        return self.spoken or min(self.chances.values(), default=1.0) > 0.0


def lot_of(lesson: Lesson) -> float:
    """A draw in [0, 1) that a lesson always has again."""
    return int.from_bytes(hashlib.sha256(lesson.id.encode()).digest()[:6], "big") / (1 << 48)


def unit_of(lesson: Lesson) -> str:
    """The conversation of a lesson; one that is of none is a unit of its own."""
    return lesson.unit or lesson.id


class Slice(NamedTuple):
    """The outcomes of one model on one kind, with their weights; of each prompt all outcomes; and what answers took.

    `wasted` are dollars of tries that came to no answer.
    """

    outcomes: list[float]
    weights: list[float]
    prompts: list[Mapping[str, float]]
    usd: list[float]
    ms: list[float]
    wasted: list[float]

    def paid(self) -> list[float]:
        """What each completed request cost, its part of what was wasted included."""
        part = sum(self.wasted) / len(self.usd) if self.usd else 0.0
        return [usd + part for usd in self.usd]


Slices = dict[tuple[str, str], Slice]


def by_slice(lessons: Iterable[Lesson]) -> Slices:
    """The outcomes by kind and model; a key's reactions weigh together at most MAX_KEY_WEIGHT on a kind.

    Of a lesson that is not fair only what answers took counts, on slices that have outcomes.
    """
    told = list(lessons)
    spoken = Counter((one.key, one.kind) for one in told if one.spoken)
    found: Slices = defaultdict(lambda: Slice([], [], [], [], [], []))
    for one in told:
        if not one.fair:
            continue
        share = min(1.0, MAX_KEY_WEIGHT / spoken[one.key, one.kind]) if one.spoken else 1.0
        for model, outcome in one.outcomes.items():
            into = found[one.kind, model]
            into.outcomes.append(outcome)
            into.prompts.append(one.outcomes)
            into.weights.append(share * min(MAX_WEIGHT, 1.0 / one.chances.get(model, 1.0)))
        for model in one.wasted_usd:
            found.setdefault((one.kind, model), Slice([], [], [], [], [], []))
    for one in told:
        _hear_cost(found, one)
    return dict(found)


def _hear_cost(found: Slices, one: Lesson) -> None:
    """What the answers of one lesson took, on the slices that there are."""
    for model in (model for model in one.outcomes if (one.kind, model) in found):
        into = found[one.kind, model]
        into.usd.extend([one.usd[model]] if model in one.usd else [])
        into.ms.extend([one.ms[model]] if model in one.ms else [])
    for model, usd in one.wasted_usd.items():
        if (one.kind, model) in found:
            found[one.kind, model].wasted.append(usd)
