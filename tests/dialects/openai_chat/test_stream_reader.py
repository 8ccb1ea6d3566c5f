"""Streams of many hosts: whole, byte by byte, with a tail; and what each oddity of theirs comes to."""

import json
from typing import Any

import pytest
from tests.dialects.openai_chat.samples import (
    DONE,
    OPENING,
    STREAMS,
    TEXT,
    call,
    calls,
    chunk,
    entry,
    events_in,
    events_of_frames,
    frames_of,
    reply_in,
    sse,
    usage,
)

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import (
    Delta,
    Event,
    Failed,
    Finished,
    Metered,
    PartEnded,
    PartStarted,
    Started,
    StopReason,
    reply_of,
)
from understudy.canon.usage import Usage

EXPECTED: dict[str, tuple[Any, ...]] = {
    "text": (Text("Grüß dich 🌍"),),
    "thinking": (Thinking("Let me see"), Text("42")),
    "seals": (Thinking("Let me see", "c2VhbA==", "anthropic"), Thinking("", "aGlk", "gemini", True), Text("42")),
    "tools": (ToolCall("call_a", "weather", '{"city": "Oslo"}'), ToolCall("call_b", "now", "{}")),
    "refused": (Refusal("I had rather not."),),
}


@pytest.mark.parametrize("name", STREAMS)
def test_T47_whole_byte_by_byte_and_with_a_tail(name: str) -> None:
    whole = frames_of(STREAMS[name])
    assert reply_of(events_of_frames(whole)).parts == EXPECTED[name]
    assert frames_of(STREAMS[name], piece=1) == whole
    tail = frames_of(STREAMS[name] + sse(": late", chunk(content="late")))
    assert [event for frame in tail for event in frame.events] == [event for frame in whole for event in frame.events]
    assert b"".join(frame.raw for frame in whole) == STREAMS[name]


def test_a_plain_stream_event_by_event() -> None:
    frames = frames_of(TEXT)
    assert [event for frame in frames for event in frame.events] == [
        Started("chatcmpl-1", "upstream-model", "openai_chat", 1_700_000_000),
        PartStarted(0, Text("")),
        Delta(0, "Grüß "),
        Delta(0, "dich 🌍"),
        PartEnded(0),
        Finished(StopReason.STOP, "stop"),
        Metered(Usage(uncached_in=12, out=9)),
    ]
    assert [frame.usage_only for frame in frames] == [False] * 4 + [True, False]
    assert [frame.terminal for frame in frames] == [False] * 5 + [True]


def test_T16_calls_without_an_index_are_keyed_by_id_or_go_on_with_the_last() -> None:
    by_id = sse(
        calls(call(None, '{"a":', id="x", name="f")),
        calls(call(None, "{}", id="y", name="g")),
        calls(call(None, "1}", id="x")),
    )
    assert reply_in(by_id).parts == (ToolCall("x", "f", '{"a":1}'), ToolCall("y", "g", "{}"))
    bare = sse(calls(call(None, "{", name="f")), calls(call(None, "}")), calls(call(None, "{}", name="g")))
    assert reply_in(bare + sse(chunk("tool_calls"))).parts == (
        ToolCall("call_chatcmpl-1_0", "f", "{}"),
        ToolCall("call_chatcmpl-1_1", "g", "{}"),
    )


def test_T16_whole_calls_in_one_chunk_and_one_index_for_all() -> None:
    whole = calls(call(0, '{"a":1}', id="x", name="f"), call(0, {"b": 2}, id="y", name="g"))
    assert reply_in(sse(whole, chunk("tool_calls"))).parts == (
        ToolCall("x", "f", '{"a":1}'),
        ToolCall("y", "g", '{"b":2}'),
    )


def test_R8_interleaved_calls_stay_open_until_they_are_whole() -> None:
    events = events_in(
        calls(call(0, '{"a":', id="x", name="f")),
        calls(call(1, '{"b":2}', id="y", name="g")),
        calls(call(0, "1}")),
        calls(call(2, "{}", id="z", name="h")),
        chunk("tool_calls"),
    )
    kinds = [(type(event).__name__, event.index) for event in events if hasattr(event, "index")]
    assert kinds == [
        ("PartStarted", 0),
        ("Delta", 0),
        ("PartStarted", 1),
        ("Delta", 1),
        ("Delta", 0),
        ("PartEnded", 0),
        ("PartEnded", 1),
        ("PartStarted", 2),
        ("Delta", 2),
        ("PartEnded", 2),
    ]


