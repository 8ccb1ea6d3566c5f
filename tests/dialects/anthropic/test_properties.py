"""What holds for every body, conversation, answer and cut, not only for the examples."""

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.anthropic.samples import ECHO, TARGET, asked, data_of, events_of_frames, frames_of, told, written
from tests.dialects.anthropic.strategies import BODIES, conversations, replies
from tests.dialects.strategies import JSON, interleaved

from understudy.canon.faults import Fault
from understudy.canon.messages import Message, split_system, turns
from understudy.canon.parts import Part, Refusal, Text, Thinking, ToolCall, ToolResult
from understudy.canon.reply import Event, Reply, StopReason, events_of, reply_of
from understudy.canon.request import Request
from understudy.dialects.anthropic import DIALECT
from understudy.dialects.arguments import arguments_of
from understudy.dialects.turntaking import OPENING, SYSTEM_CLOSE, SYSTEM_OPEN


def _arguments(text: str) -> Any:
    return msgspec.json.decode(text) if text.strip() else {}


def _plain(part: Part) -> Part | None:
    """A part as it comes back from this dialect, or None for what an omission names."""
    if isinstance(part, Text | Refusal):
        return Text(part.text) if part.text.strip() else None
    if isinstance(part, Thinking):
        return part if part.sealed_by == "anthropic" else None
    if isinstance(part, ToolCall):
        return msgspec.structs.replace(part, arguments=_arguments(part.arguments))
    if isinstance(part, ToolResult):
        inner = tuple(found for piece in part.parts if (found := _plain(piece)) is not None)
        return msgspec.structs.replace(part, parts=inner, plain=False)
    return part


def in_order(said: Iterable[Message]) -> Iterator[Message]:
    """The turns, results in the order of their calls."""
    calls: list[str] = []
    for turn in turns(said):
        results = [part for part in turn.parts if isinstance(part, ToolResult)]
        results.sort(key=lambda result: calls.index(result.call_id))
        others = tuple(part for part in turn.parts if not isinstance(part, ToolResult))
        yield msgspec.structs.replace(turn, parts=(*results, *others))
        calls = [part.id for part in turn.parts if isinstance(part, ToolCall)]


def _normal(messages: tuple[Message, ...]) -> tuple[list[Part], tuple[Message, ...]]:
    """The words of the opening instructions, and the turns that follow."""
    leading, rest = split_system(messages)
    system = [found for message in leading for part in message.parts if (found := _plain(part)) is not None]
    said = []
    for message in rest:
        parts = tuple(found for part in message.parts if (found := _plain(part)) is not None)
        if message.role in ("system", "developer"):
            words = "".join(part.text for part in parts if isinstance(part, Text))
            message = Message("user", (Text(f"{SYSTEM_OPEN}{words}{SYSTEM_CLOSE}"),) if words else ())
        else:
            message = msgspec.structs.replace(message, parts=parts, plain=False)
        if message.parts:
            said.append(message)
    merged = tuple(in_order(said))
    if merged[0].role != "user":
        merged = (Message("user", (Text(OPENING),)), *merged)
    return system, merged


@given(BODIES)
def test_R14_a_body_comes_back_as_it_was_from_its_bytes_and_from_canon(body: dict[str, Any]) -> None:
    raw = msgspec.json.encode(body)
    request = DIALECT.decode_request(raw)
    for source in (raw, b""):
        sent, left = written(msgspec.structs.replace(request, source=source))
        assert sent == {**json.loads(raw), "model": TARGET.model}
        assert left == set()


@given(conversations())
def test_a_foreign_conversation_comes_back_in_its_normal_form(request: Request) -> None:
    encoded = DIALECT.encode_request(request, TARGET)
    back = DIALECT.decode_request(encoded.body)
    system, said = _normal(request.messages)
    found = back.messages
    if system:
        assert [part for part in found[0].parts] == system
        found = found[1:]
    plain = [
        msgspec.structs.replace(
            message, parts=tuple(part for piece in message.parts if (part := _plain(piece)) is not None), plain=False
        )
        for message in found
    ]
    assert tuple(plain) == said
    assert [message.role for message in said] == [("user", "assistant")[place % 2] for place in range(len(said))]
    fields = {omission.field for omission in encoded.omissions}
    assert back.user == request.user
    assert ("seed" in fields) == (request.sampling.seed is not None)
    assert (back.tools == request.tools) or request.tools is None


def _expected(reply: Reply) -> list[Part]:
    own = reply.dialect == "anthropic"
    found: list[Part] = []
    for part in reply.parts:
        if isinstance(part, Text | Refusal):
            part = Text(part.text)
        if isinstance(part, ToolCall):
            part = ToolCall("", part.name, part.arguments)
        empty = isinstance(part, Text | Thinking) and not part.text and getattr(part, "seal", None) is None
        if not empty and (own or not hasattr(part, "body")):
            found.append(part)
    return found


