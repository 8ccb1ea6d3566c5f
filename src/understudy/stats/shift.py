"""Has a spread over bins changed, or a mean? The population stability index tells how much of the former, chi-squared
whether by chance.

A PSI alone has no error rate: of 50 numbers against 50, spread over ten bins by the same law, most are above 0.25. So a
change is told by both, a size that matters and a chance too small for luck (Pearson's test of two samples). The chance
is that of independent numbers.
"""

import math
from collections.abc import Sequence

from understudy.stats.shrinkage import Tally

# An empty bin counts as half a number where a logarithm needs something.
_HALF = 0.5


def psi(expected: Sequence[float], seen: Sequence[float], n: float, m: float) -> float:
    """The population stability index of two spreads (shares by bin), that of `n` numbers and that of `m`."""
    pairs = [(max(a, _HALF / n), max(b, _HALF / m)) for a, b in zip(expected, seen, strict=True) if a or b]
    return math.fsum((b - a) * math.log(b / a) for a, b in pairs)


def by_chance(expected: Sequence[float], seen: Sequence[float], n: float, m: float) -> float:
    """How likely two spreads of `n` and `m` numbers are to lie as far apart if both follow one law."""
    pairs = [(a, b) for a, b in zip(expected, seen, strict=True) if a or b]
    apart = math.fsum((a - b) ** 2 * (n + m) / (n * a + m * b) for a, b in pairs)
    return chi_squared(apart * n * m / (n + m), len(pairs) - 1)


def means_by_chance(expected: Tally, seen: Tally) -> float:
    """How likely two means are to lie as far apart if both follow one law, with the variance of all numbers together.

    With each mean's own variance a few low numbers of a skewed law would seem sure of themselves.
    """
    a, b = expected.mean, seen.mean
    if a is None or b is None:
        return 1.0
    n, m = expected.n, seen.n
    within = (expected.squares - n * a * a + seen.squares - m * b * b) / (n + m)
    if within <= 0:
        return 1.0 if a == b else 0.0
    return chi_squared((a - b) ** 2 / within / (1 / n + 1 / m), 1)


def chi_squared(x: float, freedom: int) -> float:
    """The chance that chi-squared with so many degrees of freedom is above x: a finite sum for whole ones."""
    if freedom < 1 or x <= 0:
        return 1.0
    half, odd = x / 2, freedom % 2
    terms = (k * math.log(half) - half - math.lgamma(k + 1) for k in (place + odd / 2 for place in range(freedom // 2)))
    return min(1.0, (math.erfc(math.sqrt(half)) if odd else 0.0) + math.fsum(map(math.exp, terms)))
