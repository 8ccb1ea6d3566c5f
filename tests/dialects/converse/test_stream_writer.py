"""Streams, written: the order of messages, as the maker's own library reads them."""

from tests.dialects.converse.samples import ECHO, USAGE, read_by_aws, reply_in

from understudy.canon.parts import Opaque, Text, Thinking, ToolCall
from understudy.canon.reply import Delta, Event, PartStarted, Reply, Sealed, StopReason, events_of
from understudy.canon.usage import Usage
from understudy.dialects.converse.stream_writer import StreamWriter

FULL = Usage(3, 4, 2, None, 5)


def events(*parts: object, stop: StopReason = StopReason.STOP, dialect: str = "elsewhere") -> list[Event]:
    return list(events_of(Reply(id="1", model="m", dialect=dialect, parts=parts, stop=stop, usage=FULL)))  # type: ignore[arg-type]


def told(writer: StreamWriter, given: list[Event]) -> bytes:
    return b"".join(map(writer.send, given)) + writer.end(ECHO)


def test_blocks_come_one_by_one_with_indexes_without_a_gap() -> None:
    raw = told(StreamWriter(ECHO), events(Text("Hi"), Text(""), ToolCall("c", "add", '{"a":1}')))
    read = read_by_aws(raw)
    assert [(name, body.get("contentBlockIndex")) for name, body in read] == [
        ("messageStart", None),
        ("contentBlockDelta", 0),
        ("contentBlockStop", 0),
        ("contentBlockStart", 1),
        ("contentBlockDelta", 1),
        ("contentBlockStop", 1),
        ("messageStop", None),
        ("metadata", None),
    ]
    # T26: a plain stop beside a call is a stop for it.
    assert read[-2][1] == {"stopReason": "tool_use"}
    assert read[-1][1] == {"usage": USAGE, "metrics": {"latencyMs": 0}, "understudy": {"owned": True}}
    assert reply_in(raw).parts == (Text("Hi"), ToolCall("c", "add", '{"a":1}'))


def test_T37_claudes_seals_are_told_and_others_left_behind() -> None:
    writer = StreamWriter(ECHO)
    thinking = (Thinking("So", "s", "anthropic"), Thinking("", "eA==", "anthropic", True), Thinking("x", "t", "gemini"))
    raw = told(writer, events(*thinking))
    assert reply_in(raw).parts == (*thinking[:2], Thinking("x"))
    assert [omission.field for omission in writer.omissions] == ["output.message.content.2.seal"]


def test_what_has_no_form_in_a_stream_is_told() -> None:
    writer = StreamWriter(ECHO)
    assert reply_in(told(writer, events(Opaque("image", {}), Text("Hi", {"odd": 1})))).parts == (Text("Hi"),)
    assert [omission.field for omission in writer.omissions] == [
        "output.message.content.0",
        "output.message.content.1.odd",
    ]


def test_a_part_opened_with_words_and_a_seal_tells_them() -> None:
    first, *_ = events(Text(""))
    opened: list[Event] = [first, PartStarted(0, Thinking("S")), Delta(0, "o"), Sealed(0, "s", "anthropic")]
    raw = b"".join(map(StreamWriter(ECHO).send, opened))
    assert [body["delta"] for name, body in read_by_aws(raw) if name == "contentBlockDelta"] == [
        {"reasoningContent": {"text": "S"}},
        {"reasoningContent": {"text": "o"}},
        {"reasoningContent": {"signature": "s"}},
    ]


def test_T14_a_call_whose_arguments_are_cut_off_is_no_stop_for_tools() -> None:
    for arguments, word in (('{"a":', "max_tokens"), ("{}", "tool_use")):
        call = ToolCall("c", "add", arguments)
        read = read_by_aws(told(StreamWriter(ECHO), events(call, stop=StopReason.TOOL_CALLS)))
        assert read[-2][1] == {"stopReason": word}
