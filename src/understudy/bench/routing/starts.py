"""Where a new model's means should start: squared errors of its slice means by labels, on recorded outcomes.

A model of the set plays the new one, another one the incumbent, which answers all that the new one does. A third one,
whose outcomes are known, lends the new one its mean on each kind, and the mean is then drawn from there by the router's
own tree; where nobody lends it starts at the incumbent's. What is said is compared with the new model's outcomes on the
other half of the prompts. Pairs that are siblings by the router's rule stand beside pairs that are none: of another
size, another tuning, another generation. Starts that are wrong on purpose show what a bad prior costs.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from understudy.bench.routing.data import Item, answered
from understudy.bench.routing.rows import Bar, Suite, Vector
from understudy.routing.beliefs import Start
from understudy.routing.board import Model
from understudy.routing.priors import UNKNOWN
from understudy.routing.records import NO_STARTS, Kin, Leaf, Starts, tree
from understudy.routing.siblings import siblings
from understudy.stats.shrinkage import PSEUDO, PSEUDO_GAINS, Tally

# The new model and the one that lends; errors by labels and way of starting.
Pair = tuple[str, str]
Errors = dict[tuple[int, str], float]
# Labels of the new model on each kind.
LABELS = (0, 20, 50, 100)
INCUMBENT = "gemini-1.5-flash-002"
# How far off a start that is wrong on purpose lies.
WRONG = 0.3
SMALLER = (
    ("Meta-Llama-3_1-70B-Instruct", "Meta-Llama-3_1-8B-Instruct"),
    ("Meta-Llama-3_1-70B", "Meta-Llama-3_1-8B"),
    ("Meta-Llama-3-70B", "Meta-Llama-3-8B"),
    ("Llama-2-70b-hf", "Llama-2-7b-hf"),
    ("Qwen1.5-72B-Chat", "Qwen1.5-7B-Chat"),
    ("Yi-34B", "Yi-6B"),
)
UNTUNED = (
    ("Meta-Llama-3_1-70B-Instruct", "Meta-Llama-3_1-70B"),
    ("Meta-Llama-3_1-8B-Instruct", "Meta-Llama-3_1-8B"),
    ("Mixtral-8x7B-Instruct-v0.1", "Mixtral-8x7B-v0.1"),
    ("Mistral-7B-Instruct-v0.1", "Mistral-7B-v0.1"),
)
OLDER = (("Meta-Llama-3-70B", "Llama-2-70b-hf"), ("Meta-Llama-3-8B", "Llama-2-7b-hf"))
STRANGERS: Mapping[str, Sequence[Pair]] = {
    "another size": SMALLER,
    "another tuning": UNTUNED,
    "another generation": OLDER,
}
_ROUTE = "bench"
WAYS = ("none", "lent", "high", "low")


class Half(NamedTuple):
    """One pair's outcomes by kind: the new model's and the incumbent's to learn from, the new one's mean on the rest,
    the lender's mean.
    """

    seen: Mapping[str, Vector]
    truth: Mapping[str, float]
    lent: Mapping[str, float]


def sibling_pairs(items: Sequence[Item]) -> list[Pair]:
    """All pairs of models in a set that are siblings by their names."""
    names = sorted({name for item in items for name in item.outcomes})
    pool = [Model(name=name, provider="", upstream=name, dialect="", endpoints=(), maker="") for name in names]
    return [(model.name, other.name) for model in pool for other in siblings(model, pool)]


def suite(items: Sequence[Item], seeds: int, strangers: Mapping[str, Sequence[Pair]] = STRANGERS) -> Suite:
    """Everything that is told: the bars are those of siblings, where all kinds have labels and where one has."""
    groups = {"siblings": sibling_pairs(items), **strangers}
    found = {
        (name, alone): errors(items, pairs, seeds, alone=alone)
        for (name, pairs), alone in product(groups.items(), (False, True))
    }
    bars = [
        _bar(told, labels, _where(alone))
        for (name, alone), told in found.items()
        if name == "siblings"
        for labels in LABELS
    ]
    return Suite(
        name="starts",
        title="Where a new model's means start: squared errors of slice means on MMLU-Pro, 14 subjects",
        bars=tuple(bars),
        notes=tuple(line for (name, alone), told in found.items() for line in _lines(name, told, _where(alone))),
    )


def errors(items: Sequence[Item], pairs: Sequence[Pair], seeds: int, *, alone: bool) -> Errors:
    """Mean squared errors by labels and way of starting; `alone` where the model was seen on no kind but the one."""
    off: dict[tuple[int, str], list[float]] = defaultdict(list)
    for told, seed in product([outcomes_of(items, pair) for pair in pairs], range(seeds)):
        half = halved(told, seed)
        groups = [[kind] for kind in half.truth] if alone else [list(half.truth)]
        for labels, kinds in product(LABELS, groups):
            kin = known(half, kinds, labels)
            for way, kind in product(WAYS, kinds):
                said = kin.mean(Leaf("", _ROUTE, kind, "new", INCUMBENT), _starts(half, kind, way))
                off[labels, way].append((said - half.truth[kind]) ** 2)
    return {place: float(np.mean(values)) for place, values in off.items()}


def outcomes_of(items: Sequence[Item], pair: Pair) -> dict[str, Vector]:
    """By kind the outcomes of the new model, the incumbent and the lender on the prompts that all three answered."""
    new, lender = pair
    by_kind: dict[str, list[list[float]]] = defaultdict(list)
    for item in answered(items, (new, INCUMBENT, lender)):
        by_kind[item.slice].append([item.outcomes[name] for name in (new, INCUMBENT, lender)])
    return {kind: np.array(told) for kind, told in sorted(by_kind.items())}


def halved(outcomes: Mapping[str, Vector], seed: int) -> Half:
    """Half of the prompts to learn from and half to compare with."""
    draw = np.random.default_rng(seed)
    seen, truth, lent = {}, {}, {}
    for kind, told in outcomes.items():
        drawn = draw.permutation(told)
        half = len(drawn) // 2
        seen[kind] = drawn[:half, :2]
        truth[kind] = float(drawn[half:, 0].mean())
        lent[kind] = float(drawn[:half, 2].mean())
    return Half(seen, truth, lent)


def known(half: Half, kinds: Sequence[str], labels: int) -> Kin:
    """The router's trees: the incumbent has answered all that there is to learn from of these kinds, the new model the
    first of each.
    """
    outcomes = {Leaf("", _ROUTE, kind, INCUMBENT): _tally(half.seen[kind][:, 1]) for kind in kinds}
    both = {kind: half.seen[kind][:labels] for kind in kinds if labels}
    gains = {Leaf("", _ROUTE, kind, "new", INCUMBENT): _tally(told[:, 0] - told[:, 1]) for kind, told in both.items()}
    return Kin(tree(outcomes, PSEUDO, UNKNOWN), tree(gains, PSEUDO_GAINS, 0.0))


def _tally(values: Vector) -> Tally:
    return Tally(float(len(values)), float(values.sum()), float((values**2).sum()))


def _starts(half: Half, kind: str, way: str) -> Starts:
    if way == "none":
        return NO_STARTS
    wrong = half.truth[kind] + (WRONG if way == "high" else -WRONG)
    mean = half.lent[kind] if way == "lent" else min(1.0, max(0.0, wrong))
    return {(kind, "new"): Start(mean=mean, said="")}


def _where(alone: bool) -> str:
    return "one kind only" if alone else "all kinds"


def _bar(told: Errors, labels: int, where: str) -> Bar:
    ratio = told[labels, "lent"] / told[labels, "none"]
    what = f"siblings, {where}, {labels} labels a kind: squared error over that without a start"
    return Bar(what=what, asked="≤ 1", shown=f"{ratio:.3f}", passed=ratio <= 1)


def _lines(name: str, told: Errors, where: str) -> Iterator[str]:
    words = {"none": "no start", "lent": "lent", "high": f"{WRONG} too high", "low": f"{WRONG} too low"}
    for way in WAYS:
        figures = ", ".join(f"{labels} labels {told[labels, way]:.4f}" for labels in LABELS)
        yield f"{name}, {where}, {words[way]}: {figures}"
