"""Streams, written: the order of events, their numbers, and that the maker's own types read them."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter
from tests.dialects.openai_responses.samples import ECHO, asked, data_of, reply_in
from tests.dialects.strategies import replies

from understudy.canon.parts import Opaque, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Delta, Event, Finished, Metered, PartStarted, Reply, StopReason, events_of
from understudy.canon.request import Request
from understudy.canon.usage import Usage
from understudy.dialects.openai_responses.stream_writer import StreamWriter

ANY: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
FULL = Usage(1, 1, 1, None, 1, 1)


def told(events: list[Event], request: Request | None = None) -> bytes:
    writer = StreamWriter(request or asked(stream=True), ECHO)
    return b"".join(map(writer.send, events)) + writer.end(ECHO)


def answer(*parts: ReplyPart, stop: StopReason = StopReason.STOP) -> list[Event]:
    return list(events_of(Reply(id="m1", model="m", dialect="elsewhere", parts=parts, stop=stop, usage=FULL)))


def kinds(raw: bytes) -> list[str]:
    return [event["type"].removeprefix("response.") for event in data_of(raw)]


def test_T51_words_are_told_in_order() -> None:
    assert kinds(told(answer(Text("Hi")))) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]


def test_T51_reasoning_and_calls_are_told_in_order() -> None:
    raw = told(answer(Thinking("So", "s", "anthropic"), ToolCall("c", "add", "{}"), stop=StopReason.TOOL_CALLS))
    assert kinds(raw)[2:-1] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
    ]
    done = [event["item"] for event in data_of(raw) if event["type"] == "response.output_item.done"]
    assert done[0]["encrypted_content"] == "understudy-seal:anthropic:open:s"
    assert data_of(raw)[-1]["response"]["output"] == done


@settings(max_examples=60)
@given(replies("elsewhere"), st.booleans())
def test_T51_any_answer_is_numbered_typed_and_whole(reply: Reply, metered: bool) -> None:
    events: list[Event] = [event for event in events_of(reply) if not isinstance(event, Metered)]
    events = [*events[:1], Metered(FULL), *events[1:]] if metered else events
    raw = told([*events, *([] if reply.stop else [Finished(StopReason.STOP)])])
    read = data_of(raw)
    assert [event["sequence_number"] for event in read] == list(range(len(read)))
    for event in read:
        ANY.validate_python(event)
    assert read[-1]["response"]["output"] == [e["item"] for e in read if e["type"] == "response.output_item.done"]


def test_T24_an_answer_that_was_cut_is_incomplete() -> None:
    last = data_of(told(answer(Text("Hi"), stop=StopReason.LENGTH)))[-1]
    assert last["type"] == "response.incomplete"
    assert last["response"]["incomplete_details"] == {"reason": "max_output_tokens"}
    assert last["response"]["understudy"] == {"owned": True}


def test_T22_a_free_text_call_is_told_as_its_caller_declared_it() -> None:
    request = asked(stream=True, tools=[{"type": "custom", "name": "patch"}])
    raw = told(answer(ToolCall("c", "patch", '{"input":"a\\nb"}'), stop=StopReason.TOOL_CALLS), request)
    assert kinds(raw)[2:-1] == [
        "output_item.added",
        "custom_tool_call_input.delta",
        "custom_tool_call_input.done",
        "output_item.done",
    ]
    events = data_of(raw)
    assert (events[3]["delta"], events[4]["input"]) == ("a\nb", "a\nb")
    assert reply_in(raw).parts == (ToolCall("c", "patch", '{"input":"a\\nb"}'),)


def test_a_redacted_seal_and_empty_words() -> None:
    raw = told(answer(Thinking("", "s", "openai_responses", True), Text("")))
    assert kinds(raw)[2:-1] == ["output_item.added", "output_item.done"]
    assert reply_in(raw).parts == (Thinking("", "s", "openai_responses", True),)


def test_what_has_no_form_here_is_told_as_left_out() -> None:
    writer = StreamWriter(asked(stream=True), ECHO)
    for event in answer(Opaque("server_tool_use", {}), Text("Hi", {"odd": 1})):
        writer.send(event)
    writer.send(Finished(StopReason.STOP_SEQUENCE, stop_sequence="###"))
    assert [omission.field for omission in writer.omissions] == ["output[0]", "output[1].odd", "stop_sequence"]


def test_nothing_that_looks_like_an_ending_leaves_before_the_end() -> None:
    writer = StreamWriter(asked(stream=True), ECHO)
    before = b"".join(map(writer.send, answer(Text("Hi"))))
    assert b"response.completed" not in before
    assert b'"completed"' not in before.replace(b'"status":"completed","role"', b"")


def test_a_part_opened_with_words_tells_them() -> None:
    events = answer(Text(""))
    opened: list[Event] = [events[0], PartStarted(0, Text("H")), Delta(0, "i"), *events[2:]]
    assert reply_in(told(opened)).parts == (Text("Hi"),)
