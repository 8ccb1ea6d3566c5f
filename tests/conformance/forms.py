"""Failures in the forms of all dialects, for tests that judge them: with any word, any message, any form."""

import json
from typing import Any

from understudy.conformance import aws_stream, sse
from understudy.conformance.answers import MESSAGE, Cause, Wire
from understudy.conformance.asking import Got
from understudy.conformance.judging import Case
from understudy.conformance.scenarios import BY_NAME, Scenario
from understudy.conformance.upstream import frames

# google.rpc's numbers, for the one dialect that tells them.
_CODES = {"RESOURCE_EXHAUSTED": 429, "INTERNAL": 500, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504}


def body(wire: Wire, word: str, message: str = MESSAGE) -> dict[str, Any]:
    """An error's body."""
    match wire.name:
        case "messages":
            return {"type": "error", "error": {"type": word, "message": message}}
        case "gemini":
            return {"error": {"code": _CODES.get(word, 500), "message": message, "status": word}}
        case "converse":
            return {"message": message, "__type": word}
        case "responses":
            return {"error": {"message": message, "type": "", "param": None, "code": word}}
        case _:
            return {"error": {"message": message, "type": word, "param": None, "code": None}}


def event(wire: Wire, told: list[bytes], word: str, message: str = MESSAGE) -> bytes:
    """An error as the event after those that were told."""
    match wire.name:
        case "converse":
            return aws_stream.told("exception", word, {"message": message})
        case "messages" | "llama":
            return sse.told(body(wire, word, message), "error")
        case "responses":
            events = [event.data for event in sse.read(b"".join(told))]
            items = [event["item"] for event in events if event["type"] == "response.output_item.done"]
            failed = {"status": "failed", "error": {"code": word, "message": message}, "output": items}
            number = len(events)
            whole = {"type": "response.failed", "response": failed, "sequence_number": number}
            return sse.told(whole, "response.failed")
        case _:
            return sse.told(body(wire, word, message))


def word_of(wire: Wire, cause: Cause) -> str:
    """A word for a failure inside a stream."""
    return (wire.due[cause].inband or ("any",))[0]


def refused(wire: Wire, cause: Cause, **other: Any) -> Got:
    """A failure told by a status, as it must be but for what is given otherwise."""
    due = wire.due[cause]
    told: dict[str, Any] = {
        "status": due.statuses[0],
        "word": (due.words or ("any",))[0],
        "message": MESSAGE,
        "headers": {"retry-after": "1"},
    }
    told |= other
    raw = json.dumps(body(wire, told["word"], told["message"])).encode()
    return Got(told["status"], told["headers"], raw)


def broken(wire: Wire, scenario: str, *, word: str | None = None, message: str = MESSAGE) -> list[bytes]:
    """The events of a stream that fails as it must, the error last."""
    case = BY_NAME[scenario]
    told = frames(wire, case)
    if scenario.startswith("inband"):
        told.pop()
    cause = case.cause
    assert cause is not None
    return [*told, event(wire, told, word or word_of(wire, cause), message)]


def streamed(events: list[bytes], **other: Any) -> Got:
    """What a client got of these events."""
    return Got(200, {}, b"".join(events), **other)


def case(wire: Wire, scenario: str | Scenario, *, stream: bool = True, upstream: Wire | None = None) -> Case:
    """A cell of one dialect."""
    told = BY_NAME[scenario] if isinstance(scenario, str) else scenario
    return Case(wire, upstream or wire, told, stream)
