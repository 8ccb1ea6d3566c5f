"""What holds for every body, conversation, answer and cut, not only for the examples."""

import json
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.openai_chat.samples import (
    CLAUDE,
    DONE,
    ECHO,
    TARGET,
    asked,
    call,
    calls,
    chunk,
    data_of,
    events_of_frames,
    frames_of,
    reply_in,
    sse,
    told,
    written,
)
from tests.dialects.openai_chat.strategies import BODIES
from tests.dialects.strategies import JSON, conversations, interleaved, replies

from understudy.canon.faults import Fault
from understudy.canon.messages import Message, turns
from understudy.canon.parts import Document, Image, Opaque, Part, Refusal, Text, Thinking, ToolCall, ToolResult, text_of
from understudy.canon.reply import Reply, events_of, reply_of
from understudy.canon.request import Request
from understudy.dialects.openai_chat import DIALECT
from understudy.dialects.openai_chat.blocks import DEFAULT_FILENAME
from understudy.dialects.openai_chat.conversation import MOVED
from understudy.dialects.turntaking import FAILED


@given(BODIES)
def test_R14_a_body_comes_back_as_it_was_from_its_bytes_and_from_canon(body: dict[str, Any]) -> None:
    raw = msgspec.json.encode(body)
    request = DIALECT.decode_request(raw)
    expected = {**json.loads(raw), "model": TARGET.model}
    if request.streamed:
        expected["stream_options"] = {**(expected.get("stream_options") or {}), "include_usage": True}
    # Seals are the one thing that does not come back to everybody: let each maker's target have its own.
    thoughts = [part for message in request.messages for part in message.parts if isinstance(part, Thinking)]
    makers = {part.sealed_by for part in thoughts if part.sealed_by is not None}
    if len(makers) > 1:
        return
    target = msgspec.structs.replace(TARGET, maker=makers.pop()) if makers else TARGET
    for source in (raw, b""):
        sent, left = written(msgspec.structs.replace(request, source=source), target)
        assert sent == expected
        assert left == set()


def _expected(message: Message) -> list[Message]:
    """A turn as it comes back from this dialect, less what the omissions name."""
    if message.role in ("system", "developer"):
        return [Message("system", tuple(part for part in message.parts if isinstance(part, Text) and part.text))]
    if message.role == "assistant":
        thinking = [part for part in message.parts if isinstance(part, Thinking) and part.sealed_by == CLAUDE.maker]
        texts = [part for part in message.parts if isinstance(part, Text) and part.text]
        refusals = "".join(part.text for part in message.parts if isinstance(part, Refusal))
        asks = [_spoken(part) for part in message.parts if isinstance(part, ToolCall)]
        return [Message("assistant", (*thinking, *texts, *([Refusal(refusals)] if refusals else []), *asks))]
    results: list[Part] = []
    moved: list[Part] = []
    rest: list[Part] = []
    for part in message.parts:
        if isinstance(part, ToolResult):
            media = [_named(piece) for piece in part.parts if isinstance(piece, Image | Document)]
            words = [piece.text for piece in part.parts if isinstance(piece, Text)] or ([MOVED] if media else [""])
            if part.is_error:
                words[0] = FAILED + words[0]
            results.append(ToolResult(part.call_id, tuple(map(Text, words))))
            moved += media
        elif not isinstance(part, Text) or part.text:
            rest.append(_named(part))
    return [Message("user", (*results, *moved, *rest))]


def _spoken(call: ToolCall) -> ToolCall:
    """A call whose arguments are JSON even where nothing was said of them."""
    return msgspec.structs.replace(call, arguments=call.arguments or "{}")


def _named(part: Part) -> Part:
    return msgspec.structs.replace(part, name=part.name or DEFAULT_FILENAME) if isinstance(part, Document) else part


