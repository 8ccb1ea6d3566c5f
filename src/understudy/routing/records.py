"""Records: how each model did by kind, drawn toward what is known of its kin.

The incumbent has a mean outcome. Any other model is held against it: on the prompts that both answered, else against
the incumbent's mean on the kind. How much better one model is than another differs less from kind to kind than how hard
the kinds are, so few outcomes of a model on a hard kind must not be drawn toward what it is worth on easy ones.
Means cross tenants; no prompt and no word does.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from understudy.routing.beliefs import Record
from understudy.routing.lessons import Lesson, Slice, Slices, by_slice
from understudy.routing.takings import takings
from understudy.stats.shrinkage import PSEUDO, PSEUDO_GAINS, Tally, down_the_tree, shrunk, tally

# Where nothing at all is known of an incumbent.
UNKNOWN = 0.5


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

    def parent(self, leaf: Leaf) -> float:
        """The mean that a slice is drawn toward: from other routes, its route's other kinds, its kind on other routes,
        the same slice of other tenants. The levels share no figure, with one another or with the slice itself.
        """
        route, kind = leaf.route, leaf.kind
        here = self._sum(leaf, route, kind)
        levels = (
            self._sum(leaf, "", "").without(self._sum(leaf, route, "")),
            self._sum(leaf, route, "").without(here),
            self._sum(leaf, "", kind).without(here),
            here.without(self.leaves.get(leaf, Tally())),
        )
        return down_the_tree(levels, self.start, self.pseudo)

    def mean(self, leaf: Leaf) -> float:
        """What is believed of a slice."""
        return shrunk(self.leaves.get(leaf, Tally()), self.parent(leaf), self.pseudo)

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

    def mean(self, leaf: Leaf) -> float:
        """The outcome that is expected of a model on a slice, in [0, 1]; `over` names the slice's incumbent."""
        base = self.outcomes.mean(leaf._replace(model=leaf.over, over=""))
        return base if leaf.model == leaf.over else min(1.0, max(0.0, base + self.gains.mean(leaf)))


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


def records_of(slices: Slices, tenant: str, route: str, kin: Kin, incumbent: str) -> dict[str, dict[str, Record]]:
    """How each model did, by kind; `kin` knows these slices among all others."""
    usd = takings({place: one.paid() for place, one in slices.items()})
    ms = takings({place: one.ms for place, one in slices.items()})
    found: dict[str, dict[str, Record]] = defaultdict(dict)
    for (kind, model), slice_ in slices.items():
        seen = tally(slice_.outcomes, slice_.weights)
        mean = kin.mean(Leaf(tenant, route, kind, model, incumbent))
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
