"""Patience: when what waits for a verdict is taken again, and how many calls of a judge a day still holds.

Both are in memory: a restart forgets how long something was to wait, and counts the day's calls anew from the journal.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple

from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.canon.value import Value
from understudy.gateway.unattended import Errand
from understudy.jobs.planning import DAY_S
from understudy.ports import Clock, Journal, Store

# Asks a declared model by its name, for an errand.
AskModel = Callable[[str, Request, Errand], Awaitable[Reply]]
# Judges and sandboxes at work at a time: enough to keep a model busy, few enough for a laptop's own.
AT_ONCE = 4
# What is taken from the books in one look.
TAKEN = 64
# What a judge could not be reached for is tried again after this, doubled each time up to the second figure.
RETRY_S, MAX_RETRY_S = 5.0, 300.0
# What was spooled shows in the books within this time, unless the bookkeeper stands still.
BOOKED_WITHIN_S = 30.0
# A judge's two orders.
CALLS = 2


class Desk(NamedTuple):
    """What those who give verdicts work with."""

    store: Store
    journal: Journal
    clock: Clock
    ask: AskModel


class Tried(Value, frozen=True):
    """When something may be taken again, and how often it was tried."""

    again_s: float
    times: int = 0


class Patience:
    """When each exchange that waits may be taken again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tried: dict[str, Tried] = {}

    def __len__(self) -> int:
        return len(self._tried)

    def keep(self, waiting: Collection[str]) -> None:
        """Forget what waits no more."""
        self._tried = {one: tried for one, tried in self._tried.items() if one in waiting}

    def due(self, exchange_id: str) -> bool:
        """Whether something may be taken now."""
        tried = self._tried.get(exchange_id)
        return tried is None or self._clock.now_s() >= tried.again_s

    def put_off(self, exchange_id: str, seconds: float | None = None) -> None:
        """Take it again after so long; without a figure, after ever longer."""
        times = self._tried.get(exchange_id, Tried(0.0)).times
        wait_s = min(MAX_RETRY_S, RETRY_S * 2.0**times) if seconds is None else seconds
        self._tried[exchange_id] = Tried(self._clock.now_s() + wait_s, times + (seconds is None))


class DayCalls:
    """A judge's calls of the day, by route."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        # The day comes first.
        self._calls: dict[str, tuple[float, int]] = {}

    async def may(self, route: str, most: int | None) -> bool:
        """Whether a judge may be asked in both orders; if so, the calls are counted."""
        if most is None:
            return True
        day = self._clock.now_s() // DAY_S
        if not self._counted(route, day):
            rows = await asyncio.to_thread(self._store.traffic, day * DAY_S)
            # Another may have counted them meanwhile, and taken some.
            if not self._counted(route, day):
                calls = sum(row.exchanges for row in rows if row.purpose == "judge" and row.route == route)
                self._calls[route] = (day, calls)
        _, calls = self._calls[route]
        allowed = calls + CALLS <= most
        self._calls[route] = (day, calls + CALLS * allowed)
        return allowed

    def _counted(self, route: str, day: float) -> bool:
        return self._calls.get(route, (-1.0, 0))[0] == day