def _nameless(reply: Reply) -> list[Part]:
    return [ToolCall("", part.name, part.arguments) if isinstance(part, ToolCall) else part for part in reply.parts]


@given(st.data())
def test_R8_any_mingling_of_parts_gives_strict_blocks_and_the_same_answer(data: st.DataObject) -> None:
    reply = data.draw(replies())
    raw = told(data.draw(interleaved(reply)))
    bodies = data_of(raw)
    indexes = [body["index"] for body in bodies if "index" in body]
    assert indexes == sorted(indexes)
    assert set(indexes) == set(range(len(set(indexes))))
    back = reply_of(events_of_frames(frames_of(raw)))
    assert _nameless(back) == _expected(reply)
    assert back.usage.total_in == reply.usage.total_in
    assert (back.usage.out, back.stop_sequence) == (reply.usage.out, reply.stop_sequence)


@given(replies())
def test_R9_an_answer_stops_for_the_same_reason_streamed_and_whole(reply: Reply) -> None:
    whole = json.loads(DIALECT.encode_reply(reply, asked(), ECHO).body)
    streamed = data_of(told(list(events_of(reply))))[-2]
    assert streamed["delta"]["stop_reason"] == whole["stop_reason"]
    assert streamed["usage"] == whole["usage"]
    broken = any(arguments_of(part.arguments) is None for part in reply.parts if isinstance(part, ToolCall))
    if broken and reply.stop is StopReason.TOOL_CALLS:
        assert whole["stop_reason"] == "max_tokens"


@given(replies(), st.lists(st.integers(0, 4000), max_size=8))
def test_T47_cuts_do_not_matter(reply: Reply, cuts: list[int]) -> None:
    raw = told(list(events_of(reply)))
    decoder = DIALECT.reply_decoder("anthropic")
    places = sorted({0, *(cut for cut in cuts if cut < len(raw)), len(raw)})
    pieces = [raw[start:end] for start, end in pairwise(places)]
    frames = [frame for piece in pieces for frame in decoder.feed(piece)] + decoder.close()
    assert frames == frames_of(raw)
    assert b"".join(frame.raw for frame in frames) == raw


@given(replies(), st.integers(0, 4000))
def test_R1_a_truncated_stream_never_looks_complete(reply: Reply, cut: int) -> None:
    raw = told(list(events_of(reply)))
    frames = frames_of(raw[: min(cut, len(raw) - 3)])
    # A caller never sees a malformed frame, half an event at the cut for one.
    sent = b"".join(frame.raw for frame in frames if not frame.malformed)
    assert b'"stop_reason":"' not in sent
    assert b"message_stop" not in sent
    assert not any(frame.terminal for frame in frames)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_garbage_raises_faults_only(raw: bytes) -> None:
    for call in (DIALECT.decode_request, lambda body: DIALECT.decode_reply(body, "anthropic")):
        try:
            call(raw)
        except Fault:
            continue
    DIALECT.decode_fault(400, raw, None)
    frames_of(raw)


@given(BODIES, st.data())
def test_a_body_with_one_wrong_value_is_read_or_refused(body: dict[str, Any], data: st.DataObject) -> None:
    spot: Any = body
    while spot:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(spot[key], dict | list) and data.draw(st.booleans()):
            spot = spot[key]
            continue
        spot[key] = data.draw(JSON)
        break
    try:
        request = DIALECT.decode_request(msgspec.json.encode(body))
        DIALECT.encode_request(request, TARGET)
        DIALECT.encode_request(msgspec.structs.replace(request, source=b""), TARGET)
    except Fault:
        return


_EVENTS = st.sampled_from(
    [
        {"type": "message_start", "message": {"id": "a", "usage": {"input_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "a"}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "a", "name": "f"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "b"}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
        {"type": "error", "error": "why"},
        {"type": "ping"},
    ]
)


@given(st.lists(_EVENTS | JSON, max_size=8))
def test_no_order_of_events_breaks_the_decoder_and_none_of_its_bytes_is_told_twice(events: list[Any]) -> None:
    raw = b"".join(b"data: " + msgspec.json.encode(event) + b"\n\n" for event in events)
    frames = frames_of(raw)
    grammar_events: list[Event] = [event for frame in frames for event in frame.events]
    assert sum(frame.terminal for frame in frames) == sum(event == {"type": "message_stop"} for event in events)
    assert len(b"".join(frame.raw for frame in frames)) <= len(raw)
    try:
        events_of_frames(frames)
    except Fault:
        return
    assert grammar_events == [event for frame in frames for event in frame.events]
