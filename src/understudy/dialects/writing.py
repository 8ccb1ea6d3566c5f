"""Writing: what every encoder of a stream does that tells one part after another.

It keeps the usage and the reason to stop until the end, puts parts in order, and notes what a foreign answer held
beside them; how a part looks on the wire, and how an answer begins and ends, is the dialect's.
"""

from typing import ClassVar

from understudy.canon.omissions import Omission
from understudy.canon.parts import Refusal
from understudy.canon.reply import Delta, Event, Finished, Metered, PartEnded, PartStarted, Sealed, Started, StopReason
from understudy.canon.usage import NO_USAGE, Usage, merge
from understudy.dialects.contract import Echo
from understudy.dialects.losses import Gathered
from understudy.dialects.ordering import InOrder, PartEvent


class OrderedWriter:
    """The encoder of one caller's stream, but for its words."""

    # The dialect that is written.
    here: ClassVar[str]

    def __init__(self, echo: Echo, losses: Gathered) -> None:
        self._echo = echo
        self._losses = losses
        self._usage: Usage = NO_USAGE
        self._started = Started("", "", "")
        self._finished: Finished | None = None
        self._order = InOrder()
        # Whether a part of the answer is a refusal.
        self._refused = False

    @property
    def omissions(self) -> tuple[Omission, ...]:
        """What this stream could not carry so far."""
        return tuple(self._losses.items)

    @property
    def own(self) -> bool:
        """Whether the answer comes from an upstream of this dialect."""
        return self._started.dialect == self.here

    @property
    def stop(self) -> tuple[StopReason | None, str | None]:
        """Why the model stopped, and its provider's own word for it."""
        return (None, None) if self._finished is None else (self._finished.reason, self._finished.native)

    def send(self, event: Event) -> bytes:
        """The bytes that tell this event; empty while it waits or says nothing here."""
        # By the type itself, which takes a tenth of the time; words are nearly all there is, and then counts.
        if type(event) is Delta:
            told = self._order.feed(event)
            return self._tell(told[0]) if told else b""
        if type(event) is Metered:
            self._usage = merge(self._usage, event.usage)
        elif isinstance(event, PartStarted | PartEnded | Sealed):
            if isinstance(event, PartStarted) and isinstance(event.part, Refusal):
                self._refused = True
            return b"".join(map(self._tell, self._order.feed(event)))
        elif isinstance(event, Started):
            self._started = event
            self._leave(event)
            return self._begin(event)
        elif isinstance(event, Finished):
            self._finished = event
            self._leave(event)
        return b""

    def _leave(self, event: Started | Finished) -> None:
        """Note what only the answer's own dialect has a word for."""
        if not self.own:
            self._losses.extras("", event.extras, self._started.dialect)

    def _begin(self, event: Started) -> bytes:
        """The bytes that begin an answer."""
        raise NotImplementedError

    def _tell(self, event: PartEvent) -> bytes:
        """The bytes that tell an event of the one part that is being told."""
        raise NotImplementedError
