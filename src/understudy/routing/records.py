"""Records: how each model did by kind, drawn toward what is known of its kin.

The incumbent has a mean outcome. Any other model is held against it: on the prompts that both answered, else against
the incumbent's mean on the kind. How much better one model is than another differs less from kind to kind than how hard
the kinds are, so few outcomes of a model on a hard kind must not be drawn toward what it is worth on easy ones.
Means cross tenants; no prompt and no word does.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace

from understudy.routing.beliefs import Record, Start
from understudy.routing.lessons import Lesson, Slice, Slices, by_slice
from understudy.routing.priors import UNKNOWN
from understudy.routing.takings import takings
from understudy.stats.shrinkage import PSEUDO, PSEUDO_GAINS, Tally, down_the_tree, tally

# Where means start, by kind and model, of which somebody said so.
Starts = Mapping[tuple[str, str], Start]
NO_STARTS: Starts = MappingProxyType({})


class Leaf(NamedTuple):
    """One model on one tenant's slice; `over` is the incumbent that it is held against, empty for its own outcomes."""

    tenant: str
    route: str
    kind: str
    model: str
    over: str = ""


class Tree(NamedTuple):
    """Figures of slices, and their sums over all that slices have in common."""

    leaves: Mapping[Leaf, Tally]
    sums: Mapping[tuple[str, ...], Tally]
    pseudo: float
    start: float

    def mean(self, leaf: Leaf, start: float | None = None) -> float:
        """What is believed of a slice: from `start` on other routes, its route's other kinds, its kind on other routes,
        the same slice of other tenants, its own figures. The levels share no figure.
        """
        route, kind, mine = leaf.route, leaf.kind, self.leaves.get(leaf, Tally())
        here = self._sum(leaf, route, kind)
        levels = (
            self._sum(leaf, "", "").without(self._sum(leaf, route, "")),
            self._sum(leaf, route, "").without(here),
            self._sum(leaf, "", kind).without(here),
            here.without(mine),
            mine,
        )
        return down_the_tree(levels, self.start if start is None else start, self.pseudo)

    def share(self, leaf: Leaf) -> float:
        """How much of a slice's mean is where it starts."""
        return self.mean(leaf, 1.0) - self.mean(leaf, 0.0)

    def _sum(self, leaf: Leaf, route: str, kind: str) -> Tally:
        return self.sums.get((route, kind, leaf.model, leaf.over), Tally())


def tree(leaves: Mapping[Leaf, Tally], pseudo: float, start: float) -> Tree:
    """These figures, added up."""
    sums: dict[tuple[str, ...], Tally] = defaultdict(Tally)
    for leaf, seen in leaves.items():
        for route, kind in product((leaf.route, ""), (leaf.kind, "")):
            place = (route, kind, leaf.model, leaf.over)
            sums[place] = sums[place].plus(seen)
    return Tree(leaves, dict(sums), pseudo, start)


class Kin(NamedTuple):
    """What is known of models on all slices of all tenants: incumbents' outcomes, and what others gain over them."""

    outcomes: Tree
    gains: Tree

    def mean(self, leaf: Leaf, starts: Starts = NO_STARTS) -> float:
        """The outcome that is expected of a model on a slice, in [0, 1]; `over` names the slice's incumbent."""
        base, said = self.base(leaf, starts), starts.get((leaf.kind, leaf.model))
        if leaf.model == leaf.over:
            return base
        gain = self.gains.mean(leaf, None if said is None else said.part * (said.mean - base))
        return min(1.0, max(0.0, base + gain))

    def base(self, leaf: Leaf, starts: Starts = NO_STARTS) -> float:
        """The mean of the slice's incumbent."""
        said = starts.get((leaf.kind, leaf.over))
        start = UNKNOWN if said is None else UNKNOWN + said.part * (said.mean - UNKNOWN)
        return self.outcomes.mean(leaf._replace(model=leaf.over, over=""), start)

    def started(self, leaf: Leaf, starts: Starts) -> Start | None:
        """Where a model's mean started and how much of it that still makes; None if nobody said so."""
        said = starts.get((leaf.kind, leaf.model))
        if said is None:
            return None
        if leaf.model == leaf.over:
            return replace(said, share=said.part * self.outcomes.share(leaf._replace(over="")))
        return replace(said, share=said.part * self.gains.share(leaf), otherwise=self.base(leaf, starts))


def kin_of(lessons: Sequence[Lesson], incumbents: Mapping[str, str]) -> Kin:
    """What the lessons of all tenants say together; `incumbents` has each route's."""
    groups: dict[tuple[str, str], list[Lesson]] = defaultdict(list)
    for one in lessons:
        groups[one.tenant, one.route].append(one)
    slices = {
        Leaf(tenant, route, kind, model, incumbents[route]): slice_
        for (tenant, route), mine in groups.items()
        for (kind, model), slice_ in by_slice(mine).items()
    }
    outcomes = {
        leaf._replace(over=""): tally(slice_.outcomes, slice_.weights)
        for leaf, slice_ in slices.items()
        if leaf.model == leaf.over
    }
    told = tree(outcomes, PSEUDO, UNKNOWN)
    gains = {leaf: _gains(slice_, leaf, told) for leaf, slice_ in slices.items() if leaf.model != leaf.over}
    return Kin(told, tree(gains, PSEUDO_GAINS, 0.0))


def _gains(slice_: Slice, leaf: Leaf, outcomes: Tree) -> Tally:
    base = outcomes.mean(leaf._replace(model=leaf.over, over=""))
    pairs = zip(slice_.outcomes, slice_.prompts, strict=True)
    return tally([own - prompt.get(leaf.over, base) for own, prompt in pairs], slice_.weights)


def records_of(
    slices: Slices, tenant: str, route: str, kin: Kin, incumbent: str, starts: Starts = NO_STARTS
) -> dict[str, dict[str, Record]]:
    """How each model did, by kind; `kin` knows these slices among all others."""
    usd = takings({place: one.paid() for place, one in slices.items()})
    ms = takings({place: one.ms for place, one in slices.items()})
    found: dict[str, dict[str, Record]] = defaultdict(dict)
    for (kind, model), slice_ in slices.items():
        seen = tally(slice_.outcomes, slice_.weights)
        leaf = Leaf(tenant, route, kind, model, incumbent)
        mean = kin.mean(leaf, starts)
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
            start=kin.started(leaf, starts),
        )
    return dict(found)
