"""Other ways to decide, on the same streams: what is in use, and what papers offer. All at one-sided 5 %.

They are written from their formulas, not taken from their programs. Every one estimates a variance, which is where the
promise is lost when most pairs are ties.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from understudy.bench.parity.streams import Bools, Floats
from understudy.bench.parity.twin import Counts

ALPHA = 0.05
Z = 1.6448536269514722
# Looks before this many pairs are not taken: the usual minimum for a normal approximation.
FROM = 30
# O'Brien-Fleming, five equal looks, one-sided 5 %: Brownian motion passes 1.752 at one of them with chance .05
# (the quantile of two million simulated paths).
OBRIEN_FLEMING, LOOKS = 1.752, 5
# The number of pairs for which GrowthBook tunes its sequence unless told otherwise.
TUNED_FOR = 5_000


class Moments(NamedTuple):
    """The running mean and standard deviation of X + d."""

    n: Floats
    mean: Floats
    sd: Floats

    @classmethod
    def of(cls, counts: Counts, margin: float) -> "Moments":
        """From the counts of wins and losses."""
        n = np.arange(1, counts.won.shape[1] + 1, dtype=float)
        mean = (counts.won - counts.lost) / n
        spread = np.maximum((counts.won + counts.lost) / n - mean * mean, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            sd = np.sqrt(spread * np.where(n > 1, n / (n - 1), np.nan))
        return cls(n, mean + margin, sd)


def fixed_n(discordance: float, margin: float) -> int:
    """Pairs of a fixed test with 90 % power at parity."""
    return math.ceil(8.564 * discordance / margin**2)


def _ever(where: Bools) -> Bools:
    return np.asarray(where.any(axis=1))


def z_scores(seen: Moments) -> Floats:
    """The test statistic at every look; with no spread at all it is infinite, as it would be in practice."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(seen.sd > 0, seen.mean * np.sqrt(seen.n) / seen.sd, np.inf * np.sign(seen.mean))
    return found


def peeked_z(seen: Moments, discordance: float, margin: float) -> Bools:
    """A z-test looked at after every pair."""
    return _ever((z_scores(seen) >= Z) & (seen.n >= FROM))


def fixed_z(seen: Moments, discordance: float, margin: float) -> Bools:
    """A z-test looked at once, after as many pairs as were planned."""
    n = fixed_n(discordance, margin)
    found: Bools = z_scores(seen)[:, min(n, len(seen.n)) - 1] >= Z
    return found


def group_sequential(seen: Moments, discordance: float, margin: float) -> Bools:
    """O'Brien-Fleming, five looks on the way to the same number of pairs."""
    n, scores = fixed_n(discordance, margin), z_scores(seen)
    at = [min(math.ceil(n * look / LOOKS), len(seen.n)) - 1 for look in range(1, LOOKS + 1)]
    limits = [OBRIEN_FLEMING * math.sqrt(LOOKS / look) for look in range(1, LOOKS + 1)]
    return _ever(scores[:, at] >= np.array(limits))


def half_normal_msprt(seen: Moments, discordance: float, margin: float) -> Bools:
    """Mixture SPRT with a half-normal prior of the margin's width and the variance plugged in."""
    variance, prior = seen.sd**2, margin**2
    total = variance + seen.n * prior
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        bulk = np.log(2) + 0.5 * np.log(variance / total) + (seen.n * seen.mean) ** 2 * prior / (2 * variance * total)
        side = _log_normal_cdf(seen.n * margin * seen.mean / (seen.sd * np.sqrt(total)))
        evidence = np.where(seen.sd > 0, bulk + side, np.inf * np.sign(seen.mean))
    return _ever((evidence >= math.log(1 / ALPHA)) & (seen.n >= FROM))


def asymptotic_sequence(seen: Moments, discordance: float, margin: float) -> Bools:
    """An asymptotic confidence sequence, as GrowthBook uses it, one-sided."""
    rho2 = (-2 * math.log(2 * ALPHA) + math.log(-2 * math.log(2 * ALPHA) + 1)) / TUNED_FOR
    grown = seen.n * rho2 + 1
    width = seen.sd * np.sqrt(2 * grown / (seen.n**2 * rho2) * np.log1p(np.sqrt(grown) / (2 * ALPHA)))
    return _ever((seen.mean - width > 0) & (seen.n >= FROM))


def _log_normal_cdf(x: Floats) -> Floats:
    """log Phi(x): exact enough above -5, and the tail's first terms below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        tail = -0.5 * x * x - np.log(np.maximum(-x, 1.0)) - 0.5 * math.log(2 * math.pi)
        t = 1.0 / (1.0 + 0.2316419 * np.abs(x))
        poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
        upper = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi) * poly
        found: Floats = np.where(x < -5, tail, np.log(np.where(x < 0, upper, 1.0 - upper)))
    return found


PEERS: dict[str, Callable[[Moments, float, float], Bools]] = {
    "z, peeked from 30": peeked_z,
    "z at n90": fixed_z,
    "O'Brien-Fleming, 5 looks": group_sequential,
    "half-normal mSPRT from 30": half_normal_msprt,
    "asymptotic CS from 30": asymptotic_sequence,
}
