"""The scenarios: what the upstream does, and what a client must hear of it.

The faults are numbered as people who test gateways number them: F1 a cut connection, F2 an end without an ending, F3 a
stall, F4 a malformed event, F5 an error in mid-stream, F5a one as the first event, F6 an error status, F7 no first
token, F8 an end inside a call, F9 pings alone, F10 a page instead of an answer.
"""

from dataclasses import dataclass
from typing import Literal

from understudy.conformance.answers import Answer, Cause

Group = Literal["said", "errors", "faults"]
GROUPS: tuple[Group, ...] = ("said", "errors", "faults")


_ARGUMENTS = {"city": "Oslo", "days": 3}
_LONG = Answer("The harbour is calm and will stay so.")
_CALLING = Answer("I will look.", calls=(("weather", _ARGUMENTS),), stop="tools")


@dataclass(frozen=True)
class Scenario:
    """One thing that can happen.

    `cause` is what the client must be told, if it is a failure, and `opened` whether that may come inside a stream.
    Where the upstream `holds`, it leaves the connection open until the gateway closes it. Only `upstreams` can do it,
    if any are named.
    """

    name: str
    group: Group
    about: str
    said: Answer = _LONG
    cause: Cause | None = None
    whole: bool = True
    streamed: bool = True
    opened: bool = False
    holds: bool = False
    upstreams: tuple[str, ...] = ()


def _said(name: str, about: str, answer: Answer) -> Scenario:
    return Scenario(name, "said", about, answer)


def _error(status: Cause) -> Scenario:
    return Scenario(f"error-{status}", "errors", f"the upstream answers {status}", cause=status)


def _broken(name: str, about: str, cause: Cause | None, said: Answer = _LONG, *, holds: bool = False) -> Scenario:
    return Scenario(name, "faults", about, said, cause, whole=False, opened=True, holds=holds)


_STATUSES: tuple[Cause, ...] = ("400", "401", "404", "429", "500", "503", "529")
SCENARIOS: tuple[Scenario, ...] = (
    _said("text", "plain words", Answer("The harbour is calm.")),
    _said(
        "tools",
        "two parallel calls of one tool",
        Answer(calls=(("weather", _ARGUMENTS), ("weather", {**_ARGUMENTS, "city": "Bergen"})), stop="tools"),
    ),
    _said("length", "an answer cut by its length", Answer("The harbour is", stop="length")),
    _said("stop", "an answer that a stop sequence ended", Answer("The harbour is calm.", stop="sequence")),
    _said("usage", "1,000 prompt tokens, 600 of them cached", Answer("Calm.", prompt=1_000, cached=600, out=11)),
    _said("thinking", "thoughts apart from words", Answer("Calm.", thinking="No wind was told of.")),
    _said("refusal", "an answer that was withheld", Answer("I will not say.", stop="refusal")),
    *map(_error, _STATUSES),
    Scenario("cut", "faults", "F1: the connection is cut", _LONG, "broken", opened=True),
    _broken("eof", "F2: the stream ends without an ending", "broken"),
    _broken("stall", "F3: silence in mid-stream", "late", holds=True),
    _broken("garbage", "F4: one event is no JSON; the rest must arrive", None),
    _broken("inband", "F5: an error in mid-stream", "429", holds=True),
    Scenario("inband-first", "faults", "F5a: an error as the first event", cause="500", whole=False),
    _broken("inband-late", "S1: an error as the first event, after a silence that was broken", "500"),
    _broken("slow", "F7: nothing comes", "late", holds=True),
    _broken("halftool", "F8: the stream ends inside a call", "broken", _CALLING),
    _broken("pings", "F9: pings, and nothing else", "late", holds=True),
    Scenario("page", "faults", "F10: an HTML page instead of an answer", cause="page"),
    Scenario(
        "nodone", "faults", "a finish without [DONE]: the answer is whole", _LONG, whole=False, upstreams=("chat",)
    ),
    _broken("hangup", "the client goes: so must the gateway", None, holds=True),
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def named(model: str) -> Scenario | None:
    """The scenario that a model's name ends with: another gateway may put its own prefix before it."""
    return next((scenario for scenario in SCENARIOS if model.endswith(scenario.name)), None)


def chosen(words: list[str]) -> tuple[Scenario, ...]:
    """The scenarios that these names of scenarios and groups mean, all if there are none.

    A ValueError names one that is neither.
    """
    for word in words:
        if word not in BY_NAME and word not in GROUPS:
            raise ValueError(word)
    return tuple(one for one in SCENARIOS if not words or one.name in words or one.group in words)
