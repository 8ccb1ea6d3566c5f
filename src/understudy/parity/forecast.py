"""How many pairs will a rung take? For people and budgets; no promise rests on it.

Each of the eight gamblers grows by its mean gain a pair, which tells when the average of their wealths would be there
if all went as expected; with luck it is there earlier as often as later, and the forecast is that median. Before there
are pairs a slice is supposed to be at parity with one pair in five decided; what it has seen since counts against that
as if the supposition had been seen `PRIOR_PAIRS` times.
"""

import math
from collections.abc import Sequence

import msgspec

from understudy.stats.mixture import PRIOR_DISCORDANCE, PRIOR_PAIRS, Bet, Levels, Mixture, promotion

# Nobody waits for more pairs than this.
MOST_PAIRS = 10_000_000
# A fixed test with 90 % power at parity, one-sided 5 %: (1.645 + 1.282)^2.
_FIXED = 8.564


class Guess(msgspec.Struct, frozen=True):
    """What is supposed of a slice's pairs: the mean difference, and the share of pairs that are decided either way."""

    mean: float = 0.0
    discordance: float = PRIOR_DISCORDANCE

    def __post_init__(self) -> None:
        if not abs(self.mean) <= self.discordance <= 1:
            raise ValueError(
                f"a mean of {self.mean!r} needs a discordance between that and 1, not {self.discordance!r}"
            )

    @property
    def levels(self) -> tuple[tuple[float, float], ...]:
        """Each outcome with its chance."""
        won, lost = (self.discordance + self.mean) / 2, (self.discordance - self.mean) / 2
        return ((1.0, won), (0.0, 1.0 - self.discordance), (-1.0, lost))


def pairs_to(margin: float, e: float, guess: Guess, seen: Levels = Levels()) -> int | None:  # noqa: B008
    """How many more pairs until the evidence reaches e; None if it is not growing. Seen pairs weigh with the guess."""
    now, supposed = Mixture.of(promotion(margin), seen), _supposed(promotion(margin), guess)
    gains = [
        (shown + PRIOR_PAIRS * prior) / (seen.n + PRIOR_PAIRS) for shown, prior in zip(now.sums, supposed, strict=True)
    ]
    target = math.log(e)
    if max(gains) <= 0:
        return None
    low, high = 0, 1
    while _log_e(now, gains, high) < target:
        low, high = high, high * 2
        if high > MOST_PAIRS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if _log_e(now, gains, middle) < target:
            low = middle
        else:
            high = middle
    return 0 if _log_e(now, gains, 0) >= target else _median(high, now.bet, guess, seen, gains)


def _median(expected: int, bet: Bet, guess: Guess, seen: Levels, gains: list[float]) -> int:
    """The middle of when the evidence gets there, where luck plays its part: it comes before the mean.

    The best gambler's logarithm is a walk with drift; when such a walk first reaches a height has an inverse Gaussian
    law, whose median is found by bisection.
    """
    best = max(range(len(gains)), key=gains.__getitem__)
    weights = [(x, PRIOR_PAIRS * share) for x, share in guess.levels] + [(x, float(n)) for x, n in seen.counts]
    drift, spread = gains[best], _spread(bet, bet.stakes[best], weights)
    if spread <= 0:
        return expected
    shape = (expected * drift) ** 2 / spread
    low, high = 0.0, float(expected)
    for _ in range(60):
        middle = (low + high) / 2
        if _inverse_gaussian(middle, float(expected), shape) < 0.5:
            low = middle
        else:
            high = middle
    return math.ceil(high)


def _inverse_gaussian(at: float, mean: float, shape: float) -> float:
    """The chance to be there by `at`."""
    if at <= 0:
        return 0.0
    root = math.sqrt(shape / at)
    second = 2 * shape / mean
    late = _normal(-root * (at / mean + 1))
    return _normal(root * (at / mean - 1)) + (math.exp(second + math.log(late)) if late > 0 else 0.0)


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def _spread(bet: Bet, stake: float, weights: Sequence[tuple[float, float]]) -> float:
    """The variance of one gambler's logarithmic gain over outcomes that weigh so much each."""
    total = math.fsum(weight for _, weight in weights)
    gains = [(math.log1p(stake * bet.payoff(x)), weight) for x, weight in weights]
    mean = math.fsum(gain * weight for gain, weight in gains) / total
    return math.fsum(weight * (gain - mean) ** 2 for gain, weight in gains) / total


def spread_of(mixture: Mixture, levels: Levels) -> float:
    """The variance of the best gambler's logarithmic gain over the pairs that were seen; 0 before the first."""
    if not levels.n:
        return 0.0
    best = max(range(len(mixture.sums)), key=mixture.sums.__getitem__)
    return _spread(mixture.bet, mixture.bet.stakes[best], levels.counts)


def fixed_n(margin: float, guess: Guess) -> int:
    """The pairs of a test with a fixed number of them and 90 % power at parity, for comparison."""
    return math.ceil(_FIXED * guess.discordance / margin**2)


def _supposed(bet: Bet, guess: Guess) -> list[float]:
    """Each gambler's mean logarithmic gain a pair, if the guess were true."""
    return [math.fsum(share * math.log1p(stake * bet.payoff(x)) for x, share in guess.levels) for stake in bet.stakes]


def _log_e(now: Mixture, gains: Sequence[float], pairs: int) -> float:
    """The evidence after so many pairs more, if each gambler gains as it does on average."""
    grown = tuple(total + pairs * gain for total, gain in zip(now.sums, gains, strict=True))
    return Mixture(now.bet, grown).log_e
