"""Prediction-powered evidence: a judge's score for every pair, corrected by human labels for a few drawn at random.

A judge is cheap and biased; people are dear and right. Each value Z below has the mean of the people's opinion
whatever the judge says, as long as a label is asked for with a known probability and before anyone reads the answers.
A good judge only makes Z quieter, so that fewer labels are needed; a bad one costs labels, never a false promotion
(Angelopoulos et al., "Prediction-powered inference", 2023; "PPI++" for the weight).

What is fitted (the calibration of the score, its weight) is fitted on labels of the past alone, and the bound of Z is
the one at weight 1 for the whole life of a hypothesis: so the stakes of its bets never change. No label is drawn here.
"""

import math
from collections.abc import Sequence
from typing import Self

import msgspec

# Labels before the judge has any weight: a covariance of fewer says nothing.
MIN_LABELS = 10
# The calibration starts as "believe the score" and moves away from it as if that had been seen this many times.
PRIOR_LABELS = 10.0
# What a score is explained by: a constant, the score, the candidate's surplus of length, the score where orders differ.
_TERMS = 4
_IDENTITY = (0.0, 1.0, 0.0, 0.0)


def bound_of_pairs(propensity: float) -> float:
    """The largest |Z| of the pair form at any weight, when each pair is asked for with at least this probability."""
    _propensity(propensity)
    return (2 - propensity) / propensity


def bound_of_blocks(size: int) -> float:
    """The largest |Z| of the block form at any weight, with one label drawn in each block."""
    return 3 - 2 / size


def value_of_pair(score: float, label: float | None, propensity: float, weight: float) -> float:
    """Z = w f + (Y - w f) / p for a pair that was asked for, w f for one that was not (label None)."""
    _propensity(propensity)
    leaning = weight * score
    return leaning if label is None else leaning + (label - leaning) / propensity


def value_of_block(scores: Sequence[float], drawn: float, label: float, weight: float) -> float:
    """Z = w mean(f) + (Y - w f of the pair drawn), of a block in which one pair was labelled."""
    return weight * math.fsum(scores) / len(scores) + (label - weight * drawn)


class Score(msgspec.Struct, frozen=True):
    """What a judge said of one unit: `value` in [-1, 1], the mean of both orders, from the candidate's point of view.

    `surplus` is (candidate's length - incumbent's) / (their sum), in [-1, 1]; `consistent` tells whether both orders
    gave the same verdict, as a share of the unit's turns.
    """

    value: float
    surplus: float = 0.0
    consistent: float = 1.0

    @property
    def terms(self) -> tuple[float, ...]:
        """What the calibration is linear in."""
        return (1.0, self.value, self.surplus, self.value * (1.0 - self.consistent))


class Predictor(msgspec.Struct, frozen=True):
    """A judge's calibration and weight from the labels of the past: ridge regression toward the bare score."""

    normal: tuple[float, ...] = (0.0,) * (_TERMS * _TERMS)
    moments: tuple[float, ...] = (0.0,) * _TERMS
    coefficients: tuple[float, ...] = _IDENTITY
    n: int = 0
    sums: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def calibrated(self, score: Score) -> float:
        """The label that the past makes one expect of this score, in [-1, 1]."""
        fitted = math.fsum(one * term for one, term in zip(self.coefficients, score.terms, strict=True))
        return min(1.0, max(-1.0, fitted))

    @property
    def weight(self) -> float:
        """How far a calibrated score is to be believed, in [0, 1]: cov(Y, f) / var(f), and 0 until that is known."""
        f, y, ff, fy = self.sums
        spread = ff - f * f / self.n if self.n else 0.0
        if self.n < MIN_LABELS or spread <= 0.0:
            return 0.0
        return min(1.0, max(0.0, (fy - f * y / self.n) / spread))

    def learn(self, score: Score, label: float) -> Self:
        """The predictor with one label more; the score enters the weight as it was calibrated before this label."""
        if not -1.0 <= label <= 1.0:
            raise ValueError(f"label {label!r} lies outside [-1, 1]; fix the scale that made it")
        f, terms = self.calibrated(score), score.terms
        normal = tuple(self.normal[i * _TERMS + j] + terms[i] * terms[j] for i in range(_TERMS) for j in range(_TERMS))
        moments = tuple(total + term * label for total, term in zip(self.moments, terms, strict=True))
        added = (f, label, f * f, f * label)
        sums = tuple(total + one for total, one in zip(self.sums, added, strict=True))
        return msgspec.structs.replace(
            self, normal=normal, moments=moments, coefficients=_ridge(normal, moments), n=self.n + 1, sums=sums
        )


def _ridge(normal: Sequence[float], moments: Sequence[float]) -> tuple[float, ...]:
    """The coefficients that solve (N + p I) b = m + p b0, by elimination: the matrix is positive definite."""
    rows = [
        [normal[i * _TERMS + j] + (PRIOR_LABELS if i == j else 0.0) for j in range(_TERMS)]
        + [moments[i] + PRIOR_LABELS * _IDENTITY[i]]
        for i in range(_TERMS)
    ]
    for i in range(_TERMS):
        for j in range(i + 1, _TERMS):
            factor = rows[j][i] / rows[i][i]
            rows[j] = [low - factor * high for low, high in zip(rows[j], rows[i], strict=True)]
    solved = [0.0] * _TERMS
    for i in reversed(range(_TERMS)):
        known = math.fsum(rows[i][j] * solved[j] for j in range(i + 1, _TERMS))
        solved[i] = (rows[i][_TERMS] - known) / rows[i][i]
    return tuple(solved)


def _propensity(propensity: float) -> None:
    if not 0.0 < propensity <= 1.0:
        raise ValueError(f"propensity {propensity!r} is not in (0, 1]; it is the chance that a pair is labelled")
