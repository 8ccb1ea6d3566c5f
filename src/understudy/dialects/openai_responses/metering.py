"""Usage, from the words of this dialect and back: `input_tokens` includes what the cache served or stored."""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage, inclusive
from understudy.dialects.fields import count_of, object_of

_INPUT, _OUTPUT = "input_tokens_details", "output_tokens_details"


def read_usage(body: Any) -> Usage:
    """The usage that an answer tells."""
    if not isinstance(body, dict):
        return NO_USAGE
    below, above = object_of(body.get(_INPUT)), object_of(body.get(_OUTPUT))
    usage = inclusive(
        count_of(body, "input_tokens"),
        count_of(body, "output_tokens"),
        read=count_of(below, "cached_tokens"),
        write_5m=count_of(below, "cache_write_tokens"),
        reasoning=count_of(above, "reasoning_tokens"),
    )
    return NO_USAGE if usage == NO_USAGE else usage


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
