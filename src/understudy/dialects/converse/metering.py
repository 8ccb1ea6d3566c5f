"""Usage, from the words of this dialect and back: `inputTokens` excludes what the cache served or stored."""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage


def read_usage(body: Any) -> Usage:
    """The usage that an answer tells."""
    if not isinstance(body, dict):
        return NO_USAGE
    usage = Usage(
        uncached_in=_count(body, "inputTokens"),
        cache_read=_count(body, "cacheReadInputTokens"),
        cache_write_5m=_count(body, "cacheWriteInputTokens"),
        out=_count(body, "outputTokens"),
    )
    return NO_USAGE if usage == NO_USAGE else usage


def _count(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


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
