"""Scoring: items of a suite as numbers, and every way of ranking them from the labels of some.

Ways are always-strong against weak by chance, by length, by the mean of the slice, by text, by slice and text, and the
oracle. A blind way is given prompts and labels and nothing else; what an item is called cannot reach it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.bench.routing.data import Item, answered
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.leakage import Places, Prints
from understudy.bench.routing.reference import REFERENCE, added, single_scores
from understudy.bench.routing.rows import Ranked, Vector
from understudy.routing.text import Design, TextModel, design, learn, learner, read, tried
from understudy.stats.ridge import Rows
from understudy.stats.shrinkage import PSEUDO, PSEUDO_GAINS, Tally, shrunk
from understudy.stats.vectors import Meaning, Vectors

OURS = ("ours: text", "ours: both")
OVER_VECTORS = {way: f"{way} + vectors" for way in OURS}
# So many prompts of a suite are read against the clock.
CLOCKED = 300
PERCENTILES = (0.5, 0.95, 0.99)


class Measured(NamedTuple):
    """The items of a pair of models as arrays: outcomes, prompts as numbers, lengths, slices."""

    items: list[Item]
    strong: Vector
    weak: Vector
    prompts: Design
    lengths: Vector
    slices: NDArray[np.str_]
    # The same prompts with what they mean by word vectors, where there are any.
    meant: Design | None = None
    vectors: Vectors | None = None

    @property
    def over_vectors(self) -> "Measured | None":
        """The same items, their prompts read with word vectors; None without any."""
        return None if self.meant is None else self._replace(prompts=self.meant)

    @property
    def gains(self) -> Vector:
        """How much better the strong model was on each item."""
        return self.strong - self.weak


def measured(items: Sequence[Item], strong: str, weak: str, vectors: Vectors | None = None) -> Measured:
    """The items that both models answered."""
    both = answered(items, (strong, weak))
    prompts = design([read(item.prompt, vectors) for item in both])
    return Measured(
        both,
        np.array([item.outcomes[strong] for item in both]),
        np.array([item.outcomes[weak] for item in both]),
        prompts._replace(meaning=None),
        np.array([float(len(item.prompt)) for item in both]),
        np.array([item.slice for item in both]),
        None if vectors is None else prompts,
        vectors,
    )


def joined(first: Measured, second: Measured) -> Measured:
    """The items of both, those of the first before those of the second."""
    prompts = Design(
        np.concatenate([first.prompts.hand, second.prompts.hand]),
        _stacked(first.prompts.words, second.prompts.words),
        _stacked(first.prompts.chars, second.prompts.chars),
    )
    meaning = _together(first.meant, second.meant)
    return Measured(
        [*first.items, *second.items],
        np.concatenate([first.strong, second.strong]),
        np.concatenate([first.weak, second.weak]),
        prompts,
        np.concatenate([first.lengths, second.lengths]),
        np.concatenate([first.slices, second.slices]),
        None if meaning is None else prompts._replace(meaning=meaning),
        first.vectors,
    )


def _together(first: Design | None, second: Design | None) -> Meaning | None:
    """The meanings of both; None where there were no vectors."""
    if first is None or second is None or first.meaning is None or second.meaning is None:
        return None
    return first.meaning._replace(values=np.concatenate([first.meaning.values, second.meaning.values]))


def _stacked(first: Rows, second: Rows) -> Rows:
    starts = np.concatenate([first.starts, second.starts[1:] + first.starts[-1]])
    columns = np.concatenate([first.columns, second.columns])
    return Rows(starts, columns, np.concatenate([first.values, second.values]), first.width)


def split(count: int, labels: int, seed: int) -> tuple[Places, Places]:
    """Which items give labels and which are scored."""
    drawn = np.random.default_rng(seed).permutation(count)
    return drawn[:labels], drawn[labels:]


def folds(count: int, number: int, seed: int) -> list[tuple[Places, Places]]:
    """The items in so many folds: for each the others, and the fold itself."""
    drawn = np.random.default_rng(seed).permutation(count)
    return [
        (np.concatenate([drawn[k::number] for k in range(number) if k != fold]), drawn[fold::number])
        for fold in range(number)
    ]


def folded(count: int, marks: Prints, seed: int) -> list[tuple[Places, Places]]:
    """The folds of one seed, without labelled prompts that are scored ones."""
    return [(marks.disjoint(*part), part[1]) for part in folds(count, FROZEN.folds, seed)]


def slice_scores(
    slices: NDArray[np.str_], gains: Vector, train: Places, test: Places, pseudo: float = PSEUDO_GAINS
) -> Vector:
    """The mean gain of each item's slice, drawn to that of all by so many pseudo-outcomes, and less it."""
    mean = float(gains[train].mean())
    told: dict[str, Tally] = {}
    for name in np.unique(slices[train]):
        inside = gains[train][slices[train] == name]
        told[str(name)] = Tally(len(inside), float(inside.sum()))
    return np.array([shrunk(told.get(str(name), Tally()), mean, pseudo) - mean for name in slices[test]])


