"""Reply events: an answer as it happens, and the whole of it.

A streamed answer is a sequence of these events; a whole answer is the same sequence, come at once (`events_of`), so
one grammar, one meter and one set of encoders serve both. Several parts may be open at a time, since one dialect
interleaves the arguments of parallel tool calls; an encoder for a strictly ordered dialect holds the later ones back.
"""

from collections.abc import Iterable, Iterator
from enum import Enum

import msgspec

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.usage import NO_USAGE, Usage, merge
from understudy.canon.value import Extras, Value


class StopReason(Enum):
    """Why the model stopped. OTHER is a native word outside the table, which `Finished.native` keeps."""

    STOP = "stop"
    STOP_SEQUENCE = "stop_sequence"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    REFUSAL = "refusal"
    PAUSE = "pause"
    OTHER = "other"


class Started(Value, frozen=True, tag="started"):
    """The answer begins. `created_s` is the upstream's own clock, in Unix seconds, where it tells."""

    id: str
    model: str
    dialect: str
    created_s: int | None = None
    extras: Extras = {}


class PartStarted(Value, frozen=True, tag="part_started"):
    """A part opens; `part` holds what is known of it already (a tool call's id and name; an opaque part whole)."""

    index: int
    part: ReplyPart


class Delta(Value, frozen=True, tag="delta"):
    """More of an open part: words, thinking, or argument text, as the part's kind says."""

    index: int
    text: str


class Sealed(Value, frozen=True, tag="sealed"):
    """The seal of an open thinking part, whole."""

    index: int
    seal: str
    sealed_by: str


class PartEnded(Value, frozen=True, tag="part_ended"):
    """A part is complete."""

    index: int


class Metered(Value, frozen=True, tag="metered"):
    """What the provider says of usage so far; the later word wins, bucket by bucket."""

    usage: Usage


class Finished(Value, frozen=True, tag="finished"):
    """The model stopped, and why. Only after this may an answer count as complete."""

    reason: StopReason
    native: str | None = None
    stop_sequence: str | None = None
    extras: Extras = {}


class Failed(Value, frozen=True, tag="failed"):
    """The upstream broke the answer off with an error of its own, inside the stream."""

    message: str
    kind: FaultKind
    native: str | None = None


Event = Started | PartStarted | Delta | Sealed | PartEnded | Metered | Finished | Failed

# The events that carry something of the answer: once one was sent to the caller, no other model may answer.
CONTENT_EVENTS = (PartStarted, Delta, Sealed, PartEnded, Finished)


class Reply(Value, frozen=True, kw_only=True):
    """A whole answer. `source` is the upstream's own body, for a caller of the same dialect."""

    id: str
    model: str
    dialect: str
    parts: tuple[ReplyPart, ...] = ()
    stop: StopReason | None = None
    native_stop: str | None = None
    stop_sequence: str | None = None
    usage: Usage = NO_USAGE
    created_s: int | None = None
    extras: Extras = {}
    source: bytes = b""


def events_of(reply: Reply) -> Iterator[Event]:
    """The events that tell a whole answer."""
    yield Started(reply.id, reply.model, reply.dialect, reply.created_s, reply.extras)
    for index, part in enumerate(reply.parts):
        yield from _events_of_part(index, part)
    if reply.usage != NO_USAGE:
        yield Metered(reply.usage)
    if reply.stop is not None:
        yield Finished(reply.stop, reply.native_stop, reply.stop_sequence)


def _events_of_part(index: int, part: ReplyPart) -> Iterator[Event]:
    if isinstance(part, Opaque):
        yield PartStarted(index, part)
    elif isinstance(part, ToolCall):
        yield PartStarted(index, msgspec.structs.replace(part, arguments=""))
        if part.arguments:
            yield Delta(index, part.arguments)
    elif isinstance(part, Thinking):
        yield PartStarted(index, msgspec.structs.replace(part, text="", seal=None, sealed_by=None))
        if part.text:
            yield Delta(index, part.text)
        if part.seal is not None:
            yield Sealed(index, part.seal, part.sealed_by or "")
    else:
        yield PartStarted(index, msgspec.structs.replace(part, text=""))
        if part.text:
            yield Delta(index, part.text)
    yield PartEnded(index)


class Collector:
    """Gathers events into the whole answer so far; feed it anything the grammar let through."""

    def __init__(self) -> None:
        self.started: Started | None = None
        self.usage: Usage = NO_USAGE
        self.finished: Finished | None = None
        self.failed: Failed | None = None
        self._parts: dict[int, ReplyPart] = {}
        self._words: dict[int, list[str]] = {}
        self._seals: dict[int, Sealed] = {}

    def feed(self, event: Event) -> None:
        """Take one more event into account."""
        if isinstance(event, Delta):
            self._words[event.index].append(event.text)
        elif isinstance(event, PartStarted):
            self._parts[event.index] = event.part
            self._words[event.index] = []
        elif isinstance(event, Sealed):
            self._seals[event.index] = event
        elif isinstance(event, Metered):
            self.usage = merge(self.usage, event.usage)
        elif isinstance(event, Started):
            self.started = event
        elif isinstance(event, Finished):
            self.finished = event
        elif isinstance(event, Failed):
            self.failed = event

    def parts(self) -> tuple[ReplyPart, ...]:
        """The parts so far, in the order in which they opened."""
        return tuple(self._grown(index, part) for index, part in self._parts.items())

    def reply(self) -> Reply:
        """The whole answer so far; `stop` stays None where none was told."""
        start = self.started or Started("", "", "")
        end = self.finished
        return Reply(
            id=start.id,
            model=start.model,
            dialect=start.dialect,
            parts=self.parts(),
            stop=end.reason if end else None,
            native_stop=end.native if end else None,
            stop_sequence=end.stop_sequence if end else None,
            usage=self.usage,
            created_s=start.created_s,
            extras=start.extras,
        )

    def _grown(self, index: int, part: ReplyPart) -> ReplyPart:
        words = "".join(self._words[index])
        if isinstance(part, ToolCall):
            return msgspec.structs.replace(part, arguments=part.arguments + words)
        if isinstance(part, Thinking):
            seal = self._seals.get(index)
            grown = msgspec.structs.replace(part, text=part.text + words)
            return grown if seal is None else msgspec.structs.replace(grown, seal=seal.seal, sealed_by=seal.sealed_by)
        if isinstance(part, Text | Refusal):
            return msgspec.structs.replace(part, text=part.text + words)
        return part


def reply_of(events: Iterable[Event]) -> Reply:
    """The whole answer that some events tell."""
    collector = Collector()
    for event in events:
        collector.feed(event)
    return collector.reply()
