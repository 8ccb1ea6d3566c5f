"""Lessons: prompts with outcomes of models, as numbers, and what they come to by kind and model.

A lesson from a shadow has the outcome of every model of the pool; one from served traffic has only that of the model
that answered, with the chance that it would be seen. Weighing each outcome by the inverse of that chance makes means
of served traffic as honest as those of shadows, at the price of fewer outcomes in effect.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from understudy.routing.beliefs import Record
from understudy.routing.takings import takings
from understudy.routing.text import Prompt
from understudy.stats.shrinkage import Tally, down_the_tree, shrunk, tally

# An outcome that was seen by a rare chance may not outweigh this many sure ones.
MAX_WEIGHT = 50.0
# What all reactions of one key may weigh on one kind, however many there are: as much as the slice's pseudo-outcomes.
MAX_KEY_WEIGHT = 20.0
# Where nothing at all is known of a model.
UNKNOWN = 0.5


class Lesson(NamedTuple):
    """One prompt: `outcomes` in [0, 1] by model, the `chances` that each was seen, dollars and milliseconds of each.

    `spoken` says that the outcome is a user's reaction, under `key`; `said` is that reaction to the answer of `served`;
    `unit` is the conversation, where it is known.
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
    unit: str = ""


def lot_of(lesson: Lesson) -> float:
    """A draw in [0, 1) that a lesson always has again."""
    return int.from_bytes(hashlib.sha256(lesson.id.encode()).digest()[:6], "big") / (1 << 48)


class Slice(NamedTuple):
    """The outcomes of one model on one kind, with their weights, and the means of what they took."""

    outcomes: list[float]
    weights: list[float]
    usd: list[float]
    ms: list[float]


Slices = dict[tuple[str, str], Slice]


def by_slice(lessons: Iterable[Lesson]) -> Slices:
    """The outcomes by kind and model; a key's reactions weigh together at most MAX_KEY_WEIGHT on a kind."""
    told = list(lessons)
    spoken = Counter((one.key, one.kind) for one in told if one.spoken)
    found: Slices = defaultdict(lambda: Slice([], [], [], []))
    for one in told:
        share = min(1.0, MAX_KEY_WEIGHT / spoken[one.key, one.kind]) if one.spoken else 1.0
        for model, outcome in one.outcomes.items():
            into = found[one.kind, model]
            into.outcomes.append(outcome)
            into.weights.append(share * min(MAX_WEIGHT, 1.0 / one.chances.get(model, 1.0)))
            if model in one.usd:
                into.usd.append(one.usd[model])
            if model in one.ms:
                into.ms.append(one.ms[model])
    return dict(found)


class Leaf(NamedTuple):
    """One model on one tenant's slice."""

    tenant: str
    route: str
    kind: str
    model: str


class Kin(NamedTuple):
    """What is known of models beyond one tenant's slice: outcomes added up by what slices have in common."""

    leaves: Mapping[Leaf, Tally]
    sums: Mapping[tuple[str, ...], Tally]

    def parent(self, leaf: Leaf) -> float:
        """The mean that a slice is drawn toward: from other routes, its route's other kinds, its kind on other routes,
        the same slice of other tenants. The levels share no outcome, with one another or with the slice itself.
        """
        route, kind, model = leaf.route, leaf.kind, leaf.model
        here = self._sum(route, kind, model)
        levels = (
            self._sum("", "", model).without(self._sum(route, "", model)),
            self._sum(route, "", model).without(here),
            self._sum("", kind, model).without(here),
            here.without(self.leaves.get(leaf, Tally())),
        )
        return down_the_tree(levels, UNKNOWN)

    def _sum(self, *place: str) -> Tally:
        return self.sums.get(place, Tally())


def kin_of(lessons: Sequence[Lesson]) -> Kin:
    """What the lessons of all tenants say together; means only, no words."""
    groups: dict[tuple[str, str], list[Lesson]] = defaultdict(list)
    for one in lessons:
        groups[one.tenant, one.route].append(one)
    leaves = {
        Leaf(tenant, route, kind, model): tally(slice_.outcomes, slice_.weights)
        for (tenant, route), mine in groups.items()
        for (kind, model), slice_ in by_slice(mine).items()
    }
    sums: dict[tuple[str, ...], Tally] = defaultdict(Tally)
    for leaf, seen in leaves.items():
        for place in product((leaf.route, ""), (leaf.kind, ""), (leaf.model,)):
            sums[place] = sums[place].plus(seen)
    return Kin(leaves, dict(sums))


def records_of(slices: Slices, tenant: str, route: str, kin: Kin) -> dict[str, dict[str, Record]]:
    """How each model did, by kind."""
    usd = takings({place: one.usd for place, one in slices.items()})
    ms = takings({place: one.ms for place, one in slices.items()})
    found: dict[str, dict[str, Record]] = defaultdict(dict)
    for (kind, model), slice_ in slices.items():
        seen = tally(slice_.outcomes, slice_.weights)
        mean = shrunk(seen, kin.parent(Leaf(tenant, route, kind, model)))
        half = seen.half_width()
        plain = seen.mean if seen.mean is not None else mean
        found[kind][model] = Record(
            n=seen.n,
            mean=mean,
            # Around what was seen, and wide enough to hold what is believed.
            low=max(0.0, min(plain - half, mean)),
            high=min(1.0, max(plain + half, mean)),
            cost_usd=usd.get((kind, model)),
            latency_ms=ms.get((kind, model)),
        )
    return dict(found)
