"""Usage, there and back."""

from typing import Any

from tests.dialects.openai_responses.samples import USAGE

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.openai_metering import read_newer_usage
from understudy.dialects.openai_responses.metering import write_usage


def test_T30_T31_the_input_includes_what_the_cache_served_and_stored() -> None:
    usage = read_newer_usage(USAGE)
    assert usage == Usage(uncached_in=3, cache_read=4, cache_write_5m=2, out=5, reasoning=3)
    assert write_usage(usage) == USAGE


def test_what_nobody_told_is_no_zero() -> None:
    nothings: tuple[Any, ...] = (None, {}, [], {"input_tokens": None}, {"input_tokens": -1}, {"input_tokens": True})
    for nothing in nothings:
        assert read_newer_usage(nothing) is NO_USAGE
    assert write_usage(NO_USAGE) is None
    assert write_usage(Usage(out=5)) == {"input_tokens": None, "output_tokens": 5, "total_tokens": None}


def test_more_from_the_cache_than_there_was_is_flagged() -> None:
    odd = read_newer_usage({"input_tokens": 3, "input_tokens_details": {"cached_tokens": 9}, "output_tokens": 1})
    assert (odd.total_in, odd.flags) == (3, ("usage_odd",))
