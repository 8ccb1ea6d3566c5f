"""The wheel: one coarse timer for all exchanges in flight.

A time-out per read would cost more than the rest of a chunk's work; instead each exchange notes when it last heard
and last spoke, and the wheel looks at all of them a few times a second. Time-outs are therefore late by at most TICK_S.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from understudy.canon.faults import Fault, FaultKind
from understudy.ports import Spawn

# A quarter second: below every limit that a person feels, and a thousand exchanges cost about 0.1 ms a turn.
TICK_S = 0.25


class Watch:
    """What the wheel knows of one exchange. Times are the loop's, in seconds; a limit of None is off."""

    __slots__ = (
        "begun",
        "deadline",
        "first_s",
        "heard",
        "idle_s",
        "keep_alive",
        "keep_alive_s",
        "opened",
        "sent",
        "total_s",
        "why",
    )

    def __init__(self, now: float, *, total_s: float) -> None:
        self.opened = self.begun = self.heard = self.sent = now
        self.total_s = total_s
        self.first_s: float | None = None
        self.idle_s: float | None = None
        self.keep_alive_s: float | None = None
        self.keep_alive: Callable[[], Coroutine[Any, Any, None]] | None = None
        self.deadline: asyncio.Timeout | None = None
        self.why: str = ""

    def begin(self, now: float, deadline: asyncio.Timeout, *, first_s: float | None) -> None:
        """A new attempt starts: its clocks start anew."""
        self.begun = self.heard = now
        self.deadline, self.first_s, self.idle_s, self.why = deadline, first_s, None, ""

    def content(self, idle_s: float) -> None:
        """The first content came: from now on silence between events counts."""
        self.first_s, self.idle_s = None, idle_s

    def late(self, now: float) -> str | None:
        """Which limit has passed, in words for the caller; None while all is well."""
        if self.first_s is not None and now - self.begun > self.first_s:
            return f"the model sent no content within {self.first_s:g} s"
        if self.idle_s is not None and now - self.heard > self.idle_s:
            return f"the model fell silent for more than {self.idle_s:g} s"
        if now - self.opened > self.total_s:
            return f"the model did not finish within {self.total_s:g} s"
        return None

    def fault(self) -> Fault:
        """The fault that the wheel's verdict stands for."""
        return Fault(self.why or "the model did not answer in time", kind=FaultKind.TIMEOUT)


class Wheel:
    """Turns over all watches; the app runs it for as long as it lives."""

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._watches: set[Watch] = set()

    def add(self, watch: Watch) -> None:
        """Watch an exchange from now on."""
        self._watches.add(watch)

    def discard(self, watch: Watch) -> None:
        """Watch it no longer."""
        self._watches.discard(watch)

    @property
    def in_flight(self) -> int:
        """How many exchanges are being watched."""
        return len(self._watches)

    async def run(self) -> None:
        """Turn until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK_S)
            now = loop.time()
            for watch in list(self._watches):
                self._turn(watch, now)

    def _turn(self, watch: Watch, now: float) -> None:
        deadline = watch.deadline
        why = watch.late(now) if deadline is not None else None
        if deadline is not None and why is not None:
            watch.why, watch.deadline = why, None
            deadline.reschedule(now)
        elif watch.keep_alive is not None and watch.keep_alive_s is not None and now - watch.sent >= watch.keep_alive_s:
            watch.sent = now
            self._spawn(watch.keep_alive())
