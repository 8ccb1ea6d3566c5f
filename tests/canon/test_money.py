"""Money: exact integers, one rounding, and an unknown price that never becomes nothing."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.money import NANO, PER_TOKENS, UNKNOWN_PRICE, Price, cost, per_million, usd
from understudy.canon.usage import NO_USAGE, Usage

BUCKETS = ("uncached_in", "cache_read", "cache_write_5m", "cache_write_1h", "out")
COUNTS = st.integers(0, 10**8)
PRICES = st.integers(0, 10**12)
USAGES = st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
KNOWN = st.builds(Price, PRICES, PRICES, PRICES, PRICES, PRICES)


def test_a_bill_by_hand() -> None:
    price = Price(uncached_in=per_million(3), cache_read=per_million(0.3), out=per_million(15))
    usage = Usage(uncached_in=1_000, cache_read=2_000, out=100, reasoning=60)
    # 3,000 + 600 + 1,500 micro-dollars; reasoning is inside the output and is not paid twice.
    assert cost(usage, price) == 5_100_000
    assert usd(cost(usage, price)) == 0.0051


@given(USAGES, KNOWN)
def test_the_cost_is_the_exact_sum_rounded_half_to_even_once(usage: Usage, price: Price) -> None:
    exact = sum(Fraction(getattr(usage, name) * getattr(price, name), PER_TOKENS) for name in BUCKETS)
    assert cost(usage, price) == round(exact)


@pytest.mark.parametrize(("tokens", "nano"), [(500_000, 0), (1_500_000, 2), (2_500_000, 2), (500_001, 1), (499_999, 0)])
def test_halves_go_to_the_even_neighbour(tokens: int, nano: int) -> None:
    assert cost(Usage(uncached_in=tokens, out=0), Price(uncached_in=1)) == nano


@given(USAGES, KNOWN, USAGES)
def test_C4_a_cost_is_never_negative_and_grows_with_every_bucket(usage: Usage, price: Price, more: Usage) -> None:
    grown = Usage(**{name: getattr(usage, name) + getattr(more, name) for name in BUCKETS})
    smaller, larger = cost(usage, price), cost(grown, price)
    assert smaller is not None
    assert larger is not None
    assert 0 <= smaller <= larger


@pytest.mark.parametrize("bucket", BUCKETS)
def test_R22_a_price_that_is_needed_and_unknown_makes_an_unknown_cost(bucket: str) -> None:
    known = dict.fromkeys(BUCKETS, 1)
    usage = {"uncached_in": 0, "out": 0, bucket: 1}
    assert cost(Usage(**usage), Price(**{**known, bucket: None})) is None  # type: ignore[arg-type]
    assert cost(Usage(**{**usage, bucket: 0}), Price(**{**known, bucket: None})) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("usage", [NO_USAGE, Usage(uncached_in=1), Usage(out=1)])
def test_R22_unknown_tokens_make_an_unknown_cost(usage: Usage) -> None:
    assert cost(usage, Price(1, 1, 1, 1, 1)) is None


def test_an_unknown_price_is_not_a_free_one() -> None:
    assert cost(Usage(uncached_in=1, out=1), UNKNOWN_PRICE) is None
    assert cost(Usage(uncached_in=1, out=1), Price(uncached_in=0, out=0)) == 0
    assert usd(None) is None


@given(st.decimals(min_value=0, max_value=1000, places=6))
def test_a_price_as_people_write_it_is_exact(dollars: float) -> None:
    assert per_million(float(dollars)) == int(dollars * NANO)
