"""What the scripted upstream says, whatever its dialect, and what a client makes of an answer."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Stop = Literal["stop", "length", "tools", "refusal", "none"]
Scenario = Literal["text", "tools", "length", "usage", "thinking", "refusal", "error", "cut", "inband"]
SCENARIOS: tuple[Scenario, ...] = ("text", "tools", "length", "usage", "thinking", "refusal", "error", "cut", "inband")
# Scenarios in which a stream breaks: there must be an error, and nothing that looks like an ending.
BROKEN: tuple[Scenario, ...] = ("cut", "inband")
# What the upstream answers in the scenario "error".
ERROR_STATUS = 429


@dataclass(frozen=True)
class Answer:
    """One answer: words, calls as (name, arguments), why it stopped, and tokens; `prompt` includes `cached`."""

    text: str = ""
    thinking: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    stop: Stop = "stop"
    prompt: int | None = 20
    cached: int | None = None
    out: int | None = 7


@dataclass
class Heard:
    """What a client got: an answer as far as it came, whether it was told to be over, and whether it failed."""

    answer: Answer = field(default_factory=Answer)
    ended: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Asked:
    """A request as a client of one dialect sends it."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class Wire(Protocol):
    """One dialect by hand: as the upstream speaks it, and as a client asks and reads it."""

    name: str

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The body of a whole answer."""
        ...

    def frames(self, answer: Answer) -> list[bytes]:
        """The events of a streamed answer; the first half of them tells nothing of an ending."""
        ...

    def error(self, status: int) -> dict[str, Any]:
        """The body of an error."""
        ...

    def inband(self) -> bytes:
        """The event of a failure in the middle of a stream."""
        ...

    def ask(self, model: str, *, stream: bool) -> Asked:
        """A question with a tool and room to think."""
        ...

    def hear(self, body: dict[str, Any]) -> Answer:
        """What a whole answer says."""
        ...

    def listen(self, events: list[Any]) -> Heard:
        """What a stream's events say, each decoded from JSON, or the text of one that is none."""
        ...

    def is_error(self, body: dict[str, Any]) -> bool:
        """Whether a body is an error as clients of this dialect know it."""
        ...


ARGUMENTS = {"city": "Oslo", "days": 3}
SAID: dict[Scenario, Answer] = {
    "text": Answer("The harbour is calm."),
    "tools": Answer(calls=(("weather", ARGUMENTS), ("weather", {**ARGUMENTS, "city": "Bergen"})), stop="tools"),
    "length": Answer("The harbour is", stop="length"),
    "usage": Answer("Calm.", prompt=1_000, cached=600, out=11),
    "thinking": Answer("Calm.", thinking="No wind was told of."),
    "refusal": Answer("I will not say.", stop="refusal"),
    "cut": Answer("The harbour is calm and will stay so."),
    "inband": Answer("The harbour is calm and will stay so."),
}


def pieces(text: str) -> list[str]:
    """A text as a stream tells it: word by word."""
    words = text.split(" ")
    return [word if place == 0 else " " + word for place, word in enumerate(words)] if text else []
