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
from understudy.dialects.contract import Echo, Target
from understudy.dialects.openai_chat import DIALECT

TARGET = Target(model="upstream-model", maker="openai_chat", developer=True)
CLAUDE = Target(model="upstream-model", maker="anthropic")
ECHO = Echo("asked-model")


def body(**fields: Any) -> bytes:
    """A request body of this dialect, valid unless the fields say otherwise."""
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}], **fields}).encode()


def asked(*messages: Message, dialect: str = "anthropic", **fields: Any) -> Request:
    """A request, of another dialect where nothing else is said."""
    said = messages or (Message("user", (Text("Hello"),), plain=True),)
    return Request(model="m", messages=said, dialect=dialect, **fields)


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


def sse(*chunks: dict[str, Any] | str) -> bytes:
    """A stream of chunks; a string goes in as it is."""
    return b"".join(
        chunk.encode() if isinstance(chunk, str) else b"data: " + json.dumps(chunk).encode() + b"\n\n"
        for chunk in chunks
    )


def chunk(finish: str | None = None, *, choice: dict[str, Any] | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "upstream-model",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish, **(choice or {})}],
    }


def calls(*deltas: dict[str, Any]) -> dict[str, Any]:
    """A chunk with deltas of tool calls."""
    return chunk(tool_calls=list(deltas))


def call(index: int | None = 0, arguments: Any = "", *, id: str | None = None, name: str | None = None) -> Any:
    """One delta of a tool call."""
    delta: dict[str, Any] = {"function": {"arguments": arguments}}
    if name is not None:
        delta["function"]["name"] = name
    if index is not None:
        delta["index"] = index
    return delta if id is None else {**delta, "id": id, "type": "function"}


def usage(**more: Any) -> dict[str, Any]:
    """The chunk that an upstream sends because it was asked for usage."""
    told = {"prompt_tokens": 12, "completion_tokens": 9, "total_tokens": 21, **more}
    return {**chunk(), "choices": [], "usage": told}


def entry(kind: str, index: int = 0, **fields: Any) -> dict[str, Any]:
    """One entry of `reasoning_details`."""
    return {"type": f"reasoning.{kind}", "format": "anthropic-claude-v1", "index": index, **fields}


DONE = "data: [DONE]\n\n"
OPENING = chunk(role="assistant", content="")

TEXT = sse(OPENING, chunk(content="Grüß "), chunk(content="dich 🌍"), chunk("stop"), usage(), DONE)
THINKING = sse(
    OPENING,
    chunk(reasoning_content="Let me "),
    chunk(reasoning_content="see"),
    chunk(content="42"),
    chunk("stop"),
    usage(completion_tokens_details={"reasoning_tokens": 6}),
    DONE,
)
SEALS = sse(
    OPENING,
    chunk(
        reasoning="Let me see",
        reasoning_details=[
            {"type": "reasoning.text", "text": "Let me see", "format": "anthropic-claude-v1", "index": 0}
        ],
    ),
    chunk(
        reasoning_details=[entry("text", signature="c2VhbA==")],
    ),
    chunk(
        reasoning_details=[{"type": "reasoning.encrypted", "data": "aGlk", "format": "google-gemini-v1", "index": 1}]
    ),
    chunk(content="42"),
    chunk("stop"),
    DONE,
)
TOOLS = sse(
    OPENING,
    calls(call(0, id="call_a", name="weather")),
    calls(call(0, '{"city": ')),
    calls(call(1, id="call_b", name="now")),
    calls(call(0, '"Oslo"}')),
    calls(call(1, "{}")),
    chunk("tool_calls"),
    usage(),
    DONE,
)
REFUSED = sse(OPENING, chunk(refusal="I had "), chunk(refusal="rather not."), chunk("stop"), usage(), DONE)
STREAMS = {"text": TEXT, "thinking": THINKING, "seals": SEALS, "tools": TOOLS, "refused": REFUSED}


def frames_of(raw: bytes, *, piece: int | None = None, maker: str = "openai_chat") -> list[Frame]:
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


def events_in(*chunks: dict[str, Any] | str) -> list[Event]:
    """The events that some chunks tell."""
    return events_of_frames(frames_of(sse(*chunks)))


def reply_in(raw: bytes) -> Reply:
    """The whole answer that a stream tells."""
    return reply_of(events_of_frames(frames_of(raw)))


def told(events: list[Event], echo: Echo = ECHO, request: Request | None = None) -> bytes:
    """The stream that a caller gets for some events; it asked for usage unless the request says otherwise."""
    writer = DIALECT.reply_encoder(request or asked(stream=True, stream_usage=True), echo)
    return b"".join(writer.send(event) for event in events) + writer.end(echo)


def data_of(raw: bytes) -> list[dict[str, Any]]:
    """The chunks of a stream, which must end in `[DONE]`."""
    *events, last, rest = raw.decode().split("\n\n")
    assert (last, rest) == ("data: [DONE]", "")
    return [json.loads(event.removeprefix("data: ")) for event in events]
