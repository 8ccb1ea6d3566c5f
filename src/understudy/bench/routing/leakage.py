"""Leakage: are scored prompts among those that were learned from, whole or in part?

A prompt is told by the hash of its normalised text, a part of one by any eight words in a row. Both are computed once
for all items of a suite, so that every split of every seed can be looked at.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.bench.routing.data import Item, prompt_hash, word_windows
from understudy.bench.routing.rows import Bar

Places = NDArray[np.int64]
OVERLAP_WORDS = 8


class Leakage(NamedTuple):
    """Scored prompts that are also labelled ones: by their hash, and by any eight words in a row."""

    same: int = 0
    overlapping: int = 0
    scored: int = 0
    splits: int = 0

    def plus(self, other: "Leakage") -> "Leakage":
        """Both together."""
        return Leakage(*(mine + its for mine, its in zip(self, other, strict=True)))

    @property
    def words(self) -> str:
        """The check in words."""
        where = f"in {self.splits} splits" if self.splits > 1 else "in one split"
        return (
            f"leakage: {self.same} of {self.scored:,} scored prompts {where} are labelled ones (by hash), "
            f"{self.overlapping:,} share {OVERLAP_WORDS} words in a row with one"
        )

    @property
    def bar(self) -> Bar:
        """No scored prompt may be a labelled one, in any split."""
        return Bar(
            what="scored prompts among the labelled ones", asked="0", shown=str(self.same), passed=self.same == 0
        )


class Prints(NamedTuple):
    """By item the number of its normalised prompt; the numbers of its windows, those of item k from starts[k] on."""

    prompts: Places
    windows: Places
    starts: Places

    def disjoint(self, train: Places, test: Places) -> Places:
        """The labelled items whose prompt is no scored one's: equal prompts stand in public sets more than once."""
        return train[~np.isin(self.prompts[train], self.prompts[test])]

    def between(self, train: Places, test: Places) -> Leakage:
        """What labelled and scored items of one split have in common."""
        same = int(np.isin(self.prompts[test], self.prompts[train]).sum())
        learned = np.zeros(int(self.windows.max(initial=-1)) + 1, dtype=bool)
        learned[self.windows[self._of(train)]] = True
        shared = np.zeros(len(self.prompts), dtype=bool)
        shared[self._owners()[learned[self.windows]]] = True
        return Leakage(same, int(shared[test].sum()), len(test), 1)

    def over(self, parts: Sequence[tuple[Places, Places]]) -> Leakage:
        """The same of many splits, added up."""
        found = Leakage()
        for train, test in parts:
            found = found.plus(self.between(train, test))
        return found

    def _of(self, places: Places) -> NDArray[np.bool_]:
        chosen = np.zeros(len(self.prompts), dtype=bool)
        chosen[places] = True
        return chosen[self._owners()]

    def _owners(self) -> Places:
        return np.repeat(np.arange(len(self.prompts)), np.diff(self.starts))


def prints(items: Sequence[Item]) -> Prints:
    """The numbers of these items' prompts."""
    found = [sorted(word_windows(item.prompt, OVERLAP_WORDS)) for item in items]
    hashes = np.array([int(prompt_hash(item.prompt), 16) for item in items], dtype=np.uint64)
    windows = np.array([window for mine in found for window in mine], dtype=np.int64)
    return Prints(
        np.unique(hashes, return_inverse=True)[1].astype(np.int64),
        np.unique(windows, return_inverse=True)[1].astype(np.int64),
        np.cumsum([0, *map(len, found)]),
    )
