"""Usage, from the words of this dialect and back: `inputTokens` excludes what the cache served or stored.

Cache writes are told as a total, and by lifetime in `cacheDetails` where there are several.
"""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.fields import count_of

_HOUR = "1h"


def read_usage(body: Any) -> Usage:
    """The usage that an answer tells."""
    if not isinstance(body, dict):
        return NO_USAGE
    written, written_1h = _cache_writes(body)
    usage = Usage(
        uncached_in=count_of(body, "inputTokens"),
        cache_read=count_of(body, "cacheReadInputTokens"),
        cache_write_5m=written,
        cache_write_1h=written_1h,
        out=count_of(body, "outputTokens"),
    )
    return NO_USAGE if usage == NO_USAGE else usage


def _cache_writes(body: dict[str, Any]) -> tuple[int | None, int | None]:
    """What was stored for five minutes and for an hour; all that is not said to be of an hour is of the former."""
    total, details = count_of(body, "cacheWriteInputTokens"), body.get("cacheDetails")
    of_an_hour = [
        count
        for detail in (details if isinstance(details, list) else ())
        if isinstance(detail, dict) and detail.get("ttl") == _HOUR
        if (count := count_of(detail, "inputTokens")) is not None
    ]
    if not of_an_hour:
        return total, None
    return (None if total is None else max(0, total - sum(of_an_hour))), sum(of_an_hour)


def write_usage(usage: Usage) -> dict[str, Any]:
    """The usage object; a count that nobody told is left out, never 0."""
    total_in, out = usage.total_in, usage.out
    body: dict[str, Any] = {
        "inputTokens": usage.uncached_in,
        "outputTokens": out,
        "totalTokens": None if total_in is None or out is None else total_in + out,
        "cacheReadInputTokens": usage.cache_read,
        "cacheWriteInputTokens": usage.cache_write if usage.cache_write else usage.cache_write_5m,
    }
    if usage.cache_write_1h is not None:
        lifetimes = {_HOUR: usage.cache_write_1h, "5m": usage.cache_write_5m}
        body["cacheDetails"] = [{"ttl": ttl, "inputTokens": count} for ttl, count in lifetimes.items() if count]
    return {name: value for name, value in body.items() if value is not None}