def _unmarked(message: Message) -> Message:
    """A turn that came back, without the marks of how it was spelt."""
    parts = tuple(
        msgspec.structs.replace(part, plain=False) if isinstance(part, ToolResult) else part for part in message.parts
    )
    unmarked = msgspec.structs.replace(message, parts=parts, plain=False)
    if message.role != "assistant":
        return unmarked
    parts = _expected(unmarked)[0].parts
    # A seal that stands on a call names it, and is read at its place.
    thinking = [msgspec.structs.replace(part, call=None) for part in parts if isinstance(part, Thinking)]
    rest = (part for part in parts if not isinstance(part, Thinking))
    return msgspec.structs.replace(unmarked, parts=(*sorted(thinking, key=repr), *rest))


@given(conversations("gemini"))
def test_T11_T20_T40_a_foreign_conversation_comes_back_in_its_normal_form(request: Request) -> None:
    encoded = DIALECT.encode_request(request, CLAUDE)
    back = DIALECT.decode_request(encoded.body)
    normal = [expected for message in turns(request.messages) for expected in _expected(message)]
    merged = turns(message for message in normal if message.parts)
    spoken = turns(message for message in back.messages if message.parts)
    assert [*map(_unmarked, spoken)] == [*map(_unmarked, merged)]
    fields = {omission.field for omission in encoded.omissions}
    assert ("top_k" in fields) == (request.sampling.top_k is not None)
    assert (back.user, back.max_tokens, back.thinking) == (request.user, request.max_tokens, request.thinking)
    assert back.tools == request.tools
    foreign = [
        part
        for message in request.messages
        for part in message.parts
        if isinstance(part, Thinking) and part.sealed_by != CLAUDE.maker
    ]
    assert sum(omission.why.startswith("thinking") for omission in encoded.omissions) == len(foreign)


def _sorted(parts: tuple[Any, ...]) -> list[Any]:
    """An answer's parts as a caller of this dialect can tell them apart, by the field that holds them."""
    thinking = "".join(part.text for part in parts if isinstance(part, Thinking))
    seals = sorted((part.seal, part.sealed_by) for part in parts if isinstance(part, Thinking) and part.seal)
    refusal = "".join(part.text for part in parts if isinstance(part, Refusal))
    return [thinking, seals, text_of(tuple(part for part in parts if isinstance(part, Text))), refusal] + [
        _spoken(part) for part in parts if isinstance(part, ToolCall)
    ]


@given(st.data())
def test_R8_any_mingling_of_parts_gives_the_same_answer(data: st.DataObject) -> None:
    reply = data.draw(replies("gemini"))
    raw = told(data.draw(interleaved(reply)))
    chunks = data_of(raw)
    assert [one["choices"][0]["delta"].get("role") for one in chunks if one["choices"]].count("assistant") == 1
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert len({(one["id"], one["created"], one["model"]) for one in chunks}) == 1
    assert [one["choices"][0]["finish_reason"] for one in chunks if one["choices"]][:-1].count(None) == len(chunks) - 2
    back = reply_of(events_of_frames(frames_of(raw)))
    mingled = [part for part in reply.parts if not isinstance(part, Opaque)]
    assert _sorted(back.parts)[4:] == _sorted(tuple(mingled))[4:]
    # Words that come at once have one field to share: they then stand in the order in which they were sent.
    if sum(isinstance(part, Thinking | Text | Refusal) for part in mingled) < 2:
        assert _sorted(back.parts) == _sorted(tuple(mingled))
    assert back.usage.total_in == reply.usage.total_in
    assert (back.usage.out, back.usage.reasoning) == (reply.usage.out, reply.usage.reasoning)


@given(replies("gemini"))
def test_R9_an_answer_is_the_same_streamed_and_whole(reply: Reply) -> None:
    encoded = DIALECT.encode_reply(reply, asked(), ECHO)
    whole = json.loads(encoded.body)
    streamed = told(list(events_of(reply)))
    *_, last, told_usage = data_of(streamed)
    assert last["choices"][0]["finish_reason"] == whole["choices"][0]["finish_reason"]
    assert told_usage["usage"] == whole["usage"]
    read = DIALECT.decode_reply(encoded.body, "openai_chat")
    assert _sorted(read.parts) == _sorted(reply.parts) == _sorted(reply_in(streamed).parts)


