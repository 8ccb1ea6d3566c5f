"""What the scripted upstream says, whatever its dialect, what a client makes of it, and what a dialect must offer."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

Stop = Literal["stop", "sequence", "length", "tools", "refusal", "none"]
# What a failure is due to: an upstream's status, or what it does. "broken" is an answer that ends without an end,
# "late" one that does not come, "page" one that is none.
Cause = Literal["400", "401", "404", "429", "500", "503", "529", "broken", "late", "page"]
# The words of every error that the upstream tells.
MESSAGE = "the tide is out"
# How callers ask an answer to stop, in the scenario that is about it.
STOP_SEQUENCE = "EBB"


@dataclass(frozen=True)
class Answer:
    """One answer: words, calls as (name, arguments), why it stopped, and tokens; `prompt` includes `cached`.

    A call whose arguments are a text is one of a tool that takes free text, which only Responses has.
    """

    text: str = ""
    thinking: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    stop: Stop = "stop"
    prompt: int | None = 20
    cached: int | None = None
    out: int | None = 7


@dataclass(frozen=True)
class Failure:
    """An error as a client of its dialect reads it: the words that class it, and its text."""

    words: tuple[str, ...]
    message: str = ""


@dataclass
class Heard:
    """What a client got of a stream.

    `closed` counts calls that were told as done; `flaws` are breaches of the stream's own order.
    """

    answer: Answer = field(default_factory=Answer)
    ended: bool = False
    failure: Failure | None = None
    closed: int = 0
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True)
class Due:
    """How a failure must be told: by one of these statuses and words; inside a stream, by those where they differ.

    Where there are none, any will do.
    """

    statuses: tuple[int, ...]
    words: tuple[str, ...]
    streamed: tuple[str, ...] = ()

    @property
    def inband(self) -> tuple[str, ...]:
        """The words inside a stream."""
        return self.streamed or self.words


@dataclass(frozen=True)
class Question:
    """What a client asks: the words, of which model, how it wants the answer, and where that is to stop."""

    model: str
    words: str
    stream: bool
    stop: str | None = None


@dataclass(frozen=True)
class Asked:
    """A request as a client of one dialect sends it."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """An error as an upstream of one dialect answers it."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class Event(NamedTuple):
    """One event of a stream: its name where it has one, its data decoded from JSON, or the text of what is none."""

    name: str
    data: Any
    failed: bool = False


class Wire(Protocol):
    """One dialect by hand: as the upstream speaks it, and as a client asks and reads it."""

    name: str
    stream_type: str
    due: dict[Cause, Due]
    # An event that is no JSON, and one that says nothing.
    garbage: bytes
    ping: bytes

    def within(self, answer: Answer) -> Answer:
        """What of an answer this dialect has words for."""
        ...

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The body of a whole answer."""
        ...

    def frames(self, answer: Answer) -> list[bytes]:
        """The events of a streamed answer; the first half of them tells nothing of an ending."""
        ...

    def half(self, answer: Answer) -> list[bytes]:
        """The events of a streamed answer up to the middle of its first call."""
        ...

    def error(self, status: int) -> Refusal:
        """An error; each dialect has its own statuses too."""
        ...

    def inband(self, status: int) -> bytes:
        """The event of that failure in the middle of a stream."""
        ...

    def stop_sequences(self, body: dict[str, Any]) -> list[str] | None:
        """Where a request asks its answer to stop; None if this dialect cannot ask it."""
        ...

    def ask(self, question: Question) -> Asked:
        """A question with a tool and room to think."""
        ...

    def hear(self, body: dict[str, Any]) -> Answer:
        """What a whole answer says."""
        ...

    def events(self, raw: bytes) -> list[Event]:
        """A stream's bytes, cut into events; a ValueError if they cannot be."""
        ...

    def listen(self, events: list[Event]) -> Heard:
        """What a stream's events say."""
        ...

    def failure(self, body: dict[str, Any], headers: Mapping[str, str]) -> Failure | None:
        """The error that an answer with an error status tells; None if it has no form of this dialect."""
        ...


def pieces(text: str) -> list[str]:
    """A text as a stream tells it: word by word."""
    words = text.split(" ")
    return [word if place == 0 else " " + word for place, word in enumerate(words)] if text else []


def halves(arguments: Any) -> tuple[str, str]:
    """A call's arguments as a stream tells them: in two pieces, neither of them JSON."""
    text = json.dumps(arguments)
    return text[: len(text) // 2], text[len(text) // 2 :]


def arguments_of(text: str) -> Any:
    """A call's arguments; the text itself where it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def until_half(frames: list[bytes], arguments: Any) -> list[bytes]:
    """The events up to the first half of these arguments."""
    mark = json.dumps(halves(arguments)[0])[1:-1].encode()
    place = next(place for place, frame in enumerate(frames) if mark in frame)
    return frames[: place + 1]


def in_order(what: str, numbers: Iterable[int]) -> tuple[str, ...]:
    """The flaw of numbers that do not count up one by one, from where they begin."""
    told = list(numbers)
    gap = next((place for place in range(1, len(told)) if told[place] != told[place - 1] + 1), None)
    return () if gap is None else (f"{what} {told[gap]} after {told[gap - 1]}",)


def blocks_in_order(numbers: Iterable[int]) -> tuple[str, ...]:
    """The flaw of blocks that are not numbered from 0 without a gap, in the order in which they are first told."""
    first = list(dict.fromkeys(numbers))
    return () if first == list(range(len(first))) else (f"blocks numbered {first}",)
