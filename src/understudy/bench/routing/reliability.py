"""Reliability: do predicted gains come true? Predicted against realised by tenths of the scored prompts.

Predictions are in units of outcome and of prompts that were not learned from. The mean error over tenths is never zero,
since outcomes are few: beside it stands what perfect predictions would show.
"""

import math

import numpy as np

from understudy.bench.routing.rows import RESAMPLES, Decile, Ranked, Reliability, Vector

TENTHS = 10
_Z = 1.959963984540054


def reliability(run: Ranked, name: str) -> Reliability | None:
    """How reliable one way's predictions are; None where it predicts no gains, or the same for every prompt."""
    if run.base is None or run.scores[name].std() == 0:
        return None
    return reliable(name, run.base + run.scores[name], run.strong - run.weak, run.seed)


def reliable(name: str, predicted: Vector, gains: Vector, seed: int) -> Reliability:
    """The same of predicted and realised gains, item by item."""
    tenths = np.array_split(np.argsort(predicted, kind="stable"), min(TENTHS, len(gains)))
    of = np.zeros(len(gains), dtype=np.int64)
    for number, places in enumerate(tenths):
        of[places] = number
    deciles = [_decile(predicted[places], gains[places]) for places in tenths]
    draws = np.random.default_rng([seed, 5])
    drawn = [draws.integers(len(gains), size=len(gains)) for _ in range(RESAMPLES)]
    errors = [_error(predicted[places], gains[places], of[places]) for places in drawn]
    slopes = [_slope(predicted[places], gains[places]) for places in drawn]
    low, high = np.quantile(errors, [0.025, 0.975])
    slope_low, slope_high = np.quantile(slopes, [0.025, 0.975])
    spreads = [len(places) / len(gains) * float(gains[places].std()) / math.sqrt(len(places)) for places in tenths]
    return Reliability(
        name=name,
        deciles=tuple(deciles),
        error=_error(predicted, gains, of),
        low=float(low),
        high=float(high),
        by_chance=math.sqrt(2 / math.pi) * sum(spreads),
        slope=_slope(predicted, gains),
        slope_low=float(slope_low),
        slope_high=float(slope_high),
    )


def _decile(predicted: Vector, gains: Vector) -> Decile:
    mean = float(gains.mean())
    half = _Z * float(gains.std()) / math.sqrt(len(gains))
    return Decile(n=len(gains), predicted=float(predicted.mean()), realised=mean, low=mean - half, high=mean + half)


def _error(predicted: Vector, gains: Vector, of: np.typing.NDArray[np.int64]) -> float:
    """The mean distance of a tenth's predicted from its realised gain, tenths weighed by their prompts."""
    return float(np.abs(np.bincount(of, weights=predicted - gains)).sum() / len(gains))


def _slope(predicted: Vector, gains: Vector) -> float:
    centred = predicted - predicted.mean()
    spread = float(centred @ centred)
    return float(centred @ gains) / spread if spread else math.nan
