"""What another policy would have earned on traffic that this one served: importance weighting, doubly robust.

Each logged request has the model that answered, the chance it had of being chosen (its propensity), the outcome, and
what the new policy would choose. Where the new policy's model had no chance, no weight can make up for it: such
requests rest on the model of outcomes alone, and their share is told.

Doubly robust: Dudik, Langford and Li, "Doubly robust policy evaluation and learning", arXiv 1103.4601.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
# One request may not outweigh a hundred: beyond it the estimate is one outcome and no average.
MAX_WEIGHT = 100.0
_Z = 1.959963984540054


class Value(NamedTuple):
    """An estimated mean outcome with its 95 % interval; `covered` is the share of requests that the log speaks for."""

    mean: float
    low: float
    high: float
    covered: float


def doubly_robust(same: NDArray[np.bool_], propensity: Vector, outcome: Vector, guess: Vector, seen: Vector) -> Value:
    """The value of a policy from a log of another.

    `same`: the new policy chooses the model that answered; `guess` is the expected outcome of the new choice, `seen`
    that of the model that answered. Guesses must not have been learned from these very outcomes.
    """
    weight = np.where(same, np.minimum(1.0 / np.maximum(propensity, 1e-12), MAX_WEIGHT), 0.0)
    return _averaged(guess + weight * (outcome - seen), float((weight > 0).mean()))


def importance(same: NDArray[np.bool_], propensity: Vector, outcome: Vector) -> Value:
    """The same without a model of outcomes, self-normalised; it is blind where the policies never agree."""
    weight = np.where(same, np.minimum(1.0 / np.maximum(propensity, 1e-12), MAX_WEIGHT), 0.0)
    total = float(weight.sum())
    if not total:
        return Value(float("nan"), 0.0, 1.0, 0.0)
    mean = float((weight * outcome).sum() / total)
    error = float(np.sqrt(((weight * (outcome - mean)) ** 2).sum()) / total)
    return Value(mean, mean - _Z * error, mean + _Z * error, float((weight > 0).mean()))


def _averaged(terms: Vector, covered: float) -> Value:
    mean = float(terms.mean())
    error = float(terms.std(ddof=1) / np.sqrt(len(terms))) if len(terms) > 1 else 1.0
    return Value(mean, mean - _Z * error, mean + _Z * error, covered)