@given(replies("gemini"), st.lists(st.integers(0, 4000), max_size=8))
def test_T47_cuts_do_not_matter(reply: Reply, cuts: list[int]) -> None:
    raw = told(list(events_of(reply)))
    decoder = DIALECT.reply_decoder("openai_chat")
    places = sorted({0, *(cut for cut in cuts if cut < len(raw)), len(raw)})
    frames = [frame for start, end in pairwise(places) for frame in decoder.feed(raw[start:end])] + decoder.close()
    assert frames == frames_of(raw)
    assert b"".join(frame.raw for frame in frames) == raw


@given(st.data(), st.dictionaries(st.text(max_size=5), JSON, min_size=1, max_size=3).map(json.dumps))
def test_R8_T16_any_fragmentation_of_one_call_gives_the_same_call(data: st.DataObject, arguments: str) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(arguments)), max_size=5).map(sorted))
    pieces = [arguments[start:end] for start, end in pairwise([0, *cuts, len(arguments)])]
    cut = data.draw(st.integers(1, len("weather")))
    index = data.draw(st.sampled_from([0, 3, None]))
    always = data.draw(st.booleans()) or index is None
    first = [call(index, id="c1", name="weather"[:cut])]
    if cut < len("weather"):
        first.append(call(index, id="c1" if always else None, name="weather"[cut:]))
    deltas = first + [call(index, piece, id="c1" if always else None) for piece in pieces]
    chunks = [calls(*deltas)] if data.draw(st.booleans()) else [calls(delta) for delta in deltas]
    reply = reply_in(sse(chunk(role="assistant"), *chunks, chunk("tool_calls"), DONE))
    assert reply.parts == (ToolCall("c1", "weather", arguments),)


@given(replies("gemini"), st.integers(0, 4000))
def test_R1_a_stream_cut_before_its_finish_never_looks_complete(reply: Reply, cut: int) -> None:
    raw = told(list(events_of(reply)))
    ending = raw.rindex(b"data: ", 0, raw.rindex(b'"finish_reason":"'))
    frames = frames_of(raw[: min(cut, ending)])
    assert not any(type(event).__name__ == "Finished" for frame in frames for event in frame.events)
    assert not any(frame.terminal for frame in frames)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_garbage_raises_faults_only(raw: bytes) -> None:
    for read in (DIALECT.decode_request, lambda body: DIALECT.decode_reply(body, "openai_chat")):
        try:
            read(raw)
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


_CHUNKS = st.sampled_from(
    [
        chunk(role="assistant"),
        chunk(content="a"),
        chunk(reasoning="b"),
        chunk(refusal="c"),
        chunk(content=[{"type": "text", "text": "d"}, {"type": "thing"}, 7]),
        chunk(reasoning_details=[{"type": "reasoning.encrypted", "data": "e"}]),
        chunk(reasoning_details=[{"type": "reasoning.text", "signature": "f"}]),
        calls(call(0, "{", id="g", name="f")),
        calls(call(0, "}")),
        calls(call(None, "{}", name="h")),
        calls(call(1, "")),
        chunk("stop"),
        chunk(""),
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}},
        {"choices": [{"index": 1, "delta": {"content": "i"}, "finish_reason": "stop"}]},
        {"error": "why"},
        {},
    ]
)


@given(st.lists(_CHUNKS | JSON.filter(lambda value: isinstance(value, dict)), max_size=10))
def test_any_order_of_chunks_gives_events_that_the_grammar_passes(chunks: list[Any]) -> None:
    raw = sse(*chunks)
    frames = frames_of(raw)
    events_of_frames(frames)
    assert b"".join(frame.raw for frame in frames) == raw
