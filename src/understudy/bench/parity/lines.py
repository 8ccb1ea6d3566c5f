"""A line of the bar: what is required, what came out, how sure that is. Numbers only; printing is the command's."""

import math
from collections.abc import Sequence

import msgspec

# The confidence of every bound here, one-sided.
LEVEL = 0.95
_HALVINGS = 60


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement against one figure. `value` is held against `limit` from above, or below if `at_least`.

    For an error rate `value` is the upper end of its interval and `estimate` the rate itself. `passed` None: not run.
    """

    bar: str
    what: str
    shown: str
    limit: float | None = None
    value: float | None = None
    estimate: float | None = None
    at_least: bool = False
    prototype: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether the figure meets the bar; None where nothing is asked or nothing was run."""
        if self.limit is None or self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def undecided(self) -> bool:
        """Whether only the interval passes the bar, for want of runs."""
        if self.passed is not False or self.limit is None or self.estimate is None:
            return False
        return self.estimate <= self.limit

    @property
    def missing(self) -> bool:
        """Whether a bar stands here that was not measured."""
        return self.limit is not None and self.value is None


def rate(bar: str, what: str, hits: int, runs: int, limit: float, prototype: str = "") -> Line:
    """A line about an error rate: the upper end of its exact interval must not pass the limit."""
    upper = upper_bound(hits, runs)
    shown = f"{hits / runs:.4f} (≤ {upper:.4f}; {hits} of {runs:,})"
    return Line(bar=bar, what=what, shown=shown, limit=limit, value=upper, estimate=hits / runs, prototype=prototype)


def median(
    bar: str, what: str, values: Sequence[float], limit: float | None, prototype: str = "", digits: int = 2
) -> Line:
    """A line about a median, shown with the interval that the order statistics give."""
    low, middle, high = median_interval(values)
    shown = f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f}; n {len(values):,})"
    return Line(bar=bar, what=what, shown=shown, limit=limit, value=middle, prototype=prototype)


def upper_bound(hits: int, runs: int, level: float = LEVEL) -> float:
    """The one-sided Clopper-Pearson upper bound of a rate, by bisection of the binomial distribution."""
    if hits >= runs:
        return 1.0
    low, high = hits / runs, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _at_most(hits, runs, middle) > 1 - level:
            low = middle
        else:
            high = middle
    return high


def _at_most(hits: int, runs: int, p: float) -> float:
    """P(Binomial(runs, p) <= hits)."""
    logs = [
        math.lgamma(runs + 1)
        - math.lgamma(k + 1)
        - math.lgamma(runs - k + 1)
        + k * math.log(p)
        + (runs - k) * math.log1p(-p)
        for k in range(hits + 1)
    ]
    top = max(logs)
    return math.exp(top) * math.fsum(math.exp(one - top) for one in logs)


def median_interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float, float]:
    """The median with the order statistics that hold it with this confidence (normal approximation of the ranks)."""
    ordered = sorted(values)
    n = len(ordered)
    if not n:
        return math.nan, math.nan, math.nan
    spread = 1.96 * math.sqrt(n) / 2 if level == LEVEL else math.sqrt(n)
    low, high = max(0, math.floor(n / 2 - spread)), min(n - 1, math.ceil(n / 2 + spread))
    return ordered[low], ordered[n // 2], ordered[high]
