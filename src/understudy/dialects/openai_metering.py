"""Usage, from the words of this dialect and back.

`prompt_tokens` includes what the cache served or stored; canon's buckets do not. Hosts differ in what else they
count, and `total_tokens` gives them away: reasoning left out of the completion (xAI), audio left out of the prompt
(Mistral), more cached tokens than the prompt has (Grok on Azure). No host is named by the rules: the sums decide.
"""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage, inclusive
from understudy.dialects.fields import count_of, object_of

_TAKEN = {"prompt_tokens", "completion_tokens", "total_tokens", "prompt_cache_hit_tokens", "prompt_cache_miss_tokens"}
INPUT, OUTPUT = "input_tokens_details", "output_tokens_details"
_PROMPT, _COMPLETION = "prompt_tokens_details", "completion_tokens_details"


def read_usage(body: Any) -> Usage:
    """Usage of a whole answer, or what a chunk of a stream says of it so far."""
    if not isinstance(body, dict):
        return NO_USAGE
    prompt_details, completion_details = object_of(body.get(_PROMPT)), object_of(body.get(_COMPLETION))
    prompt, out, total = (count_of(body, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    told = (
        count_of(prompt_details, "cached_tokens"),
        count_of(body, "prompt_cache_hit_tokens"),
        count_of(body, "cached_tokens"),
    )
    read = next((count for count in told if count), 0 if any(count == 0 for count in told) else None)
    reasoning, audio = count_of(completion_details, "reasoning_tokens"), count_of(prompt_details, "audio_tokens")
    if prompt is not None and out is not None and total is not None:
        if reasoning and total == prompt + out + reasoning:
            out += reasoning
        elif audio and total == prompt + out + audio:
            prompt += audio
    write = count_of(prompt_details, "cache_write_tokens")
    usage = inclusive(prompt, out, read=read, write_5m=write, reasoning=reasoning)
    return NO_USAGE if usage == NO_USAGE else usage


def read_newer_usage(body: Any) -> Usage:
    """Usage as Responses and the endpoints of pictures and transcripts word it: `input_tokens` includes the cache."""
    if not isinstance(body, dict):
        return NO_USAGE
    below, above = object_of(body.get(INPUT)), object_of(body.get(OUTPUT))
    usage = inclusive(
        count_of(body, "input_tokens"),
        count_of(body, "output_tokens"),
        read=count_of(below, "cached_tokens"),
        write_5m=count_of(below, "cache_write_tokens"),
        reasoning=count_of(above, "reasoning_tokens"),
    )
    return NO_USAGE if usage == NO_USAGE else usage


def unread_usage(body: Any) -> dict[str, Any]:
    """The fields of a usage object that canon has no bucket for."""
    rest = {name: value for name, value in object_of(body).items() if name not in _TAKEN and value is not None}
    for name, taken in ((_PROMPT, {"cached_tokens", "cache_write_tokens"}), (_COMPLETION, {"reasoning_tokens"})):
        if isinstance(rest.get(name), dict):
            left = {key: value for key, value in rest.pop(name).items() if key not in taken and value is not None}
            if left:
                rest[name] = left
    return rest


def write_usage(usage: Usage) -> dict[str, Any]:
    """The usage object; a count that nobody told is null, never 0."""
    prompt, out = usage.total_in, usage.out
    total = None if prompt is None or out is None else prompt + out
    body: dict[str, Any] = {"prompt_tokens": prompt, "completion_tokens": out, "total_tokens": total}
    details = {}
    if usage.cache_read is not None:
        details["cached_tokens"] = usage.cache_read
    if usage.cache_write_5m is not None or usage.cache_write_1h is not None:
        details["cache_write_tokens"] = usage.cache_write
    if details:
        body[_PROMPT] = details
    if usage.reasoning is not None:
        body[_COMPLETION] = {"reasoning_tokens": usage.reasoning}
    return body
