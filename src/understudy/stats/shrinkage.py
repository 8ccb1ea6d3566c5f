"""Means of few numbers, drawn toward what is known of their kin; and how sure a mean is.

The mean of a slice with n outcomes counts as if `PSEUDO` more had been seen that came out like its parent's.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# With an outcome's variance near 0.25 and slices whose means spread by about 0.1, the best weight lies near 25.
PSEUDO = 20.0
# What one model gains over another spreads less, by about 0.07: the best weight lies near 50 (measured on MMLU-Pro and
# RouterArena, docs/decisions/2026-11-28-gains-are-drawn-to-kin.md).
PSEUDO_GAINS = 50.0
# So little of an outcome is what rounding left over.
_NOTHING = 1e-6
# Two-sided 95 %.
_Z = 1.959963984540054


class Tally(NamedTuple):
    """Outcomes in [0, 1] or gains in [-1, 1] added up: how many in effect, the sums of y and of y squared."""

    n: float = 0.0
    total: float = 0.0
    squares: float = 0.0

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(self.n + other.n, self.total + other.total, self.squares + other.squares)

    def without(self, part: "Tally") -> "Tally":
        """What is left when a part of it is taken out; nothing where only rounding is left."""
        n = self.n - part.n
        if n < _NOTHING:
            return Tally()
        return Tally(n, self.total - part.total, max(0.0, self.squares - part.squares))

    @property
    def mean(self) -> float | None:
        """The plain mean; None of nothing."""
        return self.total / self.n if self.n else None

    def half_width(self) -> float:
        """Half of a 95 % interval around the mean (normal, with one pseudo-outcome of variance 1/4); 1 of nothing."""
        if not self.n:
            return 1.0
        mean = self.total / self.n
        spread = max(0.0, self.squares - self.n * mean * mean) + 0.25
        return min(1.0, _Z * math.sqrt(spread / (self.n + 1)) / math.sqrt(self.n))


def effective(weights: Iterable[float]) -> float:
    """How many equal ones unequal weights amount to (Kish's effective number)."""
    told = list(weights)
    return sum(told) ** 2 / sum(one * one for one in told) if told else 0.0


def tally(outcomes: Sequence[float], weights: Sequence[float]) -> Tally:
    """Weighted outcomes, as if there were as many equal ones as the weights amount to."""
    weight = sum(weights)
    if not weight:
        return Tally()
    scale = effective(weights) / weight
    pairs = list(zip(outcomes, weights, strict=True))
    total, squares = sum(y * w for y, w in pairs), sum(y * y * w for y, w in pairs)
    return Tally(weight * scale, total * scale, squares * scale)


def shrunk(seen: Tally, parent: float, pseudo: float = PSEUDO) -> float:
    """The mean of a tally, drawn toward its parent's."""
    return (seen.total + pseudo * parent) / (seen.n + pseudo)


def down_the_tree(levels: Iterable[Tally], start: float, pseudo: float = PSEUDO) -> float:
    """The mean at the last of these levels, each drawn toward the one before it; the first of which anything is known
    is drawn toward `start`, which is a guess, by PSEUDO.
    """
    drawn = PSEUDO
    for level in levels:
        if level.n:
            start, drawn = shrunk(level, start, drawn), pseudo
    return start
