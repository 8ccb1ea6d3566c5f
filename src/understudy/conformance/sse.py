"""Server-sent events, by hand. Reference: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

import json
from typing import Any

from understudy.conformance.answers import Event

TYPE = "text/event-stream"
GARBAGE = b'data: {"broken":\n\n'
COMMENT = b": waiting\n\n"
CLOSING = "[DONE]"
DONE = f"data: {CLOSING}\n\n".encode()


def told(body: Any, name: str = "") -> bytes:
    """One event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(body)}\n\n".encode()


def read(raw: bytes) -> list[Event]:
    """The events of a stream; what no empty line closed is none, and comments say nothing."""
    events: list[Event] = []
    for block in raw.replace(b"\r\n", b"\n").split(b"\n\n")[:-1]:
        lines = block.split(b"\n")
        data = [line.removeprefix(b"data:").strip() for line in lines if line.startswith(b"data:")]
        name = next((line.removeprefix(b"event:").strip() for line in lines if line.startswith(b"event:")), b"")
        if data:
            events.append(Event(name.decode("utf-8", "replace"), _value(b"\n".join(data))))
    return events


def odd(events: list[Event], closing: str = "") -> tuple[str, ...]:
    """The flaw of data that is no JSON, at which clients fail, but for a dialect's closing line."""
    texts = [event.data for event in events if isinstance(event.data, str) and event.data != closing]
    return tuple(f"the data {text!r} is no JSON" for text in texts[:1])


def misnamed(events: list[Event]) -> tuple[str, ...]:
    """The flaw of events whose name is not their type, where both are told: clients go by either."""
    wrong = [event for event in events if isinstance(event.data, dict) and event.name != event.data.get("type")]
    return tuple(f"the event {event.name!r} is of type {event.data.get('type')!r}" for event in wrong[:1])


def _value(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode("utf-8", "replace")