def ours(pair: Measured, train: Places, test: Places, *, sliced: bool) -> dict[str, Vector]:
    """Scores of the scored items, free of the training's mean gain, by the text alone, which is blind, and beside the
    slice's mean: what the text adds of what the means leave open, as a route's learner has it.
    """
    gains, taught, asked = pair.gains[train], _taught(pair.prompts.take(train)), pair.prompts.take(test)
    text, both = OURS
    found = {text: taught(gains, 0.0).gains(asked)}
    if sliced:
        means = slice_scores(pair.slices, pair.gains, train, np.concatenate([test, train]))
        left = gains - gains.mean() - means[len(test) :]
        found[both] = means[: len(test)] + taught(left, 0.0).gains(asked)
    return found


def _taught(prompts: Design) -> Callable[[Vector, float], TextModel]:
    """What learns text models as a route's learner does: over word vectors where they help on held-out prompts."""
    if prompts.meaning is None:
        return learner(prompts)
    folds = np.arange(len(prompts.hand)) % FROZEN.folds
    return lambda gains, support: learn(tried(prompts, gains[:, None], folds).prompts, gains, support)


def by_way(parts: Sequence[Mapping[str, Vector]]) -> dict[str, Vector]:
    """The scores of all parts one after another, by way."""
    return {way: np.concatenate([part[way] for part in parts]) for way in parts[0]}


def reference_scores(pair: Measured, train: Places, test: Places, *, sliced: bool) -> dict[str, Vector]:
    """How the reference ranks the items of one part."""
    gains = pair.gains
    alone = single_scores(pair.prompts.take(train), gains[train], pair.prompts.take(test))
    found = {REFERENCE[0]: added(alone)}
    if sliced:
        found[REFERENCE[1]] = added(alone, slice_scores(pair.slices, gains, train, test, PSEUDO))
    return found


def ranked(
    pair: Measured, parts: Sequence[tuple[Places, Places]], seed: int, *, sliced: bool, held_to_reference: bool = False
) -> Ranked:
    """Every way of ranking the items of all parts together, each part by what was learned from its own labels."""
    test = np.concatenate([part[1] for part in parts])
    chance = np.random.default_rng([seed, 2]).random(len(test))
    scores = {"random": chance, "length": pair.lengths[test]}
    if sliced:
        by_slice = np.concatenate([slice_scores(pair.slices, pair.gains, *part) for part in parts])
        scores["slice mean"] = by_slice
    if held_to_reference:
        scores |= by_way([reference_scores(pair, *part, sliced=sliced) for part in parts])
    scores |= by_way([ours(pair, *part, sliced=sliced) for part in parts])
    if (meant := pair.over_vectors) is not None:
        told = by_way([ours(meant, *part, sliced=sliced) for part in parts])
        scores |= {OVER_VECTORS[way]: said for way, said in told.items()}
    scores["oracle"] = pair.gains[test]
    base = np.concatenate([np.full(len(part[1]), pair.gains[part[0]].mean()) for part in parts])
    return Ranked(pair.strong[test], pair.weak[test], scores, seed, base)


def clocked(prompts: Sequence[str], learned_on: Measured, train: Places) -> dict[str, tuple[float, ...]]:
    """CPU milliseconds of reading and scoring one prompt, by row."""
    gains = learned_on.gains[train]
    found: dict[str, tuple[float, ...]] = {}
    for pair, vectors in ((learned_on, None), (learned_on.over_vectors, learned_on.vectors)):
        if pair is not None:
            ms = cpu_ms(prompts, pair.prompts.take(train), gains, vectors)
            found |= {OVER_VECTORS[way] if vectors else way: ms for way in OURS}
    return found


def cpu_ms(
    prompts: Sequence[str], learned_on: Design, gains: Vector, vectors: Vectors | None = None
) -> tuple[float, ...]:
    """CPU milliseconds of reading and scoring one prompt, percentiles 50, 95 and 99."""
    model = learn(learned_on, gains)
    times = []
    for prompt in prompts[:CLOCKED]:
        begun = time.process_time_ns()
        model.gain(read(prompt, vectors))
        times.append((time.process_time_ns() - begun) / 1e6)
    return tuple(map(float, np.quantile(times, PERCENTILES)))
