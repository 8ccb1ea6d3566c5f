"""Limits in headers: how long to wait and what is left, read in every spelling and written in the caller's.

Two spellings are common: `x-ratelimit-remaining-tokens` with resets as durations, and a dialect's own prefix with the
words the other way round and resets as dates (`anthropic-ratelimit-tokens-reset`). All callers are told the first, and
those whose dialect has a prefix the second as well. Only refusals are told with limits: what is left of a provider's
quota after an answer is the operator's business.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.limits import Limits, Quota

COUNTED = ("requests", "tokens", "input-tokens", "output-tokens")
COMMON = "x-ratelimit"
# What passes by itself. Where the upstream named no time, this one is told: Codex gives up at a 429 that names none.
PASSING = (FaultKind.RATE_LIMITED, FaultKind.OVERLOADED, FaultKind.UNAVAILABLE)
RETRY_AFTER_S = 1.0
_FIELDS = ("limit", "remaining", "reset")
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?")
_SECONDS_OF = (86_400, 3_600, 60, 1, 0.001)
# A bare number beyond this many seconds is a time, not a duration.
_MOST_S = 1e8


def read_wait_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """How long an upstream asks us to wait, in seconds: the exact figure first, then seconds or a date."""
    told = _number(headers.get("retry-after-ms"))
    if told is not None:
        return max(0.0, told / 1000)
    said = headers.get("retry-after")
    seconds = _number(said)
    if seconds is None and said is not None:
        seconds = _until(said, now_s)
    return None if seconds is None else max(0.0, seconds)


def read_limits(headers: Mapping[str, str], prefixes: tuple[str, ...], now_s: float) -> Limits:
    """What an upstream says of its limits, under the common prefix or any of these."""
    found: Limits = {}
    for counted in COUNTED:
        for names in (_common(counted), *(_own(prefix, counted) for prefix in prefixes)):
            limit, remaining, reset = (headers.get(name) for name in names)
            if limit is not None or remaining is not None:
                quota = Quota(_count(limit), _count(remaining), None if reset is None else _reset_s(reset, now_s))
                found.setdefault(counted, quota)
    return found


def wait_s_of(fault: Fault) -> float | None:
    """How long a caller is asked to wait after a failure; None where waiting mends nothing."""
    if fault.retry_after_s is None and fault.kind in PASSING:
        return RETRY_AFTER_S
    return fault.retry_after_s


def write_wait(wait_s: float) -> list[tuple[str, str]]:
    """The headers that ask a caller to wait: whole seconds, rounded up, and milliseconds for clients that read them."""
    return [("retry-after", str(max(1, math.ceil(wait_s)))), ("retry-after-ms", str(math.ceil(wait_s * 1000)))]


def write_limits(limits: Limits, prefix: str | None, now_s: float) -> list[tuple[str, str]]:
    """The headers for a caller whose dialect has this prefix, if it has one."""
    return [*_spelt(limits, None, now_s), *(_spelt(limits, prefix, now_s) if prefix else ())]


def _spelt(limits: Limits, prefix: str | None, now_s: float) -> Iterator[tuple[str, str]]:
    for counted, quota in limits.items():
        names = _common(counted) if prefix is None else _own(prefix, counted)
        reset = None
        if quota.resets_in_s is not None:
            at = datetime.fromtimestamp(math.ceil(now_s + quota.resets_in_s), UTC)
            reset = f"{quota.resets_in_s:.3f}s" if prefix is None else at.isoformat().replace("+00:00", "Z")
        for name, value in zip(names, (quota.limit, quota.remaining, reset), strict=True):
            if value is not None:
                yield name, str(value)


def _common(counted: str) -> list[str]:
    return [f"{COMMON}-{field}-{counted}" for field in _FIELDS]


def _own(prefix: str, counted: str) -> list[str]:
    return [f"{prefix}-{counted}-{field}" for field in _FIELDS]


def _reset_s(said: str, now_s: float) -> float | None:
    """A duration, a number of seconds, a time in seconds or milliseconds, or a date, as seconds from now."""
    number = _number(said)
    if number is not None:
        at_s = number / 1000 if number > _MOST_S * 1000 else number
        return max(0.0, at_s - now_s) if at_s > _MOST_S else max(0.0, at_s)
    if said and (match := _DURATION.fullmatch(said)):
        return sum(float(part) * unit for part, unit in zip(match.groups(), _SECONDS_OF, strict=True) if part)
    until = _until(said, now_s)
    return None if until is None else max(0.0, until)


def _until(said: str, now_s: float) -> float | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(said).timestamp() - now_s
        except ValueError:
            continue
    return None


def _number(said: str | None) -> float | None:
    try:
        value = float(said or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _count(said: str | None) -> int | None:
    value = _number(said)
    return None if value is None else max(0, int(value))
