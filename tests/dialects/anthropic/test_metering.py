"""Usage in and out of disjoint buckets."""

from typing import Any

import pytest

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.anthropic.metering import read_usage, unread_usage, write_usage


@pytest.mark.parametrize(
    ("body", "usage"),
    [
        (None, NO_USAGE),
        ({}, NO_USAGE),
        ({"input_tokens": 0, "output_tokens": 0}, Usage(uncached_in=0, out=0)),
        ({"input_tokens": "3", "output_tokens": True}, NO_USAGE),
        ({"cache_creation_input_tokens": 8}, Usage(cache_write_5m=8)),
        (
            {"cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 2}},
            Usage(cache_write_5m=1, cache_write_1h=2),
        ),
        ({"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}}, Usage(out=9, reasoning=4)),
        ({"input_tokens": -4, "output_tokens": 1}, Usage(uncached_in=0, out=1, flags=("usage_odd",))),
    ],
)
def test_reading(body: Any, usage: Usage) -> None:
    assert read_usage(body) == usage


def test_T31_cache_writes_by_lifetime_yield_to_their_total() -> None:
    split = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 20}
    told = {"cache_creation_input_tokens": 50, "cache_creation": split}
    assert read_usage(told) == Usage(cache_write_5m=30, cache_write_1h=20)
    assert read_usage({**told, "cache_creation_input_tokens": 20}) == Usage(cache_write_5m=0, cache_write_1h=20)


@pytest.mark.parametrize(
    "usage",
    [
        Usage(uncached_in=3, out=5),
        Usage(3, 7, None, None, 5, None),
        Usage(3, 0, 10, None, 5, 2),
        Usage(3, 7, 10, 20, 5, 0),
    ],
)
def test_writing_is_the_inverse_of_reading(usage: Usage) -> None:
    assert read_usage(write_usage(usage)) == usage


def test_what_no_bucket_takes_is_kept() -> None:
    body = {
        "input_tokens": 1,
        "service_tier": "standard",
        "inference_geo": None,
        "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1d_input_tokens": 2},
        "output_tokens_details": {"thinking_tokens": 1},
    }
    assert set(unread_usage(body)) == {"service_tier", "cache_creation"}
    assert unread_usage("x") == {}
