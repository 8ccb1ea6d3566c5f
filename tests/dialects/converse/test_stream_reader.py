"""Streams, read: in any cut, with blocks that begin silently, and broken ones."""

from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.converse.samples import CALL, CLOSING, OPENING, delta, ended, events_in, reply_in, told

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Opaque, Text, Thinking, ToolCall
from understudy.canon.reply import Failed, Finished, StopReason
from understudy.dialects.converse import DIALECT
from understudy.dialects.eventstream import message_bytes

BEGUN = told("contentBlockStart", contentBlockIndex=2, start={"toolUse": {"toolUseId": "c", "name": "add"}})
STREAM = b"".join(
    (
        OPENING,
        delta(0, reasoningContent={"text": "So"}),
        delta(0, reasoningContent={"signature": "s"}),
        ended(0),
        delta(1, text="H"),
        delta(1, text="i"),
        ended(1),
        BEGUN,
        delta(2, toolUse={"input": '{"a"'}),
        delta(2, toolUse={"input": ":1}"}),
        ended(2),
        told("messageStop", stopReason="tool_use"),
        told("metadata", usage={"inputTokens": 3, "outputTokens": 5}),
    )
)


@given(st.integers(1, 80))
def test_T47_any_cut_gives_the_same_answer(step: int) -> None:
    assert events_in(STREAM, step=step) == events_in(STREAM)


def test_a_stream_is_read() -> None:
    reply = reply_in(STREAM)
    assert reply.parts == (Thinking("So", "s", "anthropic"), Text("Hi"), ToolCall("c", "add", '{"a":1}'))
    assert (reply.stop, reply.usage.total_in) == (StopReason.TOOL_CALLS, 3)


def test_the_answer_is_complete_before_its_usage_and_over_with_it() -> None:
    frames = DIALECT.reply_decoder("m").feed(STREAM)
    assert [frame.terminal for frame in frames[-2:]] == [False, True]
    assert any(isinstance(event, Finished) for event in frames[-2].events)
    assert b"".join(frame.raw for frame in frames) == STREAM


def test_T37_a_seal_alone_is_thinking_of_its_own() -> None:
    raw = OPENING + delta(0, reasoningContent={"redactedContent": "eA=="}) + ended(0) + CLOSING
    assert reply_in(raw).parts == (Thinking("", "eA==", "anthropic", redacted=True),)


def test_blocks_that_only_this_dialect_knows_are_told_whole() -> None:
    start = {"toolUse": {**CALL["toolUse"], "type": "server_tool_use"}}
    raw = OPENING + told("contentBlockStart", contentBlockIndex=0, start=start)
    raw += delta(0, toolUse={"input": "{}"}) + ended(0) + CLOSING
    assert reply_in(raw).parts == (Opaque("toolUse", start),)


def test_blocks_left_open_end_with_the_answer() -> None:
    assert reply_in(OPENING + delta(0, text="Hi") + CLOSING).parts == (Text("Hi"),)


def test_T50_a_stream_that_was_cut_has_no_finish() -> None:
    for cut in (len(STREAM) // 2, STREAM.index(b"messageStop")):
        assert not any(isinstance(event, Finished) for event in events_in(STREAM[:cut]))


def test_T53_an_exception_ends_the_answer() -> None:
    body = message_bytes("exception", "throttlingException", b'{"message":"slow"}')
    assert events_in(OPENING + body + CLOSING)[-1] == Failed("slow", FaultKind.RATE_LIMITED, "throttlingException")
    bare = message_bytes("exception", "internalServerException", b"{}")
    (failed,) = events_in(bare)
    assert isinstance(failed, Failed)
    assert failed.message


def test_unknown_events_and_payloads_that_are_no_json_tell_nothing() -> None:
    frames = DIALECT.reply_decoder("m").feed(told("ping") + message_bytes("event", "contentBlockDelta", b"{"))
    assert [(frame.events, frame.malformed) for frame in frames] == [((), False), ((), True)]


def test_words_of_a_wrong_type_are_malformed_and_the_rest_goes_on() -> None:
    frames = DIALECT.reply_decoder("m").feed(OPENING + delta(0, text=5) + delta(0, text="Hi", p="abc") + delta(0))
    assert [frame.malformed for frame in frames] == [False, True, False, False]
    assert [len(frame.events) for frame in frames] == [1, 0, 2, 0]
