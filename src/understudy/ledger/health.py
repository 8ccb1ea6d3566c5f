"""The health of places as one worker sees it: what its own requests came to, and nothing else.

Kept by address and upstream id, so that a model at two places goes on at the other one. A place that works is
forgotten: where all is well nothing is kept.
"""

from collections import OrderedDict

from understudy.canon.faults import Fault
from understudy.ports import Clock
from understudy.routing.board import Endpoint, Model
from understudy.routing.health import Condition, failed, tried

# Callers may name any id of a provider that is down: the oldest are forgotten.
MAX_AILING = 10_000


class WorkerHealth:
    """Which places rest. Satisfies ports.Health."""

    def __init__(self, clock: Clock, *, limit: int = MAX_AILING) -> None:
        self._clock = clock
        self._limit = limit
        self._ailing: OrderedDict[tuple[str, str], Condition] = OrderedDict()

    def begin(self, model: Model, endpoint: Endpoint) -> None:
        """A request goes to a place."""
        place = (endpoint.url, model.upstream)
        if (before := self._ailing.get(place)) is not None:
            self._ailing[place] = tried(before, self._clock.monotonic_s())

    def end(self, model: Model, endpoint: Endpoint, fault: Fault | None) -> None:
        """What came of it: an answer, or a failure."""
        place = (endpoint.url, model.upstream)
        if fault is None:
            self._ailing.pop(place, None)
            return
        after = failed(self._ailing.get(place), fault.kind, fault.retry_after_s, self._clock.monotonic_s())
        if after is not None:
            self._ailing[place] = after
            self._ailing.move_to_end(place)
            if len(self._ailing) > self._limit:
                self._ailing.popitem(last=False)

    def resting(self, model: Model, endpoint: Endpoint | None = None) -> str | None:
        """Why a place is left alone now, or a model at all of its places; None if it is not."""
        if not self._ailing:
            return None
        now_s, words = self._clock.monotonic_s(), None
        for one in model.endpoints if endpoint is None else (endpoint,):
            found = self._ailing.get((one.url, model.upstream))
            words = found.words(now_s) if found is not None else None
            if words is None:
                return None
        return words
