"""Streams, read: every way in which hosts tell an item, in any cut."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.openai_responses.samples import (
    CALL,
    OPENING,
    SAID,
    THOUGHT,
    collected,
    event,
    events_in,
    reply_in,
    response,
    sse,
)

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import Failed, Finished, PartStarted, StopReason
from understudy.dialects.openai_responses import DIALECT

WORDS = (
    event("output_item.added", output_index=0, item={**SAID, "content": []}),
    event("content_part.added", output_index=0, content_index=0, part={"type": "output_text", "text": ""}),
    event("output_text.delta", output_index=0, content_index=0, delta="H"),
    event("output_text.delta", output_index=0, content_index=0, delta="i"),
    event("output_text.done", output_index=0, content_index=0, text="Hi"),
    event("output_item.done", output_index=0, item=SAID),
)
CALLED = (
    event("output_item.added", output_index=1, item={**CALL, "arguments": ""}),
    event("function_call_arguments.delta", output_index=1, delta='{"a"'),
    event("function_call_arguments.delta", output_index=1, delta=":1}"),
    event("function_call_arguments.done", output_index=1, arguments='{"a":1}'),
    event("output_item.done", output_index=1, item=CALL),
)
LAST = event("completed", response=response(SAID, CALL))
STREAM = sse(OPENING, *WORDS, *CALLED, LAST)


@given(st.integers(1, 60))
def test_T47_any_cut_gives_the_same_answer(step: int) -> None:
    assert events_in(STREAM, step=step) == events_in(STREAM)


def test_a_stream_is_read() -> None:
    reply = reply_in(STREAM)
    assert reply.parts == (Text("Hi"), ToolCall("call_1", "add", '{"a":1}'))
    assert (reply.id, reply.model, reply.created_s, reply.stop) == ("resp_1", "up-1", 7, StopReason.TOOL_CALLS)
    assert reply.usage.total_in == 9


@pytest.mark.parametrize(
    "events",
    [
        # Only ends of items; only the whole response; only deltas; neither a beginning nor numbers.
        (OPENING, WORDS[-1], CALLED[-1], LAST),
        (OPENING, LAST),
        (OPENING, *WORDS[2:4], *CALLED[:3], event("completed", response=response())),
        (WORDS[2], WORDS[3], LAST),
        (OPENING, {**WORDS[-1], "output_index": None}, {**CALLED[-1], "output_index": None}, LAST),
    ],
)
def test_T51_what_one_event_left_out_another_tells(events: tuple[dict[str, Any], ...]) -> None:
    reply = reply_in(sse(*events))
    assert reply.parts == (Text("Hi"), ToolCall("call_1", "add", '{"a":1}'))


def test_parts_numbered_as_the_host_likes_are_told_once() -> None:
    delta = event("output_text.delta", output_index=0, content_index=3, delta="Hi")
    assert reply_in(sse(OPENING, delta, WORDS[-1], LAST)).parts[0] == Text("Hi")


def test_T39_reasoning_is_one_part_with_its_seal() -> None:
    deltas = [
        event("reasoning_summary_text.delta", output_index=0, summary_index=n, delta=t)
        for n, t in enumerate(("So ", "then."))
    ]
    done = event("output_item.done", output_index=0, item=THOUGHT)
    ended = event("completed", response=response(THOUGHT))
    told = reply_in(sse(OPENING, *deltas, done, ended)).parts
    assert told == reply_in(sse(OPENING, done, ended)).parts == (Thinking("So then.", "gAAA", "openai_responses"),)
    bare = {"type": "reasoning", "summary": [], "encrypted_content": "s"}
    sealed = reply_in(sse(OPENING, event("completed", response=response(bare)))).parts
    assert sealed == (Thinking("", "s", "openai_responses", True),)


def test_T41_words_of_reasoning_and_refusals_are_what_they_are() -> None:
    thought = event("reasoning_text.delta", output_index=0, delta="So")
    refusal = event("refusal.delta", output_index=1, content_index=0, delta="No")
    ended = event("completed", response=response())
    assert reply_in(sse(OPENING, thought, refusal, ended)).parts == (Thinking("So"), Refusal("No"))


def test_items_that_only_this_dialect_knows_are_told_whole() -> None:
    search = {"type": "web_search_call", "id": "ws"}
    done = event("output_item.done", output_index=0, item=search)
    assert reply_in(sse(OPENING, done, event("completed", response=response(search)))).parts == (
        Opaque("web_search_call", search),
    )


def test_T24_an_incomplete_answer_says_why() -> None:
    details = {"incomplete_details": {"reason": "max_output_tokens"}}
    ended = event("incomplete", response=response(SAID, status="incomplete", **details))
    assert reply_in(sse(OPENING, *WORDS, ended)).stop is StopReason.LENGTH


def test_T50_a_stream_that_was_cut_has_no_finish() -> None:
    events = events_in(sse(OPENING, *WORDS, *CALLED))
    assert not any(isinstance(told, Finished) for told in events)
    assert not any(isinstance(told, Finished) for told in events_in(STREAM[: len(STREAM) - 40]))


def test_T53_an_upstreams_error_is_told_once_whatever_its_form() -> None:
    error = {"code": "insufficient_quota", "message": "Pay"}
    nested = {"type": "error", "error": error, "sequence_number": 1}
    flat = {"type": "error", **error}
    failed = event("failed", response=response(status="failed", error=error))
    for events in ((nested, failed), (flat,), (failed,), (OPENING, nested, failed)):
        told = [one for one in events_in(sse(*events)) if isinstance(one, Failed)]
        assert told == [Failed("Pay", FaultKind.RATE_LIMITED, "insufficient_quota")]


def test_T52_comments_and_garbage_tell_nothing_and_lose_nothing() -> None:
    decoder = DIALECT.reply_decoder("m")
    raw = b": keepalive\n\n" + b"data: {oops\n\n" + b'data: {"type":"response.output_item.done","item":7}\n\n'
    frames = decoder.feed(raw)
    assert [frame.malformed for frame in frames] == [False, True, True]
    assert b"".join(frame.raw for frame in frames) == raw
    assert not any(frame.events for frame in frames)


def test_the_whole_response_is_the_closing_line() -> None:
    frames = DIALECT.reply_decoder("m").feed(STREAM + b"data: [DONE]\n\n")
    assert [frame.terminal for frame in frames[-3:]] == [False, True, False]


def test_arguments_of_a_call_that_never_began_tell_nothing() -> None:
    told = collected(sse(OPENING, CALLED[1], event("completed", response=response())))
    assert told.parts() == ()
    assert not any(isinstance(one, PartStarted) for one in events_in(sse(OPENING, CALLED[1])))


def test_T46_annotations_of_words_that_were_told_are_told_with_the_finish() -> None:
    cited = {"type": "url_citation", "url": "u"}
    content = [{"type": "output_text", "text": "Hi", "annotations": [cited]}]
    item = {"type": "message", "role": "assistant", "content": content}
    delta = event("output_text.delta", output_index=0, content_index=0, delta="Hi")
    done = event("output_item.done", output_index=0, item=item)
    *_, finished = events_in(sse(OPENING, delta, done, event("completed", response=response(item))))
    assert isinstance(finished, Finished)
    assert finished.extras == {"annotations": [cited]}


def test_T46_annotations_that_are_no_list_are_passed_over() -> None:
    item = {"type": "message", "content": [{"type": "output_text", "text": "Hi", "annotations": True}]}
    delta = event("output_text.delta", output_index=0, content_index=0, delta="Hi")
    done = event("output_item.done", output_index=0, item=item)
    *_, finished = events_in(sse(OPENING, delta, done, event("completed", response=response(item))))
    assert isinstance(finished, Finished)
    assert finished.extras == {}
