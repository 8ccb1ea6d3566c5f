"""Ordering: the parts of an answer one after another, for dialects that can tell only one at a time.

An answer may have several parts open at once, since one dialect interleaves the arguments of parallel calls. What
belongs to a later part waits here until the part being told has ended.
"""

from collections.abc import Sequence

from understudy.canon.reply import Delta, PartEnded, PartStarted, Sealed

PartEvent = PartStarted | Delta | Sealed | PartEnded


class InOrder:
    """Puts the events of parts into the order of the parts."""

    def __init__(self) -> None:
        self._current: int | None = None
        self._waiting: dict[int, list[PartEvent]] = {}

    def feed(self, event: PartEvent) -> Sequence[PartEvent]:
        """The events that may be told now: this one and those that waited for it, or none while it waits itself."""
        index = event.index
        if self._current is None:
            self._current = index
        elif index != self._current:
            self._waiting.setdefault(index, []).append(event)
            return ()
        if type(event) is not PartEnded:
            return (event,)
        self._current = None
        return (event, *self._released()) if self._waiting else (event,)

    def _released(self) -> list[PartEvent]:
        told: list[PartEvent] = []
        while self._current is None and self._waiting:
            first = next(iter(self._waiting))
            events = self._waiting.pop(first)
            told += events
            self._current = None if isinstance(events[-1], PartEnded) else first
        return told
