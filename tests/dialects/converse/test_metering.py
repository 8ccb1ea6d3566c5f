"""Usage, there and back."""

from tests.dialects.converse.samples import USAGE

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.converse.metering import read_usage, write_usage


def test_T33_the_input_leaves_out_what_the_cache_served_and_stored() -> None:
    usage = read_usage(USAGE)
    assert usage == Usage(uncached_in=3, cache_read=4, cache_write_5m=2, out=5)
    assert usage.total_in == 9
    assert write_usage(usage) == USAGE
    assert write_usage(Usage(3, 0, 0, None, 5)) == {
        "inputTokens": 3,
        "outputTokens": 5,
        "totalTokens": 8,
        "cacheReadInputTokens": 0,
        "cacheWriteInputTokens": 0,
    }


def test_T31_what_is_stored_for_an_hour_is_told_apart() -> None:
    details = [{"ttl": "1h", "inputTokens": 5}, {"ttl": "5m", "inputTokens": 2}]
    told = {"inputTokens": 3, "outputTokens": 1, "totalTokens": 11, "cacheWriteInputTokens": 7, "cacheDetails": details}
    usage = read_usage(told)
    assert usage == Usage(uncached_in=3, cache_write_5m=2, cache_write_1h=5, out=1)
    assert write_usage(usage) == told
    assert read_usage({"cacheWriteInputTokens": 7, "cacheDetails": [None, {"ttl": "1h"}, {"ttl": "5m"}]}) == Usage(
        cache_write_5m=7
    )


def test_what_nobody_told_is_no_zero() -> None:
    assert read_usage(None) is read_usage({}) is read_usage({"inputTokens": -1}) is NO_USAGE
    assert write_usage(NO_USAGE) == {}
