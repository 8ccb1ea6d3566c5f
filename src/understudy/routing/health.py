"""Health: when a place that fails is left alone for a while, and when it is tried again.

A place rests after some failures in a row, longer with each further one, or as long as it asked for itself. Once its
rest is over, one request tries it; the others wait for what comes of that. Pure: what happened and the time go in.
"""

from typing import NamedTuple

from understudy.canon.faults import TABLE, Blame, FaultKind

# One failure is bad luck, two may be; a third in a row is no chance any more.
PATIENCE = 3
# The first rest, doubled with each failure after it, up to the last figure: an outage is looked at once a minute.
FIRST_REST_S = 5.0
LONGEST_REST_S = 60.0
# No place rests longer than this for having asked for it.
LONGEST_WAIT_S = 300.0
# How long the others wait for what comes of the one request that tries a place again.
TRIAL_S = 10.0
# These ask for time; of any other failure the upstream's word on when to come again says nothing.
_ASKING = (FaultKind.RATE_LIMITED, FaultKind.OVERLOADED)


class Condition(NamedTuple):
    """How a place fares: failures in a row, the kind of the last, until when it rests, whether it is being tried."""

    failures: int
    kind: FaultKind
    until_s: float = 0.0
    tried: bool = False

    def words(self, now_s: float) -> str | None:
        """Why it rests at this moment; None if it does not."""
        if now_s >= self.until_s:
            return None
        times = "one failure" if self.failures == 1 else f"{self.failures} failures in a row"
        return f"it rests after {times} ({self.kind.value}), for {self.until_s - now_s:.0f} s more"


def failed(before: Condition | None, kind: FaultKind, wait_s: float | None, now_s: float) -> Condition | None:
    """How a place fares after a failure; `wait_s` is how long it asked to be left alone.

    A caller's fault is no failure, and requests that were on their way when a rest began say nothing new.
    """
    row = TABLE[kind]
    if not row.retriable or row.blame is Blame.CALLER or kind is FaultKind.UNAVAILABLE:
        return before
    if before is not None and not before.tried and now_s < before.until_s:
        return before
    failures = 1 if before is None else before.failures + 1
    rest_s = 0.0
    if failures >= PATIENCE:
        rest_s = min(LONGEST_REST_S, FIRST_REST_S * 2.0 ** min(failures - PATIENCE, 10))
    if wait_s is not None and kind in _ASKING:
        rest_s = max(rest_s, min(LONGEST_WAIT_S, wait_s))
    return Condition(failures, kind, now_s + rest_s if rest_s else 0.0)


def tried(before: Condition, now_s: float) -> Condition:
    """How a place stands when a request goes to it: the first one after a rest tries it for all."""
    if before.until_s and now_s >= before.until_s:
        return before._replace(until_s=now_s + TRIAL_S, tried=True)
    return before
