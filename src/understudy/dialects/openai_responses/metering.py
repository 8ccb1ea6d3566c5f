"""Usage in the words of this dialect; `openai_metering` reads them, since other endpoints of OpenAI's tell them too."""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.openai_metering import INPUT, OUTPUT


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
        body[INPUT] = below
    body["output_tokens"] = out
    if usage.reasoning is not None:
        body[OUTPUT] = {"reasoning_tokens": usage.reasoning}
    return {**body, "total_tokens": None if prompt is None or out is None else prompt + out}
