"""The grammar of reply events: one table, one judge.

Rule 1: an answer is `Started`, then parts, then `Finished`, and usage may be told anywhere after the start.
Rule 2: `Failed` may come at any time and ends the answer. Rule 3: nothing of the answer follows `Finished`.
Decoders are checked against this before any encoder sees an event, so encoders never meet nonsense.
"""

from enum import Enum

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.reply import (
    Delta,
    Event,
    Failed,
    Finished,
    Metered,
    PartEnded,
    PartStarted,
    Sealed,
    Started,
)


class State(Enum):
    """How far an answer has come."""

    IDLE = "idle"
    OPEN = "open"
    FINISHED = "finished"
    FAILED = "failed"


TABLE: dict[State, dict[type, State]] = {
    State.IDLE: {Started: State.OPEN, Failed: State.FAILED},
    State.OPEN: {
        PartStarted: State.OPEN,
        Delta: State.OPEN,
        Sealed: State.OPEN,
        PartEnded: State.OPEN,
        Metered: State.OPEN,
        Finished: State.FINISHED,
        Failed: State.FAILED,
    },
    State.FINISHED: {Metered: State.FINISHED, Failed: State.FAILED},
    State.FAILED: {},
}

# The most parts that one answer may have; the largest seen in recorded traffic is below a hundred.
MAX_PARTS = 10_000


class Grammar:
    """The one judge of an answer's events: `check` passes an event or raises the upstream's fault."""

    def __init__(self) -> None:
        self.state = State.IDLE
        self._open: set[int] = set()
        self._next = 0

    def check(self, event: Event) -> None:
        """Advance by one event; a Fault says what was out of order."""
        after = TABLE[self.state].get(type(event))
        if after is None:
            raise _broken(f"the upstream sent {_name(event)} while the answer was {self.state.value}")
        if isinstance(event, PartStarted):
            self._start(event.index)
        elif isinstance(event, Delta | Sealed) and event.index not in self._open:
            raise _broken(f"the upstream sent more of part {event.index}, which is not open")
        elif isinstance(event, PartEnded):
            if event.index not in self._open:
                raise _broken(f"the upstream ended part {event.index}, which is not open")
            self._open.discard(event.index)
        elif isinstance(event, Finished) and self._open:
            raise _broken(f"the upstream finished with parts {sorted(self._open)} still open")
        self.state = after

    def _start(self, index: int) -> None:
        if index != self._next:
            raise _broken(f"the upstream opened part {index} where part {self._next} was due")
        if index >= MAX_PARTS:
            raise _broken(f"the answer has more than {MAX_PARTS} parts")
        self._open.add(index)
        self._next += 1

    @property
    def complete(self) -> bool:
        """Whether the answer has told its ending."""
        return self.state is State.FINISHED


def _name(event: Event) -> str:
    return type(event).__name__.lower()


def _broken(message: str) -> Fault:
    return Fault(message, kind=FaultKind.UPSTREAM)
