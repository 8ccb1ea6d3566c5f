"""Usage: how many tokens of which kind, in disjoint buckets.

`total_in = uncached_in + cache_read + cache_write_5m + cache_write_1h`; `reasoning` is inside `out`. `None` means that
the provider did not say, and never becomes 0. A bucket that would turn negative is set to 0 and flagged: a provider's
odd arithmetic must not become a negative bill.
"""

import msgspec

from understudy.canon.value import Value


class Usage(Value, frozen=True):
    """Token counts of one exchange. `flags` names what was odd about the provider's figures."""

    uncached_in: int | None = None
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    out: int | None = None
    reasoning: int | None = None
    flags: tuple[str, ...] = ()

    @property
    def total_in(self) -> int | None:
        """All prompt tokens, cached or not; None while the provider has not said."""
        if self.uncached_in is None:
            return None
        return self.uncached_in + (self.cache_read or 0) + self.cache_write

    @property
    def cache_write(self) -> int:
        """Tokens written to the provider's cache, of either lifetime."""
        return (self.cache_write_5m or 0) + (self.cache_write_1h or 0)


NO_USAGE = Usage()
_COUNTS = tuple(name for name in Usage.__struct_fields__ if name != "flags")


def merge(earlier: Usage, later: Usage) -> Usage:
    """The later word wins, bucket by bucket; counts of one exchange are never added up."""
    if earlier is NO_USAGE or earlier == later:
        return later
    # Spelt out, since some streams tell their usage in every chunk.
    return Usage(
        earlier.uncached_in if later.uncached_in is None else later.uncached_in,
        earlier.cache_read if later.cache_read is None else later.cache_read,
        earlier.cache_write_5m if later.cache_write_5m is None else later.cache_write_5m,
        earlier.cache_write_1h if later.cache_write_1h is None else later.cache_write_1h,
        earlier.out if later.out is None else later.out,
        earlier.reasoning if later.reasoning is None else later.reasoning,
        tuple(dict.fromkeys(earlier.flags + later.flags)) if later.flags else earlier.flags,
    )


def added(one: Usage, other: Usage) -> Usage:
    """The usage of two exchanges together; a count that only one of them told is that one's."""
    return msgspec.structs.replace(
        one,
        flags=tuple(dict.fromkeys(one.flags + other.flags)),
        **{name: _sum(getattr(one, name), getattr(other, name)) for name in _COUNTS},
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else one + other


def inclusive(
    prompt: int | None,
    out: int | None,
    *,
    read: int | None = None,
    write_5m: int | None = None,
    reasoning: int | None = None,
) -> Usage:
    """Usage from a provider whose prompt count includes what its cache served or stored."""
    if prompt is None:
        return Usage(None, read, write_5m, None, out, reasoning)
    uncached = prompt - (read or 0) - (write_5m or 0)
    if uncached >= 0:
        return Usage(uncached, read, write_5m, None, out, reasoning)
    # Grok on Azure reports more cached tokens than prompt tokens; the prompt count is the one that adds up.
    return Usage(prompt, 0, 0, None, out, reasoning, flags=("usage_odd",))
