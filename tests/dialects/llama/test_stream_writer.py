"""Streams, written: the order of events, which the maker's types read."""

from hypothesis import given
from tests.dialects.llama.samples import ECHO, METRICS, data_of, reply_in
from tests.dialects.strategies import replies

from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Event, Reply, StopReason, events_of
from understudy.canon.usage import Usage
from understudy.dialects.llama.answers import write_reply
from understudy.dialects.llama.stream_writer import StreamWriter


def events(*parts: ReplyPart, stop: StopReason = StopReason.STOP) -> list[Event]:
    usage = Usage(5, 4, None, None, 5)
    return list(events_of(Reply(id="1", model="m", dialect="x", parts=parts, stop=stop, native_stop="n", usage=usage)))


def told(writer: StreamWriter, given: list[Event]) -> bytes:
    return b"".join(map(writer.send, given)) + writer.end(ECHO)


def test_L4_words_and_calls_in_order_and_no_closing_line() -> None:
    raw = told(StreamWriter(ECHO), events(Text("Hi"), ToolCall("c", "add", '{"a":1}')))
    read = [one["event"] for one in data_of(raw)]
    assert [one["event_type"] for one in read] == ["start", "progress", "progress", "progress", "complete", "metrics"]
    assert [one["delta"] for one in read[1:4]] == [
        {"type": "text", "text": "Hi"},
        {"type": "tool_call", "id": "c", "function": {"name": "add", "arguments": ""}},
        {"type": "tool_call", "id": "c", "function": {"arguments": '{"a":1}'}},
    ]
    assert read[4]["stop_reason"] == "tool_calls"
    assert read[5]["metrics"] == METRICS
    assert data_of(raw)[-1]["understudy"] == {"owned": True}
    assert b"[DONE]" not in raw
    assert reply_in(raw).parts == (Text("Hi"), ToolCall("c", "add", '{"a":1}'))


def test_what_has_no_form_here_is_told() -> None:
    writer = StreamWriter(ECHO)
    raw = told(writer, events(Thinking("So", "s", "m"), Opaque("x", {}), Refusal("No"), stop=StopReason.REFUSAL))
    assert reply_in(raw).parts == (Text("No"),)
    assert [omission.field for omission in writer.omissions] == ["content[0]", "content[1]", "content[2]"]
    assert data_of(raw)[-1]["understudy"]["native_stop"] == "n"


@given(replies("elsewhere"))
def test_every_stream_is_one_that_the_makers_types_read(reply: Reply) -> None:
    assert data_of(told(StreamWriter(ECHO), list(events_of(reply))))


def test_T14_a_call_whose_arguments_are_cut_off_is_no_stop_for_tools() -> None:
    for arguments, word in (('{"a":', "length"), ("{}", "tool_calls")):
        call = ToolCall("c", "add", arguments)
        raw = told(StreamWriter(ECHO), events(call, stop=StopReason.TOOL_CALLS))
        assert f'"stop_reason":"{word}"'.encode() in raw
        reply = Reply(id="1", model="m", dialect="x", parts=(call,), stop=StopReason.TOOL_CALLS)
        assert f'"stop_reason":"{word}"'.encode() in write_reply(reply, ECHO).body


def test_T15_a_call_without_arguments_is_told_with_none_rather_than_nothing() -> None:
    raw = told(StreamWriter(ECHO), events(ToolCall("c", "add", ""), ToolCall("d", "add", '{"a":1}')))
    assert reply_in(raw).parts == (ToolCall("c", "add", "{}"), ToolCall("d", "add", '{"a":1}'))
