"""The gate's arithmetic on many runs at once: the same numbers as `stats` and `parity`, tied to them by a test.

For outcomes of -1, 0, 1 the eight sums are linear in three counts, so that a whole stream is a few matrix operations.
Which rungs open when is then read off the paths exactly as `parity.gate` walks them on evidence alone: one rung a unit,
stopped by futility, and by the rollback that pairs in canary feed.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.bench.parity.streams import Floats, Signs
from understudy.parity.ladder import OPENS_AT, Rung
from understudy.stats.mixture import LOG_GAMBLERS, Bet, futility, promotion

Ints = NDArray[np.int64]
NEVER = np.iinfo(np.int64).max
# Units that are computed at a time: enough to be quick, few enough to stay in the cache.
CHUNK = 100
FUTILITY_AT = ROLLBACK_AT = math.log(100.0)


class Counts(NamedTuple):
    """How many units were won and lost so far, at every unit of every run."""

    won: NDArray[np.int32]
    lost: NDArray[np.int32]

    @classmethod
    def of(cls, x: Signs) -> "Counts":
        """The running counts of a piece of runs."""
        return cls(np.cumsum(x == 1, axis=1, dtype=np.int32), np.cumsum(x == -1, axis=1, dtype=np.int32))


def sums(counts: Counts, bet: Bet) -> list[Floats]:
    """The eight sums of logarithms at every unit."""
    units = np.arange(1, counts.won.shape[1] + 1, dtype=float)
    return [_sum(counts, units, bet, stake) for stake in bet.stakes]


def _sum(counts: Counts, units: Floats, bet: Bet, stake: float) -> Floats:
    won, tied, lost = (math.log1p(stake * bet.payoff(x)) for x in (1.0, 0.0, -1.0))
    total: Floats = counts.won * (won - tied) + counts.lost * (lost - tied) + units * tied
    return total


def log_e(parts: Sequence[Floats]) -> Floats:
    """The log e-value of eight sums."""
    top = np.maximum.reduce(list(parts))
    found: Floats = top + np.log(sum(np.exp(part - top) for part in parts)) - LOG_GAMBLERS
    return found


def log_e_chunks(x: Floats, bet: Bet) -> Iterator[Floats]:
    """The log e-value after every value of streams of any values within the bet's bound, in chunks of units."""
    totals = [np.zeros((len(x), 1)) for _ in bet.stakes]
    for start in range(0, x.shape[1], CHUNK):
        payoffs = bet.side * (x[:, start : start + CHUNK] - bet.centre)
        parts = [
            total + np.cumsum(np.log1p(stake * payoffs), axis=1)
            for total, stake in zip(totals, bet.stakes, strict=True)
        ]
        totals = [part[:, -1:] for part in parts]
        yield log_e(parts)


def log_e_path(x: Floats, bet: Bet) -> Floats:
    """The same for all units at once."""
    return np.concatenate(list(log_e_chunks(x, bet)), axis=1)


def above(counts: Counts, bet: Bet, level: float) -> NDArray[np.bool_]:
    """Where log e is at or above a level. The largest sum bounds log e on both sides, so few points need the whole."""
    units = np.arange(1, counts.won.shape[1] + 1, dtype=float)
    top = _sum(counts, units, bet, bet.stakes[0])
    for stake in bet.stakes[1:]:
        np.maximum(top, _sum(counts, units, bet, stake), out=top)
    found = top >= level + LOG_GAMBLERS
    open_ = np.nonzero((top >= level) & ~found)
    if len(open_[0]):
        at = Counts(counts.won[open_], counts.lost[open_])
        seen = (open_[1] + 1).astype(float)
        found[open_] = log_e([_sum(at, seen, bet, stake) for stake in bet.stakes]) >= level
    return found


def first(where: NDArray[np.bool_]) -> Ints:
    """The index of the first true unit of each run; NEVER if there is none."""
    return np.where(where.any(axis=1), where.argmax(axis=1), NEVER)


def first_after(where: NDArray[np.bool_], after: Ints) -> Ints:
    """The first true unit of each run after a given one; NEVER if there is none, or that one never was."""
    units = np.arange(where.shape[1])
    return np.where(after == NEVER, NEVER, first(where & (units[None, :] > after[:, None])))


class Walk(NamedTuple):
    """When each run reached each rung, and when it was stopped: indices of units, NEVER if not."""

    rungs: dict[Rung, Ints]
    stopped: Ints

    def pairs_to(self, rung: Rung) -> Ints:
        """How many pairs each run took to a rung; NEVER if it did not get there."""
        at = self.rungs[rung]
        return np.where(at == NEVER, NEVER, at + 1)


def walk(x: Signs, margin: float) -> Walk:
    """The ladder climbed on evidence alone, with the shipped rules for stopping."""
    counts = Counts.of(x)
    bet = promotion(margin)
    opened: dict[Rung, Ints] = {}
    at = np.full(len(x), -1, dtype=np.int64)
    for rung, e in OPENS_AT.items():
        at = first_after(above(counts, bet, math.log(e)), at)
        opened[rung] = at
    stopped = np.minimum(first(above(counts, futility(margin), FUTILITY_AT)), _rolled_back(x, margin, opened[Rung.P1]))
    # What stops a slice is asked before what lets it rise; on the last rung neither is asked any more.
    stopped = np.where(stopped > opened[Rung.P100], NEVER, stopped)
    return Walk({rung: np.where(when < stopped, when, NEVER) for rung, when in opened.items()}, stopped)


def _rolled_back(x: Signs, margin: float, entered: Ints) -> Ints:
    """When the pairs of a canary alone would take its share back: they count from the unit after it was entered."""
    found = np.full(len(x), NEVER, dtype=np.int64)
    runs = np.nonzero(entered != NEVER)[0]
    if len(runs):
        units = np.arange(x.shape[1])
        later = units[None, :] > entered[runs][:, None]
        counts = Counts.of(np.where(later, x[runs], 0).astype(np.int8))
        seen = np.maximum(units[None, :] - entered[runs][:, None], 0).astype(float)
        bet = futility(margin)
        parts = [_sum(counts, seen, bet, stake) for stake in bet.stakes]
        found[runs] = first((log_e(parts) >= ROLLBACK_AT) & later)
    return found
