"""Has a mean that was good become bad? An e-detector of the Shiryaev-Roberts kind.

Each of eight gamblers restarts with a new coin at every value and bets that the mean is now below -margin; R is the
average of what all the restarts together own. While the mean is at or above -margin, R grows by at most one a value
on average, so the average run length to R >= A is at least A (Shin, Ramdas and Rinaldo, "E-detectors", 2022).

Unlike a mixture the state depends on the order of the values and does not merge: one writer, values in sequence.
"""

import msgspec

from understudy.stats.mixture import FRACTIONS, futility


class Detector(msgspec.Struct, frozen=True):
    """The wealth of all restarts so far, and the highest that it has been since the start."""

    margin: float
    bound: float = 1.0
    restarts: tuple[float, ...] = (0.0,) * len(FRACTIONS)
    high: float = 0.0
    n: int = 0

    def update(self, x: float) -> "Detector":
        """The detector after one value more; ValueError for a value outside the bound."""
        bet = futility(self.margin, self.bound)
        payoff = bet.payoff(x)
        pairs = zip(self.restarts, bet.stakes, strict=True)
        restarts = tuple([(wealth + 1.0) * (1.0 + stake * payoff) for wealth, stake in pairs])
        return Detector(self.margin, self.bound, restarts, max(self.high, sum(restarts) / len(restarts)), self.n + 1)

    @property
    def value(self) -> float:
        """R now; the mean run to a false R >= A is at least A values."""
        return sum(self.restarts) / len(self.restarts)
