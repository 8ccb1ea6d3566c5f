"""Streams, read: in any cut, calls without numbers, and broken ones."""

from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.llama.samples import METRICS, call, event, events_in, reply_in

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Text, ToolCall
from understudy.canon.reply import Failed, Finished, StopReason
from understudy.dialects.llama import DIALECT

STREAM = b"".join(
    (
        event("start"),
        event("progress", "H"),
        event("progress", "i"),
        call("", call_id="a", name="add"),
        call('{"a":1}'),
        call('{"b":', call_id="b", name="sub"),
        call("2}", call_id="b"),
        event("complete", stop_reason="tool_calls"),
        event("metrics", metrics=METRICS),
    )
)


@given(st.integers(1, 80))
def test_T47_any_cut_gives_the_same_answer(step: int) -> None:
    assert events_in(STREAM, step=step) == events_in(STREAM)


def test_L4_a_stream_is_read() -> None:
    reply = reply_in(STREAM)
    assert reply.parts == (Text("Hi"), ToolCall("a", "add", '{"a":1}'), ToolCall("b", "sub", '{"b":2}'))
    assert (reply.id, reply.stop, reply.usage.total_in) == ("1", StopReason.TOOL_CALLS, 9)
    frames = DIALECT.reply_decoder("m").feed(STREAM)
    assert [frame.terminal for frame in frames[-2:]] == [False, True]


def test_a_call_without_an_id_gets_one_of_its_place() -> None:
    raw = event("start") + call("{}", name="add") + event("complete", stop_reason="stop")
    assert reply_in(raw).parts == (ToolCall("call_0", "add", "{}"),)


def test_T50_a_stream_that_was_cut_has_no_finish() -> None:
    assert not any(isinstance(told, Finished) for told in events_in(STREAM[: STREAM.index(b"stop_reason")]))


def test_T53_an_error_ends_the_answer() -> None:
    error = b'event: error\ndata: {"error":{"message":"slow","type":"rate_limit_error"}}\n\n'
    told = events_in(event("start") + error + event("complete", stop_reason="stop"))
    assert told[-1] == Failed("slow", FaultKind.RATE_LIMITED, "rate_limit_error")


def test_T52_comments_and_garbage_tell_nothing() -> None:
    frames = DIALECT.reply_decoder("m").feed(b": hi\n\ndata: {oops\n\ndata: {}\n\n")
    assert [(frame.events, frame.malformed) for frame in frames] == [((), False), ((), True), ((), False)]
