"""How good a ranking of prompts is, if the stronger model answers from the top: curves, areas, thresholds, intervals.

Definitions are those of RouteLLM (arXiv 2406.18665: APGR, CPT) and RouterBench (arXiv 2403.12031: AIQ). `strong` and
`weak` are the outcomes of both models on every item, `score` is higher where the strong one is wanted more. Chance
comes in as arguments: `lots` orders items of equal score, resamples are lists of places.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Point = tuple[float, float]
_BINS = 10
_EXACT = 1e-12


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


def order(score: Vector, lots: Vector) -> NDArray[np.int64]:
    """Items from the highest score to the lowest, those of equal score by their lots."""
    return np.lexsort((lots, -score))


def curve(strong: Vector, weak: Vector, ordered: NDArray[np.int64]) -> Vector:
    """Mean outcome where the strong model answers the first k items, for k = 0 to n."""
    gains = np.concatenate([[0.0], np.cumsum((strong - weak)[ordered])])
    found: Vector = (weak.sum() + gains) / len(weak)
    return found


def apgr(strong: Vector, weak: Vector, score: Vector, lots: Vector) -> float:
    """The area between the curve and the weak model, over that of the strong one: 0.5 is chance."""
    y = curve(strong, weak, order(score, lots))
    low, high = weak.mean(), strong.mean()
    return float(np.trapezoid(y - low, dx=1 / len(weak)) / (high - low))


def apgr_bins(strong: Vector, weak: Vector, score: Vector) -> float:
    """The same area as upstream's evaluation draws it: by thresholds at ten quantiles of the score."""
    thresholds = np.unique(np.quantile(score, np.linspace(0, 1, _BINS + 1)))
    points = []
    for place, threshold in enumerate(thresholds):
        sent = score > threshold if place == len(thresholds) - 1 else score >= threshold
        points.append((float(sent.mean()), float(np.where(sent, strong, weak).mean())))
    shares, quality = np.array(sorted(points)).T
    span = shares[-1] - shares[0]
    low = weak.mean()
    return float((np.trapezoid(quality, shares) - low * span) / ((strong.mean() - low) * span)) if span else 0.5


def call_share(strong: Vector, weak: Vector, score: Vector, lots: Vector, percent: float) -> float:
    """CPT: the smallest share of strong calls, in %, that recovers `percent` % of the gap; NaN if none does."""
    y = curve(strong, weak, order(score, lots))
    target = weak.mean() + percent / 100 * (strong.mean() - weak.mean())
    reached = np.flatnonzero(y >= target - _EXACT)
    if not len(reached):
        return float("nan")
    k = int(reached[0])
    if k == 0:
        return 0.0
    part = (target - y[k - 1]) / (y[k] - y[k - 1])
    return float(100 * (k - 1 + part) / len(weak))


def apgr_interval(
    strong: Vector, weak: Vector, score: Vector, lots: Vector, resamples: Iterable[NDArray[np.int64]]
) -> Interval:
    """Percentile bootstrap over items with the score fixed; resamples without a gap between the models are left out."""
    gains = (strong - weak)[order(score, lots)]
    n = len(gains)
    found = []
    for places in resamples:
        times = np.bincount(places, minlength=n)
        drawn = gains[np.repeat(np.arange(n), times)]
        if drawn.sum() > 0:
            area = np.trapezoid(np.concatenate([[0.0], np.cumsum(drawn)]), dx=1 / n)
            found.append(area / drawn.sum())
    low, high = np.quantile(found, [0.025, 0.975])
    return Interval(float(low), float(high))


def lead_interval(
    strong: Vector, weak: Vector, score: Vector, lots: Vector, resamples: Iterable[NDArray[np.int64]], shares: Vector
) -> tuple[Vector, Vector]:
    """By share of strong calls, how far a ranking lies above chance at the same share: a 95 % interval.

    Percentile bootstrap over items with the score fixed. Chance is the straight line between both models.
    """
    ordered = order(score, lots)
    gains, n = (strong - weak)[ordered], len(ordered)
    found = []
    for places in resamples:
        times = np.bincount(places, minlength=n)[ordered]
        so_far = np.concatenate([[0.0], np.cumsum(times * gains)])
        found.append(np.interp(shares * n, np.concatenate([[0], np.cumsum(times)]), so_far) - shares * so_far[-1])
    low, high = np.quantile(np.array(found) / n, [0.025, 0.975], axis=0)
    return low, high


def hull(points: Sequence[Point]) -> list[Point]:
    """The upper convex hull of (cost, quality), without points that cost more and are not better."""
    best: list[Point] = []
    for cost, quality in sorted(points, key=lambda point: (point[0], -point[1])):
        if best and quality <= best[-1][1]:
            continue
        while len(best) >= 2 and _below(best[-2], best[-1], (cost, quality)):
            best.pop()
        best.append((cost, quality))
    return best


def aiq(points: Sequence[Point], low: float, high: float) -> float:
    """Average improvement in quality: the area under the hull between two costs, over their distance."""
    corners = hull(points)
    costs, quality = np.array(corners).T
    inside = [cost for cost in costs if low < cost < high]
    x = np.array([low, *inside, high])
    return float(np.trapezoid(np.interp(x, costs, quality), x) / (high - low))


def _below(first: Point, middle: Point, last: Point) -> bool:
    """Whether the middle point lies on or below the line from the first to the last."""
    rise = (last[1] - first[1]) * (middle[0] - first[0])
    return (middle[1] - first[1]) * (last[0] - first[0]) <= rise
