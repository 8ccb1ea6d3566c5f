"""Lessons: prompts with outcomes of models, as numbers, and what they come to by kind and model.

A lesson from a shadow has the outcome of every model of the pool; one from served traffic has only that of the model
that answered, with the chance that it would be seen. Weighing each outcome by the inverse of that chance makes means
of served traffic as honest as those of shadows, at the price of fewer outcomes in effect.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from understudy.routing.beliefs import Record
from understudy.routing.text import Prompt
from understudy.stats.shrinkage import Tally, down_the_tree, tally

# An outcome that was seen by a rare chance may not outweigh this many sure ones.
MAX_WEIGHT = 50.0
# What all reactions of one key may weigh on one kind, however many there are: as much as the slice's pseudo-outcomes.
MAX_KEY_WEIGHT = 20.0
# Where nothing at all is known of a model.
UNKNOWN = 0.5


class Lesson(NamedTuple):
    """One prompt: `outcomes` in [0, 1] by model, the `chances` that each was seen, dollars and milliseconds of each.

    `spoken` says that the outcome is a user's reaction, under `key`.
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


class Kin(NamedTuple):
    """What is known of models beyond one tenant's slice: all outcomes, by route, by kind, by route and kind."""

    everything: Mapping[str, Tally]
    routes: Mapping[tuple[str, str], Tally]
    kinds: Mapping[tuple[str, str], Tally]
    slices: Mapping[tuple[str, str, str], Tally]

    def parent(self, route: str, kind: str, model: str) -> float:
        """The mean that a tenant's slice is drawn toward."""
        nothing = Tally()
        levels = (
            self.everything.get(model, nothing),
            self.routes.get((route, model), nothing),
            self.kinds.get((kind, model), nothing),
            self.slices.get((route, kind, model), nothing),
        )
        return down_the_tree(levels, UNKNOWN)


def kin_of(lessons: Sequence[Lesson]) -> Kin:
    """What the lessons of all tenants say together; means only, no words."""
    weights: dict[tuple[str, ...], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for route in sorted({one.route for one in lessons}):
        for (kind, model), slice_ in by_slice(one for one in lessons if one.route == route).items():
            for place in (
                ("all", model),
                ("route", route, model),
                ("kind", kind, model),
                ("slice", route, kind, model),
            ):
                weights[place][0].extend(slice_.outcomes)
                weights[place][1].extend(slice_.weights)
    tallies = {place: tally(*both) for place, both in weights.items()}
    return Kin(
        everything={place[1]: one for place, one in tallies.items() if place[0] == "all"},
        routes={(place[1], place[2]): one for place, one in tallies.items() if place[0] == "route"},
        kinds={(place[1], place[2]): one for place, one in tallies.items() if place[0] == "kind"},
        slices={(place[1], place[2], place[3]): one for place, one in tallies.items() if place[0] == "slice"},
    )


def records_of(slices: Slices, route: str, kin: Kin) -> dict[str, dict[str, Record]]:
    """How each model did, by kind."""
    found: dict[str, dict[str, Record]] = defaultdict(dict)
    for (kind, model), slice_ in slices.items():
        seen = tally(slice_.outcomes, slice_.weights)
        mean = down_the_tree((seen,), kin.parent(route, kind, model))
        half = seen.half_width()
        plain = seen.mean if seen.mean is not None else mean
        found[kind][model] = Record(
            n=seen.n,
            mean=mean,
            low=max(0.0, plain - half),
            high=min(1.0, plain + half),
            cost_usd=sum(slice_.usd) / len(slice_.usd) if slice_.usd else None,
            latency_ms=sum(slice_.ms) / len(slice_.ms) if slice_.ms else None,
        )
    return dict(found)
