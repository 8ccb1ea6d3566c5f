"""What another policy would have earned on traffic that this one served: doubly robust pseudo-outcomes.

Where a model's outcome was seen, its surprise (outcome less guess) counts as often as it had chances to go unseen;
where it was not, the guess stands. The mean over all requests is right if either the guesses or the chances are
(Dudik, Langford and Li, "Doubly robust policy evaluation and learning", arXiv 1103.4601).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
# One request may not outweigh this many: beyond it the estimate is one outcome and no average.
MAX_WEIGHT = 50.0
# Standard errors below a mean that give its one-sided 95 % bound.
ONE_SIDED = 1.6448536269514722


class Value(NamedTuple):
    """A mean, its one-sided 95 % lower bound, and over how many requests."""

    mean: float
    low: float
    n: int


def pseudo_outcomes(outcome: Vector, chance: Vector, guess: Vector) -> Vector:
    """One row a request, one column a model: `outcome` is NaN where it was not seen, `chance` that it would be."""
    weight = np.minimum(1.0 / np.maximum(chance, 1e-9), MAX_WEIGHT)
    found: Vector = guess + np.where(np.isnan(outcome), 0.0, weight * (np.nan_to_num(outcome) - guess))
    return found


def gain(pseudo: Vector, new: NDArray[np.int64], old: NDArray[np.int64]) -> Value:
    """How much more the choices `new` earn a request than `old`."""
    rows = np.arange(len(pseudo))
    more = pseudo[rows, new] - pseudo[rows, old]
    if len(more) < 2:
        return Value(0.0, -1.0, len(more))
    mean = float(more.mean())
    return Value(mean, mean - ONE_SIDED * float(more.std(ddof=1)) / math.sqrt(len(more)), len(more))
