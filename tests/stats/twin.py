"""A vectorised twin of the shipped processes, for simulations of thousands of streams; test_twin proves both equal."""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from understudy.stats.mixture import FRACTIONS, Bet

Array = npt.NDArray[np.float64]
# Columns of a stream that are computed at a time: enough to be quick, few enough to stay in the cache.
CHUNK = 100


def streams(rng: np.random.Generator, shape: tuple[int, int], mean: float, discordance: float) -> Array:
    """Wins, ties and losses (1, 0, -1) with a mean and a share of pairs that are not tied."""
    draw = rng.random(shape)
    wins, losses = (discordance + mean) / 2, (discordance - mean) / 2
    return np.where(draw < wins, 1.0, np.where(draw > 1 - losses, -1.0, 0.0))


def log_e(bet: Bet, xs: Array) -> Iterator[Array]:
    """Log e after every value of each row, in chunks of columns."""
    stakes = np.array(bet.stakes)
    total = np.zeros((xs.shape[0], len(FRACTIONS)))
    for start in range(0, xs.shape[1], CHUNK):
        payoff = bet.side * (xs[:, start : start + CHUNK] - bet.centre)
        sums = total[:, None, :] + np.cumsum(np.log1p(payoff[:, :, None] * stakes), axis=1)
        total = sums[:, -1, :]
        top = sums.max(axis=2)
        yield top + np.log(np.exp(sums - top[:, :, None]).sum(axis=2)) - math.log(len(FRACTIONS))


def peaks(bet: Bet, xs: Array) -> Array:
    """The highest log e that each row ever shows."""
    highest: Array = np.stack([chunk.max(axis=1) for chunk in log_e(bet, xs)]).max(axis=0)
    return highest


def passages(bet: Bet, xs: Array, level: float) -> Array:
    """After how many values each row's e first reaches a level; infinite where it never does."""
    reached = np.concatenate([chunk >= math.log(level) for chunk in log_e(bet, xs)], axis=1)
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)


def restarts(bet: Bet, xs: Array) -> Array:
    """R of the detector after every value of each row."""
    stakes = np.array(bet.stakes)
    wealth = np.zeros((xs.shape[0], len(FRACTIONS)))
    values = np.empty_like(xs)
    for t in range(xs.shape[1]):
        wealth = (wealth + 1.0) * (1.0 + stakes * (bet.side * (xs[:, t, None] - bet.centre)))
        values[:, t] = wealth.mean(axis=1)
    return values


def upper(hits: int, runs: int, confidence: float = 0.95) -> float:
    """The exact one-sided upper bound of a rate, given how often it was hit (Clopper and Pearson)."""
    low, high = hits / runs, 1.0
    while high - low > 1e-9:
        rate = (low + high) / 2
        below = sum(math.exp(_log_binomial(k, runs, rate)) for k in range(hits + 1))
        low, high = (rate, high) if below > 1 - confidence else (low, rate)
    return high


def _log_binomial(k: int, n: int, p: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return ways + k * math.log(p) + (n - k) * math.log1p(-p)
