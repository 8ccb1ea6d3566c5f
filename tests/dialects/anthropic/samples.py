"""Small streams and bodies of this dialect, and the few verbs that the tests of this room share."""

import json
from typing import Any

from understudy.canon.faults import Fault
from understudy.canon.frames import Frame
from understudy.canon.grammar import Grammar
from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.reply import Event, Reply, reply_of
from understudy.canon.request import Request
from understudy.dialects.anthropic import DIALECT
from understudy.dialects.contract import Echo, Target

TARGET = Target(model="upstream-model", maker="anthropic", max_tokens=4096)
ECHO = Echo("asked-model")


def body(**fields: Any) -> bytes:
    """A request body of this dialect, valid unless the fields say otherwise."""
    whole = {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}], **fields}
    return json.dumps(whole).encode()


def asked(*messages: Message, **fields: Any) -> Request:
    """A request of another dialect."""
    said = messages or (Message("user", (Text("Hello"),), plain=True),)
    return Request(model="m", messages=said, dialect="openai_chat", **fields)


def written(request: Request, target: Target = TARGET) -> tuple[dict[str, Any], set[str]]:
    """The body for an upstream, and the names of what it left behind."""
    encoded = DIALECT.encode_request(request, target)
    return json.loads(encoded.body), {omission.field for omission in encoded.omissions}


def refused(call: Any, *arguments: Any) -> Fault:
    """The fault that a call raises."""
    try:
        call(*arguments)
    except Fault as fault:
        return fault
    raise AssertionError("no fault was raised")


def sse(*events: dict[str, Any] | str) -> bytes:
    """A stream of events; a string goes in as it is."""
    return b"".join(
        event.encode() if isinstance(event, str) else f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        for event in events
    )


def start(**usage: Any) -> dict[str, Any]:
    """The opening event of a stream."""
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "upstream-model",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 1, **usage},
    }
    return {"type": "message_start", "message": message}


def opens(index: int, **block: Any) -> dict[str, Any]:
    """A block opens."""
    return {"type": "content_block_start", "index": index, "content_block": block}


def more(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    """More of a block."""
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def closes(index: int) -> dict[str, Any]:
    """A block ends."""
    return {"type": "content_block_stop", "index": index}


def stops(reason: str | None = "end_turn", sequence: str | None = None, **usage: Any) -> dict[str, Any]:
    """The event with the stop reason."""
    told = {"output_tokens": 9, **usage}
    return {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": sequence}, "usage": told}


STOP = {"type": "message_stop"}
PING = {"type": "ping"}

TEXT = sse(
    start(cache_read_input_tokens=5),
    opens(0, type="text", text=""),
    PING,
    more(0, "text_delta", text="Grüß "),
    more(0, "text_delta", text="dich 🌍"),
    closes(0),
    stops(),
    STOP,
)
THINKING = sse(
    start(),
    opens(0, type="thinking", thinking="", signature=""),
    more(0, "thinking_delta", thinking="Let me see"),
    more(0, "signature_delta", signature="c2VhbA=="),
    closes(0),
    opens(1, type="redacted_thinking", data="aGlkZGVu"),
    closes(1),
    opens(2, type="text", text=""),
    more(2, "text_delta", text="42"),
    closes(2),
    stops(output_tokens_details={"thinking_tokens": 6}),
    STOP,
)
TOOLS = sse(
    start(),
    opens(0, type="tool_use", id="toolu_a", name="weather", input={}),
    more(0, "input_json_delta", partial_json=""),
    more(0, "input_json_delta", partial_json='{"city": '),
    more(0, "input_json_delta", partial_json='"Oslo"}'),
    closes(0),
    opens(1, type="tool_use", id="toolu_b", name="now", input={}),
    closes(1),
    stops("tool_use"),
    STOP,
)
SEARCH = sse(
    start(),
    opens(0, type="server_tool_use", id="srvtoolu_1", name="web_search", input={}),
    more(0, "input_json_delta", partial_json='{"query": "tides"}'),
    closes(0),
    opens(1, type="web_search_tool_result", tool_use_id="srvtoolu_1", content=[{"type": "web_search_result"}]),
    closes(1),
    opens(2, type="text", text="", citations=[]),
    more(2, "citations_delta", citation={"type": "web_search_result_location", "url": "https://tides.example"}),
    more(2, "text_delta", text="At noon."),
    closes(2),
    stops(),
    STOP,
)
EMPTY = sse(start(), stops("stop_sequence", "END", output_tokens=3), STOP)
STREAMS = {"text": TEXT, "thinking": THINKING, "tools": TOOLS, "search": SEARCH, "empty": EMPTY}


def frames_of(raw: bytes, *, piece: int | None = None, maker: str = "anthropic") -> list[Frame]:
    """The frames of a stream, fed whole or in pieces of so many bytes."""
    decoder = DIALECT.reply_decoder(maker)
    size = piece or max(1, len(raw))
    frames = [frame for at in range(0, len(raw), size) for frame in decoder.feed(raw[at : at + size])]
    return frames + decoder.close()


def events_of_frames(frames: list[Frame]) -> list[Event]:
    """The events of some frames, in order, each passed by the grammar."""
    grammar = Grammar()
    events = [event for frame in frames for event in frame.events]
    for event in events:
        grammar.check(event)
    return events


def reply_in(raw: bytes) -> Reply:
    """The whole answer that a stream tells."""
    return reply_of(events_of_frames(frames_of(raw)))


def told(events: list[Event], echo: Echo = ECHO) -> bytes:
    """The stream that a caller gets for some events."""
    writer = DIALECT.reply_encoder(asked(), echo)
    return b"".join(writer.send(event) for event in events) + writer.end(echo)


def data_of(raw: bytes) -> list[dict[str, Any]]:
    """The bodies of a stream's events, each checked to be named as it is typed."""
    bodies = []
    for event in raw.decode().strip().split("\n\n"):
        name, data = event.split("\n")
        parsed = json.loads(data.removeprefix("data: "))
        assert name == f"event: {parsed['type']}"
        bodies.append(parsed)
    return bodies
