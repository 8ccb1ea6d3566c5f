"""Usage, from the words of this dialect and back.

The prompt count includes what the cache served, and leaves out what the provider's own tools fed to the model; the
count of the answer leaves out the thoughts. Counts that are zero are not told at all.
"""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage, inclusive
from understudy.dialects.fields import count_of

_TAKEN = (
    "promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "cachedContentTokenCount",
    "toolUsePromptTokenCount", "totalTokenCount",
)  # fmt: skip


def read_usage(body: Any, *, final: bool) -> Usage:
    """Usage so far; once it is final, an answer of which no tokens were told had none."""
    if not isinstance(body, dict):
        return NO_USAGE
    prompt, by_tools = count_of(body, "promptTokenCount"), count_of(body, "toolUsePromptTokenCount")
    said, thought = count_of(body, "candidatesTokenCount"), count_of(body, "thoughtsTokenCount")
    if prompt is None and said is None and thought is None:
        return NO_USAGE
    total_in = None if prompt is None else prompt + (by_tools or 0)
    out: int | None = (said or 0) + (thought or 0)
    if said is None and thought is None and not final:
        out = None
    return inclusive(total_in, out, read=count_of(body, "cachedContentTokenCount"), reasoning=thought)


def unread_usage(body: Any) -> dict[str, Any]:
    """The fields of a usage object that canon has no bucket for."""
    if not isinstance(body, dict):
        return {}
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
