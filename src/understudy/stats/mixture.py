"""Evidence about a mean, as the wealth of a gambler: the fixed-grid mixture betting e-process.

Eight gamblers start with one coin each. Before every value each stakes a fixed fraction of what it has on "the mean
lies on this side of the centre". If the claim is false, their average wealth e is a nonnegative supermartingale that
starts at 1, so the chance that it ever reaches 1/a is at most a (Ville), however often and whenever one looks. No
variance is estimated and no number of values is too small (Waudby-Smith and Ramdas, "Estimating means of bounded
random variables by betting", 2024).

The stakes never change: that is what keeps the promise under drift (the promise then speaks of the running average of
the true means), and what makes the state additive. A `Mixture` is eight sums of logarithms; shards add. `Levels` is
the exact form of the same evidence, a count for each distinct value. Adaptive stakes must never come in here.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import Literal

import msgspec

# Geometric from .02, which still gains when nine values in ten are ties, to .9, which leaves every factor positive.
FRACTIONS = tuple(0.02 * 45 ** (j / 7) for j in range(8))
LOG_GAMBLERS = math.log(len(FRACTIONS))
# Room for the rounding of a mean; more than this outside the bound is a bug of the caller.
SLACK = 1e-9
# Beyond it no float holds e.
MAX_LOG_E = 709.0
# The prior growth weighs as much as this many pairs: enough to keep the first forecasts sober, gone after a hundred.
PRIOR_PAIRS = 20
# What the forecast supposes of a slice before it has pairs: parity, and one pair in five decided either way.
PRIOR_DISCORDANCE = 0.2


class Levels(msgspec.Struct, frozen=True):
    """How often each distinct value was seen, in rising order of value: exact, mergeable, blind to order."""

    counts: tuple[tuple[float, int], ...] = ()

    @classmethod
    def of(cls, values: Iterable[float]) -> "Levels":
        """The counts of a handful of values in any order."""
        return cls(tuple((x, len(list(same))) for x, same in groupby(sorted(values))))

    def add(self, x: float, n: int = 1) -> "Levels":
        """The counts with one value more, or `n` times the same value."""
        at = bisect_left(self.counts, (x,))
        if at < len(self.counts) and self.counts[at][0] == x:
            known, seen = self.counts[at]
            return Levels((*self.counts[:at], (known, seen + n), *self.counts[at + 1 :]))
        return Levels((*self.counts[:at], (x, n), *self.counts[at:]))

    def merge(self, other: "Levels") -> "Levels":
        """The counts of both shards together."""
        merged = self
        for x, n in other.counts:
            merged = merged.add(x, n)
        return merged

    def mirrored(self) -> "Levels":
        """The same counts with every value's sign turned."""
        return Levels(tuple((-x, n) for x, n in reversed(self.counts)))

    @property
    def n(self) -> int:
        """How many values were seen."""
        return sum(n for _, n in self.counts)

    @property
    def mean(self) -> float | None:
        """The mean of all values; None before the first."""
        return math.fsum(x * n for x, n in self.counts) / self.n if self.counts else None

    @property
    def wins(self) -> int:
        """How many values were above 0."""
        return sum(n for x, n in self.counts if x > 0)

    @property
    def losses(self) -> int:
        """How many values were below 0."""
        return sum(n for x, n in self.counts if x < 0)


class Bet(msgspec.Struct, frozen=True):
    """The claim betted on: values within [-bound, bound] have a mean above (side 1) or below (side -1) the centre."""

    side: Literal[1, -1]
    centre: float
    bound: float = 1.0

    def __post_init__(self) -> None:
        if not abs(self.centre) < self.bound:
            raise ValueError(
                f"centre {self.centre!r} lies outside (-{self.bound!r}, {self.bound!r}); no bet can be lost"
            )

    @property
    def stakes(self) -> tuple[float, ...]:
        """The eight stakes: as large as the worst value allows, times the fractions."""
        return _stakes(self.side, self.centre, self.bound)

    def payoff(self, x: float) -> float:
        """What one value pays per unit staked; ValueError for a value outside the bound, which is never clipped."""
        if not abs(x) <= self.bound + SLACK:  # written so that NaN fails too
            raise ValueError(
                f"value {x!r} lies outside [-{self.bound!r}, {self.bound!r}]; fix the outcome that made it"
            )
        return self.side * (x - self.centre)


