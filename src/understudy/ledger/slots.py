"""Slots: how many calls each compared model answers at this moment, and which comparisons it may be asked for besides.

Comparisons yield. One is announced only while few others wait for the same places, and a model of which it is known how
many calls it answers at a time, or an own one, is asked only while a slot is free and another stays so for a caller.
What is decided rests on the load alone, before any model is asked: never on an answer.

Each process of a server writes its own row of the counts and reads all of them, so no lock is needed: two that look at
the same instant may let one comparison more in than was meant. A place is known by its address and the upstream's id;
calls to places that are not counted cost one look into a dictionary.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Collection, Iterable, MutableSequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from understudy.ports import Stopping
from understudy.routing.board import Endpoint, Model

# An own model of which nobody said more answers one call at a time, as llama.cpp and Ollama may.
DEFAULT_SLOTS = 1
# Comparisons that may wait for each slot: as many as a burst of callers brings, few enough to be done soon after it.
WAITING_A_SLOT = 4
# Of a rented model only what a provider that hangs would gather is held back: its own limits are by the minute.
MOST_RENTED = 64
# After so long without a free slot a comparison is asked all the same: what was announced has to be answered, and at
# most WAITING_A_SLOT of them a slot do so in this time.
PATIENCE_S = 60.0
# What other processes do is looked at this often; within one a slot that is free is given on at once.
POLL_S = 0.1
Place = tuple[str, str]
# The two counts of a place: calls that run, and comparisons that are announced and not over.
_COUNTS = 2


class Row(NamedTuple):
    """One process's row of the counts that all processes of a server share."""

    counts: MutableSequence[int]
    number: int = 0


def width(places: Collection[Place]) -> int:
    """How many counts one process has."""
    return _COUNTS * len(places)


def places_of(models: Iterable[Model]) -> tuple[Place, ...]:
    """Where models are asked for comparisons, each place once."""
    return tuple(dict.fromkeys(_place(model) for model in models))


def _place(model: Model) -> Place:
    """Where a model is asked when nobody waits: its first place."""
    return model.endpoints[0].url, model.upstream


class WorkerSlots:
    """One process's part of the counts, and what it sees of all. Satisfies ports.Slots."""

    def __init__(self, places: Collection[Place], row: Row | None = None) -> None:
        self._at = {place: _COUNTS * number for number, place in enumerate(places)}
        self._width = width(places)
        self._counts, number = row or Row([0] * self._width)
        self._mine = number * self._width
        self._lines: defaultdict[Place, deque[asyncio.Event]] = defaultdict(deque)
        self._stopping = False

    def begin(self, model: Model, endpoint: Endpoint) -> None:
        """A call goes to a place."""
        if (at := self._at.get((endpoint.url, model.upstream))) is not None:
            self._counts[self._mine + at] += 1

    def end(self, model: Model, endpoint: Endpoint) -> None:
        """It is over."""
        place = (endpoint.url, model.upstream)
        if (at := self._at.get(place)) is not None:
            self._counts[self._mine + at] -= 1
            self._call_next(place)

    def crowded(self, models: Iterable[Model]) -> Model | None:
        """The first of these models for which no comparison more may wait; None if there is room at all of them."""
        return next((model for model in models if self._announced(model) >= _most(model)), None)

    def announce(self, models: Iterable[Model], number: int = 1) -> None:
        """So many comparisons more, or fewer, are announced for each of these models."""
        for model in models:
            if (at := self._at.get(_place(model))) is not None:
                self._counts[self._mine + at + 1] += number

    @asynccontextmanager
    async def slot(self, model: Model) -> AsyncIterator[bool]:
        """A slot of a model, once it can spare one; whether it could. Stopping if the server does before that."""
        if self._stopping:
            raise Stopping
        place, slots = _place(model), slots_of(model)
        spared = slots is None or place not in self._at or await self._spared(place, slots)
        self.begin(model, model.endpoints[0])
        try:
            yield spared
        finally:
            self.end(model, model.endpoints[0])

    def stop(self) -> None:
        """The server stops: who waits for a slot waits no more, and nobody gets one any more."""
        self._stopping = True
        for line in self._lines.values():
            for waiting in line:
                waiting.set()

    @property
    def stopping(self) -> bool:
        """Whether the server stops."""
        return self._stopping

    async def _spared(self, place: Place, slots: int) -> bool:
        """Wait in line until a place can spare a slot; False if that took too long."""
        now, line, turn = asyncio.get_running_loop().time, self._lines[place], asyncio.Event()
        until_s = now() + PATIENCE_S
        line.append(turn)
        try:
            # Who runs for a comparison is counted among all that run: one slot stays free for a caller.
            while line[0] is not turn or self._running(place) >= max(1, slots - 1):
                left_s = until_s - now()
                if left_s <= 0:
                    return False
                turn.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(POLL_S, left_s)):
                        await turn.wait()
                if self._stopping:
                    raise Stopping
            return True
        finally:
            line.remove(turn)
            self._call_next(place)

    def _call_next(self, place: Place) -> None:
        if line := self._lines.get(place):
            line[0].set()

    def _running(self, place: Place) -> int:
        return sum(self._counts[self._at[place] :: self._width])

    def _announced(self, model: Model) -> int:
        at = self._at.get(_place(model))
        return 0 if at is None else sum(self._counts[at + 1 :: self._width])


def slots_of(model: Model) -> int | None:
    """How many calls a model answers at a time; None for a rented one of which nobody said."""
    return model.slots or (DEFAULT_SLOTS if model.owned else None)


def _most(model: Model) -> int:
    slots = slots_of(model)
    return MOST_RENTED if slots is None else WAITING_A_SLOT * slots
