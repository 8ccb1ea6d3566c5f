"""Numbers as people read them. Nothing is decided here."""

import math

from understudy.stats.mixture import e_value

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
# Above this an e-value is "very large" to a reader, and its power of ten says it best.
_PLAIN_LIMIT = 1e5


def evidence(log_e: float) -> str:
    """An e-value in three figures, of its natural logarithm."""
    e = e_value(log_e)
    if e < _PLAIN_LIMIT:
        return f"{e:.3g}" if e < 1000 else f"{e:.0f}"
    return f"10^{log_e / math.log(10):.0f}"


def number(value: float) -> str:
    """A threshold as it was written: no decimals where there are none."""
    return f"{value:.6g}" if value < _PLAIN_LIMIT else f"{value:.3g}"


def duration(seconds: float) -> str:
    """A stretch of time in its largest fitting unit."""
    for unit_s, name in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if seconds >= unit_s:
            return f"{seconds / unit_s:.3g} {name}"
    return f"{seconds:.0f} s"


def points(difference: float) -> str:
    """A difference of means in percentage points, with its sign."""
    return f"{100 * difference:+.1f} pt"
