"""Usage, from the words of this dialect and back: `input_tokens` includes what the cache served or stored."""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage, inclusive

_INPUT, _OUTPUT = "input_tokens_details", "output_tokens_details"


def read_usage(body: Any) -> Usage:
    """The usage that an answer tells."""
    if not isinstance(body, dict):
        return NO_USAGE
    below, above = _object(body.get(_INPUT)), _object(body.get(_OUTPUT))
    usage = inclusive(
        _count(body, "input_tokens"),
        _count(body, "output_tokens"),
        read=_count(below, "cached_tokens"),
        write_5m=_count(below, "cache_write_tokens"),
        reasoning=_count(above, "reasoning_tokens"),
    )
    return NO_USAGE if usage == NO_USAGE else usage


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def write_usage(usage: Usage) -> dict[str, Any] | None:
    """The usage object, None where nobody told anything; a count that nobody told is left out, never 0."""
    if usage == NO_USAGE:
        return None
    prompt, out = usage.total_in, usage.out
    body: dict[str, Any] = {"input_tokens": prompt}
    below = {}
    if usage.cache_read is not None:
        below["cached_tokens"] = usage.cache_read
    if usage.cache_write_5m is not None or usage.cache_write_1h is not None:
        below["cache_write_tokens"] = usage.cache_write
    if below:
        body[_INPUT] = below
    body["output_tokens"] = out
    if usage.reasoning is not None:
        body[_OUTPUT] = {"reasoning_tokens": usage.reasoning}
    return {**body, "total_tokens": None if prompt is None or out is None else prompt + out}
