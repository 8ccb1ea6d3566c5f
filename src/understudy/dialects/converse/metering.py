"""Usage, from the words of this dialect and back: `inputTokens` excludes what the cache served or stored."""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.fields import count_of


def read_usage(body: Any) -> Usage:
    """The usage that an answer tells."""
    if not isinstance(body, dict):
        return NO_USAGE
    usage = Usage(
        uncached_in=count_of(body, "inputTokens"),
        cache_read=count_of(body, "cacheReadInputTokens"),
        cache_write_5m=count_of(body, "cacheWriteInputTokens"),
        out=count_of(body, "outputTokens"),
    )
    return NO_USAGE if usage == NO_USAGE else usage


def write_usage(usage: Usage) -> dict[str, Any]:
    """The usage object; a count that nobody told is left out, never 0."""
    total_in, out = usage.total_in, usage.out
    body = {
        "inputTokens": usage.uncached_in,
        "outputTokens": out,
        "totalTokens": None if total_in is None or out is None else total_in + out,
        "cacheReadInputTokens": usage.cache_read,
        "cacheWriteInputTokens": usage.cache_write if usage.cache_write else usage.cache_write_5m,
    }
    return {name: value for name, value in body.items() if value is not None}
