"""Money: integers of nano-dollars, and nothing that rounds twice.

A price is nano-dollars per million tokens, by usage bucket. An unknown price is None and makes an unknown cost: it is
never 0. The model that is priced is the one that answered. Some providers charge long prompts more: the tier that a
prompt reaches prices the whole request, so a tier whose figures nobody knows makes that request's cost unknown.
"""

import math

from understudy.canon.usage import Usage
from understudy.canon.value import Value

NANO = 1_000_000_000
PER_TOKENS = 1_000_000


class Rates(Value, frozen=True):
    """Nano-dollars per million tokens of each bucket."""

    uncached_in: int | None = None
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    out: int | None = None


class Tier(Rates, frozen=True, kw_only=True):
    """The rates of a request whose whole prompt, cached or not, has more than `above` tokens."""

    above: int


class Price(Rates, frozen=True):
    """The rates of ordinary prompts, and those of long ones; `source` is where the figures were read, and when."""

    source: str | None = None
    tiers: tuple[Tier, ...] = ()


UNKNOWN_PRICE = Price()


def cost(usage: Usage, price: Price) -> int | None:
    """The cost of one exchange in nano-dollars, rounded half to even once; None if a figure it needs is unknown."""
    if usage.uncached_in is None or usage.out is None:
        return None
    rates = _rates(usage, price)
    total = 0
    for bucket in ("uncached_in", "cache_read", "cache_write_5m", "cache_write_1h", "out"):
        tokens = getattr(usage, bucket) or 0
        if not tokens:
            continue
        per_million = getattr(rates, bucket)
        if per_million is None:
            return None
        total += tokens * per_million
    return _divide_half_even(total, PER_TOKENS)


def _rates(usage: Usage, price: Price) -> Rates:
    """The figures that hold for a prompt of this length: those of the highest tier that it reaches."""
    reached = [tier for tier in price.tiers if (usage.total_in or 0) > tier.above]
    return max(reached, key=lambda tier: tier.above) if reached else price


def usd(nano: int | None) -> float | None:
    """Nano-dollars as dollars, for people and headers only: books keep the integer."""
    return None if nano is None else nano / NANO


def dollars(amount_usd: float) -> str:
    """An amount as people read it: cents, and below a dollar as many places as show what there is."""
    small = 0 < abs(amount_usd) < 1
    places = max(2, 1 - math.floor(math.log10(abs(amount_usd)))) if small else 2
    return f"${amount_usd:,.{places}f}"


def per_million(usd_per_million: float) -> int:
    """A price in dollars per million tokens, as people write it, in nano-dollars per million tokens."""
    return round(usd_per_million * NANO)


def _divide_half_even(value: int, by: int) -> int:
    whole, rest = divmod(value, by)
    twice = rest * 2
    return whole + (twice > by or (twice == by and whole % 2 == 1))
