"""Usage, from the words of this dialect and back.

The prompt count includes what the cache served, and leaves out what the provider's own tools fed to the model; the
count of the answer leaves out the thoughts. Counts that are zero are not told at all.
"""

from typing import Annotated, Any

import msgspec

from understudy.canon.usage import NO_USAGE, Usage, inclusive
from understudy.canon.value import Value
from understudy.dialects.fields import count_of

Count = Annotated[int, msgspec.Meta(ge=0)] | None


class Counts(Value, frozen=True, rename="camel"):
    """The counts of a usage object, under its names for them; None where it does not tell one."""

    prompt_token_count: Count = None
    tool_use_prompt_token_count: Count = None
    candidates_token_count: Count = None
    thoughts_token_count: Count = None
    cached_content_token_count: Count = None


NO_COUNTS = Counts()
_NAMES = tuple(field.encode_name for field in msgspec.structs.fields(Counts))
_TAKEN = frozenset((*_NAMES, "totalTokenCount"))


def counts_in(body: dict[str, Any]) -> Counts:
    """The counts in a usage object; what is no count tells nothing."""
    return Counts(*(count_of(body, name) for name in _NAMES))


def merged(earlier: Counts, later: Counts) -> Counts:
    """All counts so far: they are cumulative, and the last word on each wins."""
    # Spelt out, since streams tell their counts in every chunk.
    return Counts(
        earlier.prompt_token_count if later.prompt_token_count is None else later.prompt_token_count,
        earlier.tool_use_prompt_token_count
        if later.tool_use_prompt_token_count is None
        else later.tool_use_prompt_token_count,
        earlier.candidates_token_count if later.candidates_token_count is None else later.candidates_token_count,
        earlier.thoughts_token_count if later.thoughts_token_count is None else later.thoughts_token_count,
        earlier.cached_content_token_count
        if later.cached_content_token_count is None
        else later.cached_content_token_count,
    )


def read_usage(counts: Counts, *, final: bool) -> Usage:
    """Usage so far; once it is final, an answer of which no tokens were told had none."""
    prompt, said, thought = counts.prompt_token_count, counts.candidates_token_count, counts.thoughts_token_count
    if prompt is None and said is None and thought is None:
        return NO_USAGE
    total_in = None if prompt is None else prompt + (counts.tool_use_prompt_token_count or 0)
    out: int | None = (said or 0) + (thought or 0)
    if said is None and thought is None and not final:
        out = None
    return inclusive(total_in, out, read=counts.cached_content_token_count, reasoning=thought)


def unread_usage(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of a usage object that canon has no bucket for."""
    return {name: value for name, value in body.items() if name not in _TAKEN and value is not None}


def write_usage(usage: Usage) -> dict[str, Any]:
    """The usage object; a count that nobody told is left out.

    Thoughts are part of what was put out. A provider that tells more of them than of the whole is taken at its word on
    the whole, which is what it bills.
    """
    thoughts = usage.reasoning
    if thoughts is not None and usage.out is not None:
        thoughts = min(thoughts, usage.out)
    counts = {
        "promptTokenCount": usage.total_in,
        "cachedContentTokenCount": usage.cache_read,
        "candidatesTokenCount": None if usage.out is None else max(0, usage.out - (thoughts or 0)),
        "thoughtsTokenCount": thoughts,
        "totalTokenCount": None if usage.total_in is None or usage.out is None else usage.total_in + usage.out,
    }
    return {name: value for name, value in counts.items() if value is not None}
