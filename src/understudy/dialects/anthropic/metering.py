"""Usage, from the words of this dialect and back.

`input_tokens` leaves out what the cache served or stored; canon's buckets do the same, so nothing is added up here.
Cache writes are told twice, as a total and by lifetime; the lifetimes are kept as long as they agree with the total.
"""

from typing import Any

from understudy.canon.usage import NO_USAGE, Usage

_SPLIT = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
_TAKEN = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_READ_BELOW = {*_SPLIT, "thinking_tokens"}


def read_usage(body: Any) -> Usage:
    """Usage of a whole answer, or of all that a stream has said so far."""
    if not isinstance(body, dict):
        return NO_USAGE
    reader = _Counts(body)
    written, written_1h = _cache_writes(reader, body.get("cache_creation"))
    details = body.get("output_tokens_details")
    usage = Usage(
        uncached_in=reader.count("input_tokens"),
        cache_read=reader.count("cache_read_input_tokens"),
        cache_write_5m=written,
        cache_write_1h=written_1h,
        out=reader.count("output_tokens"),
        reasoning=_Counts(details).count("thinking_tokens") if isinstance(details, dict) else None,
        flags=("usage_odd",) if reader.odd else (),
    )
    return NO_USAGE if usage == NO_USAGE else usage


def _cache_writes(reader: "_Counts", split: Any) -> tuple[int | None, int | None]:
    total = reader.count("cache_creation_input_tokens")
    if not isinstance(split, dict):
        return total, None
    short, long = (_Counts(split).count(name) for name in _SPLIT)
    if total is not None and (short or 0) + (long or 0) != total:
        # Later events of a stream correct the total alone, and after searches by the provider the lifetimes fall short
        # of it in whole answers too: the one-hour writes stand, the rest is short-lived.
        short = max(0, total - (long or 0))
    return short, long


class _Counts:
    """Reads counts out of an object; a negative one is 0 and odd, anything else that is no count is unknown."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        self.odd = False

    def count(self, name: str) -> int | None:
        value = self._body.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        self.odd = self.odd or value < 0
        return max(0, value)


def unread_usage(body: Any) -> dict[str, Any]:
    """The fields of a usage object that canon has no bucket for."""
    if not isinstance(body, dict):
        return {}
    rest = {name: value for name, value in body.items() if name not in _TAKEN}
    if isinstance(rest.get("cache_creation"), dict) and set(rest["cache_creation"]) <= set(_SPLIT):
        del rest["cache_creation"]
    if isinstance(rest.get("output_tokens_details"), dict) and set(rest["output_tokens_details"]) == {
        "thinking_tokens"
    }:
        del rest["output_tokens_details"]
    return {name: value for name, value in rest.items() if value is not None}


def write_usage(usage: Usage) -> dict[str, Any]:
    """The usage object; a count that nobody told is null, never 0."""
    body: dict[str, Any] = {"input_tokens": usage.uncached_in, "output_tokens": usage.out}
    if usage.cache_read is not None:
        body["cache_read_input_tokens"] = usage.cache_read
    if usage.cache_write_5m is not None or usage.cache_write_1h is not None:
        body["cache_creation_input_tokens"] = usage.cache_write
    if usage.cache_write_1h is not None:
        body["cache_creation"] = dict(zip(_SPLIT, (usage.cache_write_5m or 0, usage.cache_write_1h), strict=True))
    if usage.reasoning is not None:
        body["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    return body
