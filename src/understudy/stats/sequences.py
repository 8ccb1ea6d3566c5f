"""A confidence sequence for the mean: an interval that may be looked at after every value.

It holds every mean that neither bet, "the mean is above m" nor "the mean is below m", has refuted at half the error
each. The evidence for "above m" falls as m rises, so each end is one bisection. It is computed on demand from the
counts by level; nothing here keeps state. Two-sided, so an end may still lie beyond the margin when the one-sided
promotion has passed.
"""

import math

import msgspec

from understudy.stats.mixture import Bet, Levels, log_e

# Far below the 1e-9 to which a replay must agree.
RESOLUTION = 1e-13


class Interval(msgspec.Struct, frozen=True):
    """The means that the values do not refute."""

    low: float
    high: float


def confidence(levels: Levels, alpha: float = 0.05, bound: float = 1.0) -> Interval:
    """The interval that holds the mean at all times at once with probability 1 - alpha (betting, two-sided)."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha!r} is not between 0 and 1; 0.05 gives a 95 % interval")
    target = math.log(2 / alpha)
    return Interval(_lowest(levels, target, bound), -_lowest(levels.mirrored(), target, bound))


def _lowest(levels: Levels, target: float, bound: float) -> float:
    """The smallest mean whose bet "the mean is above" has not reached the target."""
    refuted, kept = -bound + RESOLUTION, bound - RESOLUTION
    if log_e(Bet(1, refuted, bound), levels) < target:
        return -bound
    while kept - refuted > RESOLUTION:
        middle = (refuted + kept) / 2
        if middle in (refuted, kept):  # no float lies between: a wide bound has coarser floats than the resolution
            break
        if log_e(Bet(1, middle, bound), levels) >= target:
            refuted = middle
        else:
            kept = middle
    return refuted