def test_a_name_may_come_in_pieces_or_again_with_every_chunk() -> None:
    pieces = sse(calls(call(0, id="x", name="wea")), calls(call(0, name="ther")), calls(call(0, "{}")), chunk("stop"))
    assert reply_in(pieces).parts == (ToolCall("x", "weather", "{}"),)
    again = sse(calls(call(0, id="x", name="f")), calls(call(0, "{", id="x", name="f")), calls(call(0, "}", name="f")))
    assert reply_in(again).parts == (ToolCall("x", "f", "{}"),)


def test_T15_a_call_without_arguments_still_starts_and_ends() -> None:
    events = events_in(calls(call(0, id="x", name="f")), chunk("tool_calls"))
    assert events[1:3] == [PartStarted(0, ToolCall("x", "f")), PartEnded(0)]


def test_T22_a_call_with_free_text_has_it_as_its_one_argument() -> None:
    begun = {"index": 0, "id": "x", "type": "custom", "custom": {"name": "f", "input": ""}}
    pieces = [{"index": 0, "custom": {"input": text}} for text in ('say "a', '"\n')]
    told = sse(*(calls(delta) for delta in (begun, *pieces)), chunk("tool_calls"))
    assert reply_in(told).parts == (ToolCall("x", "f", '{"input":"say \\"a\\"\\n"}'),)
    assert reply_in(sse(calls(begun), chunk("tool_calls"))).parts == (ToolCall("x", "f", '{"input":""}'),)


@pytest.mark.parametrize(
    "tail",
    [
        [usage(), DONE],
        [{**chunk(), "usage": usage()["usage"]}, DONE],
        [{**chunk(), "x_groq": {"usage": usage()["usage"]}}],
        [usage(prompt_tokens=1), usage()],
    ],
)
def test_T34_usage_anywhere_and_the_last_word_wins(tail: list[Any]) -> None:
    reply = reply_in(sse(OPENING, chunk(content="x"), chunk("stop"), *tail))
    assert reply.usage == Usage(uncached_in=12, out=9)


def test_T50_a_finish_without_done_is_complete_and_done_without_a_finish_is_not() -> None:
    assert reply_in(sse(OPENING, chunk(content="x"), chunk("stop"))).stop is StopReason.STOP
    cut = frames_of(sse(OPENING, chunk(content="x"), DONE))
    assert cut[-1].terminal
    assert frames_of(b"data: [DONE] \r\n\r\n")[0].terminal
    assert reply_of([event for frame in cut for event in frame.events]).stop is None


@pytest.mark.parametrize(
    ("tail", "stop"), [([DONE], True), ([usage()], True), ([], False), ([chunk(content="y"), DONE], False)]
)
def test_T25_an_empty_finish_word_counts_only_before_usage_or_the_end(tail: list[Any], stop: bool) -> None:
    reply = reply_in(sse(OPENING, chunk("", content="w"), chunk(content="x"), chunk(""), *tail))
    assert reply.stop is (StopReason.OTHER if stop else None)
    assert reply.native_stop == ("" if stop else None)


def test_T71_a_cut_call_behind_an_aggregator_is_a_length() -> None:
    ending = chunk("tool_calls", choice={"native_finish_reason": "length"})
    assert reply_in(sse(calls(call(0, '{"a":', id="x", name="f")), ending)).stop is StopReason.LENGTH


def test_T41_thinking_in_its_spellings() -> None:
    mistral = chunk(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}])
    for thought in (chunk(reasoning_content="hm"), chunk(reasoning="hm"), mistral):
        assert reply_in(sse(thought, chunk(content=[{"type": "text", "text": "x"}]))).parts == (
            Thinking("hm"),
            Text("x"),
        )
    assert reply_in(sse(chunk(content=[{"type": "reference"}]))).parts == (Opaque("reference", {"type": "reference"}),)


def test_T37_a_seal_that_comes_after_its_words_or_with_them_or_alone() -> None:
    after = sse(chunk(reasoning="hm"), chunk(reasoning_details=[entry("text", signature="s")]))
    again = sse(chunk(reasoning="hm"), chunk(reasoning_details=[entry("text", text="hm", signature="s")]))
    for stream in (after, again):
        assert reply_in(stream).parts == (Thinking("hm", "s", "anthropic"),)
    alone = sse(chunk(content="x"), chunk(reasoning_details=[entry("text", signature="s", format=None)]))
    assert reply_in(alone).parts == (Text("x"), Thinking("", "s", "openai_chat"))
    unknown = sse(chunk(reasoning="hm", reasoning_details=[{"type": "of tomorrow"}]))
    assert reply_in(unknown).parts == (Thinking("hm"),)