@lru_cache(maxsize=256)
def _stakes(side: int, centre: float, bound: float) -> tuple[float, ...]:
    return tuple(fraction / (bound + side * centre) for fraction in FRACTIONS)


def promotion(margin: float, bound: float = 1.0) -> Bet:
    """The bet that the mean is above -margin: evidence for non-inferiority."""
    return Bet(1, -margin, bound)


def futility(margin: float, bound: float = 1.0) -> Bet:
    """The bet that the mean is below -margin: evidence that non-inferiority will not come."""
    return Bet(-1, -margin, bound)


def rollback(margin: float) -> Bet:
    """The bet that a canary's mean difference is below -margin: futility's bet, on blocks instead of pairs."""
    return Bet(-1, -margin)


class Mixture(msgspec.Struct, frozen=True):
    """The wealth of the eight gamblers on one bet, as sums of logarithms, after `n` values in any order."""

    bet: Bet
    sums: tuple[float, ...] = (0.0,) * len(FRACTIONS)
    n: int = 0

    @classmethod
    def of(cls, bet: Bet, levels: Levels) -> "Mixture":
        """The wealth after values that were counted by level."""
        mixture = cls(bet)
        for x, n in levels.counts:
            mixture = mixture.update(x, n)
        return mixture

    def update(self, x: float, n: int = 1) -> "Mixture":
        """The wealth after one value more, or `n` times the same value; ValueError outside the bet's bound."""
        payoff, log1p = self.bet.payoff(x), math.log1p
        pairs = zip(self.sums, self.bet.stakes, strict=True)
        return Mixture(self.bet, tuple([total + n * log1p(stake * payoff) for total, stake in pairs]), self.n + n)

    def merge(self, other: "Mixture") -> "Mixture":
        """The wealth after both shards; ValueError if they bet on different claims."""
        if self.bet != other.bet:
            raise ValueError(f"cannot merge {self.bet!r} with {other.bet!r}; shards of one process share their bet")
        sums = tuple(mine + theirs for mine, theirs in zip(self.sums, other.sums, strict=True))
        return Mixture(self.bet, sums, self.n + other.n)

    @property
    def log_e(self) -> float:
        """The natural logarithm of the e-value: the average wealth."""
        top, exp = max(self.sums), math.exp
        return top + math.log(sum([exp(total - top) for total in self.sums])) - LOG_GAMBLERS


def log_e(bet: Bet, levels: Levels) -> float:
    """The log e-value of a bet on values that were counted by level."""
    return Mixture.of(bet, levels).log_e


def e_value(log_e: float) -> float:
    """The e-value of its logarithm; the largest there is where no float can hold it, since JSON has no infinity."""
    return math.exp(min(log_e, MAX_LOG_E))


class Trail(msgspec.Struct, frozen=True):
    """A mixture that is looked at after every value: its evidence now, and the most that it ever showed.

    The peak is what Ville's bound speaks of. It depends on the order of the values, so trails do not merge.
    """

    mixture: Mixture
    log_e: float = 0.0
    peak: float = 0.0

    def update(self, x: float) -> "Trail":
        """The trail after one value more; ValueError outside the bet's bound."""
        mixture = self.mixture.update(x)
        now = mixture.log_e
        return Trail(mixture, now, max(self.peak, now))

    @property
    def p_anytime(self) -> float:
        """A p-value that holds at every look: the inverse of the highest e so far."""
        return math.exp(-self.peak)


def values_to_go(mixture: Mixture, log_target: float) -> int | None:
    """About how many more values until the evidence reaches a target; None if it is not growing.

    A forecast for people and budgets: the best gambler's growth so far, shrunk to what parity would give. No promise
    rests on it.
    """
    seen = max(mixture.sums)
    growth = (seen + PRIOR_PAIRS * _prior_growth(mixture.bet)) / (mixture.n + PRIOR_PAIRS)
    if growth <= 0:
        return None
    return max(0, math.ceil((log_target - mixture.log_e) / growth))


@lru_cache(maxsize=256)
def _prior_growth(bet: Bet) -> float:
    decided, tied = PRIOR_DISCORDANCE / 2, 1 - PRIOR_DISCORDANCE
    shares = ((1.0, decided), (0.0, tied), (-1.0, decided))
    return max(sum(share * math.log1p(stake * bet.payoff(x)) for x, share in shares) for stake in bet.stakes)
