"""Costs in integers, rounded once, and never guessed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.money import NANO, UNKNOWN_PRICE, Price, Tier, cost, dollars, per_million, usd
from understudy.canon.usage import NO_USAGE, Usage

COUNTS = st.integers(0, 10**9)
PRICE = Price(
    uncached_in=3 * NANO, cache_read=NANO // 3, cache_write_5m=4 * NANO, cache_write_1h=6 * NANO, out=15 * NANO
)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_C4_a_cost_is_the_exact_sum_rounded_half_to_even_once(a: int, b: int, c: int, d: int, e: int) -> None:
    exact = Fraction(a * 3 * NANO + b * (NANO // 3) + c * 4 * NANO + d * 6 * NANO + e * 15 * NANO, 10**6)
    got = cost(Usage(a, b, c, d, e), PRICE)
    assert got == round(exact)
    assert got is not None
    assert got >= 0


@pytest.mark.parametrize(
    ("tokens", "expected"), [(500_000, 0), (1_500_000, 2), (2_500_000, 2), (499_999, 0), (500_001, 1)]
)
def test_half_a_nano_goes_to_the_even_neighbour(tokens: int, expected: int) -> None:
    assert cost(Usage(uncached_in=tokens, out=0), Price(uncached_in=1)) == expected


def test_R22_what_is_unknown_makes_an_unknown_cost_and_never_0() -> None:
    assert {cost(usage, PRICE) for usage in (NO_USAGE, Usage(uncached_in=1), Usage(out=1))} == {None}
    assert cost(Usage(uncached_in=1, out=1), UNKNOWN_PRICE) is None
    assert cost(Usage(uncached_in=1, cache_read=1, out=1), Price(uncached_in=1, out=1)) is None
    # A bucket without tokens needs no price.
    assert cost(Usage(uncached_in=1_000_000, cache_read=0, out=0), Price(uncached_in=7)) == 7


def test_reasoning_is_paid_once_as_output() -> None:
    assert cost(Usage(0, out=10, reasoning=8), PRICE) == cost(Usage(0, out=10), PRICE)


def test_dollars_are_for_people() -> None:
    assert usd(NANO) == 1.0
    assert usd(None) is None
    assert per_million(0.15) == 150_000_000


@given(st.integers(0, 10**9))
def test_a_price_as_people_write_it_is_exact(millionths: int) -> None:
    assert per_million(millionths / 10**6) == millionths * 1_000


TIERED = Price(
    uncached_in=1,
    cache_read=1,
    out=1,
    tiers=(Tier(above=30, uncached_in=9, out=9), Tier(above=10, uncached_in=3, out=5)),
)


@pytest.mark.parametrize(
    ("prompt", "rates"), [(0, (1, 1)), (10, (1, 1)), (11, (3, 5)), (30, (3, 5)), (31, (9, 9)), (10**9, (9, 9))]
)
def test_R23_the_tier_that_a_prompt_reaches_prices_the_whole_request(prompt: int, rates: tuple[int, int]) -> None:
    scaled = Price(
        uncached_in=10**6,
        out=10**6,
        tiers=tuple(Tier(above=t.above, uncached_in=t.uncached_in * 10**6, out=t.out * 10**6) for t in TIERED.tiers),  # type: ignore[operator]
    )
    assert cost(Usage(uncached_in=prompt, out=7), scaled) == prompt * rates[0] + 7 * rates[1]


def test_R23_what_the_cache_served_counts_toward_the_tier() -> None:
    assert cost(Usage(uncached_in=1, cache_read=9, out=1), TIERED) is not None
    # Above the tier nobody knows the price of a cache read: the cost is unknown, not that of the lower tier.
    assert cost(Usage(uncached_in=1, cache_read=10, out=1), TIERED) is None


def test_R22_a_tier_without_figures_makes_the_cost_of_long_prompts_unknown() -> None:
    price = Price(uncached_in=10**6, out=10**6, tiers=(Tier(above=100),))
    assert cost(Usage(uncached_in=100, out=1), price) == 101
    assert cost(Usage(uncached_in=101, out=1), price) is None


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0.0, "$0.00"), (1_234.5, "$1,234.50"), (1.0, "$1.00"), (0.5, "$0.50"), (0.001, "$0.0010"),
        (0.0000234, "$0.000023"), (-0.25, "$-0.25"),
    ],
)  # fmt: skip
def test_a_small_amount_is_not_told_as_nothing(amount: float, words: str) -> None:
    assert dollars(amount) == words