def test_T53_an_error_in_the_stream() -> None:
    (failed,) = events_in({"error": {"message": "busy", "type": "overloaded_error"}})
    assert failed == Failed("busy", FaultKind.OVERLOADED, "overloaded_error")
    inside = events_in(OPENING, chunk("error", choice={"error": {"code": 429, "message": "slow down"}}))
    assert inside[-1] == Failed("slow down", FaultKind.RATE_LIMITED, "429")
    assert events_in({"error": True})[-1] == Failed("the upstream broke off without a message", FaultKind.UPSTREAM)


@pytest.mark.parametrize("bad", ["data: {broken\n\n", "data: 7\n\n", 'data: {"choices": 7}\n\n', "data: \xff\n\n"])
def test_F4_a_malformed_event_is_marked_and_the_stream_goes_on(bad: str) -> None:
    frames = frames_of(sse(OPENING, bad, chunk(content="x"), chunk("stop"), DONE))
    assert [frame.malformed for frame in frames] == [False, True, False, False, False]
    assert reply_of(events_of_frames(frames)).parts == (Text("x"),)


@pytest.mark.parametrize("spoilt", [b'"x\xff": 1', b'"x": "\xff"', b'"x": 1e999', b'"x": ' + b"[" * 100_000])
def test_F4_bytes_that_are_no_json_in_a_field_that_nobody_reads_spoil_their_event_alone(spoilt: bytes) -> None:
    opening = b'data: {"id": "chatcmpl-0", ' + spoilt + b', "choices": [{"delta": {"content": "lost"}}]}\n\n'
    frames = frames_of(opening + sse(chunk(content="kept"), chunk("stop")))
    assert [frame.malformed for frame in frames] == [True, False, False]
    assert reply_of(events_of_frames(frames)).parts == (Text("kept"),)


@pytest.mark.parametrize("error", [{"error": "broke off"}, chunk(choice={"error": {"message": "broke off"}})])
def test_T53_nothing_is_told_after_an_error(error: dict[str, Any]) -> None:
    broken = {**error, "usage": usage()["usage"]}
    late = chunk(content="late")
    events = events_in(OPENING, chunk(content="a"), broken, late, chunk("stop"), usage(), DONE)
    assert events[-1] == Failed("broke off", FaultKind.UPSTREAM)
    assert not any(isinstance(event, Finished | Metered) for event in events)


def test_T52_comments_and_empty_events_are_frames_without_events() -> None:
    frames = frames_of(sse(": PROCESSING\n\n", "data:\n\n", {"choices": []}, "event: x\n\n"))
    assert len(frames) == 4
    assert not any(frame.events or frame.malformed for frame in frames)


def test_only_the_first_choice_is_the_answer_and_nothing_follows_its_finish() -> None:
    other = chunk("stop", choice={"index": 1}, content="other")
    late = chunk("length", content="late")
    reply = reply_in(sse(OPENING, other, chunk(content="x"), chunk("stop"), late))
    assert (reply.parts, reply.stop) == ((Text("x"),), StopReason.STOP)


def test_a_stream_that_opens_without_an_id_starts_with_its_first_choice() -> None:
    filtered = {"id": "", "model": "", "choices": [], "prompt_filter_results": []}
    events = events_in(filtered, {**OPENING, "system_fingerprint": "fp", "service_tier": None})
    assert events == [
        Started("chatcmpl-1", "upstream-model", "openai_chat", 1_700_000_000, {"system_fingerprint": "fp"})
    ]


def test_T46_annotations_are_told_with_the_finish() -> None:
    notes: list[Any] = [{"type": "url_citation"}]
    events = events_in(chunk(content="x", annotations=notes), chunk("stop"))
    assert events[-1] == Finished(StopReason.STOP, "stop", extras={"annotations": notes})


def test_a_last_event_without_its_blank_line_is_still_read() -> None:
    raw = b"data: " + json.dumps(chunk("stop")).encode()
    events: list[Event] = [event for frame in frames_of(raw) for event in frame.events]
    assert events[-1] == Finished(StopReason.STOP, "stop")
