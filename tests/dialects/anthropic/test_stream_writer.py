"""What a caller of this dialect gets for events of any: strict order, and no ending before its time."""

import pytest
from tests.dialects.anthropic.samples import ECHO, STREAMS, asked, data_of, events_of_frames, frames_of, reply_in, told

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
    Reply,
    Sealed,
    Started,
    StopReason,
    events_of,
)
from understudy.canon.usage import Usage
from understudy.dialects.anthropic import DIALECT
from understudy.dialects.contract import Echo

BEGUN = Started("chatcmpl-1", "their-model", "openai_chat")
DONE = Finished(StopReason.STOP, "stop")


def parts(*events: Event, end: Finished = DONE) -> bytes:
    return told([BEGUN, *events, end])


@pytest.mark.parametrize("name", ["text", "thinking", "tools", "empty"])
def test_own_streams_are_told_again_without_a_loss(name: str) -> None:
    events = events_of_frames(frames_of(STREAMS[name]))
    again = reply_in(told(events))
    assert again.parts == reply_in(STREAMS[name]).parts
    assert (again.stop, again.usage) == (reply_in(STREAMS[name]).stop, reply_in(STREAMS[name]).usage)


def test_T48_the_order_of_events() -> None:
    told_events = data_of(
        parts(
            PartStarted(0, Text("")),
            Delta(0, "Hi"),
            PartEnded(0),
            PartStarted(1, ToolCall("call_1", "f")),
            Delta(1, '{"a":'),
            Delta(1, "1}"),
            PartEnded(1),
            Metered(Usage(uncached_in=3, cache_read=2, out=5)),
        )
    )
    assert [event["type"] for event in told_events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert told_events[0]["message"] == {
        "id": "chatcmpl-1",
        "type": "message",
        "role": "assistant",
        "model": "asked-model",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
    assert told_events[4]["content_block"] == {"type": "tool_use", "id": "call_1", "name": "f", "input": {}}
    assert told_events[5]["delta"] == {"type": "input_json_delta", "partial_json": '{"a":'}
    assert told_events[8]["usage"] == {"input_tokens": 3, "output_tokens": 5, "cache_read_input_tokens": 2}


def test_T26_a_plain_stop_with_calls_is_tool_use() -> None:
    call = (PartStarted(0, ToolCall("a", "f")), Delta(0, "{}"), PartEnded(0))
    assert data_of(parts(*call))[-2]["delta"]["stop_reason"] == "tool_use"


@pytest.mark.parametrize("arguments", ['{"city": "Os', "[1]"])
def test_T14_T71_a_cut_call_stops_for_length_so_that_nobody_runs_it(arguments: str) -> None:
    events = (PartStarted(0, ToolCall("a", "f")), Delta(0, arguments), PartEnded(0))
    streamed = data_of(parts(*events, end=Finished(StopReason.TOOL_CALLS, "tool_calls")))
    assert streamed[-2]["delta"]["stop_reason"] == "max_tokens"
    assert streamed[2]["delta"]["partial_json"] == arguments


def test_R8_interleaved_calls_come_out_one_after_the_other() -> None:
    raw = parts(
        PartStarted(0, Text("")),
        PartStarted(1, ToolCall("a", "f")),
        Delta(1, '{"x":'),
        Delta(0, "Calling"),
        PartStarted(2, ToolCall("b", "g")),
        Delta(2, '{"y"'),
        PartEnded(0),
        Delta(1, "1}"),
        Delta(2, ":2}"),
        PartEnded(2),
        PartEnded(1),
    )
    assert reply_in(raw).parts == (Text("Calling"), ToolCall("a", "f", '{"x":1}'), ToolCall("b", "g", '{"y":2}'))
    told_events = data_of(raw)
    indexes = [event["index"] for event in told_events if "index" in event]
    assert indexes == sorted(indexes)


def test_the_part_being_told_is_not_held_back() -> None:
    writer = DIALECT.reply_encoder(asked(), ECHO)
    for event in (BEGUN, PartStarted(0, ToolCall("a", "f")), PartStarted(1, ToolCall("b", "g"))):
        writer.send(event)
    assert b'"partial_json":"{"' in writer.send(Delta(0, "{"))
    assert writer.send(Delta(1, "{")) == b""
    assert writer.send(PartEnded(1)) == b""
    released = data_of(writer.send(PartEnded(0)))
    assert [event["type"].removeprefix("content_block_") for event in released] == ["stop", "start", "delta", "stop"]


def test_many_waiting_parts_are_released_without_recursion() -> None:
    count = 3000
    calls = [event for n in range(1, count) for event in (PartStarted(n, ToolCall(f"c{n}", "f")), PartEnded(n))]
    raw = parts(PartStarted(0, ToolCall("c0", "f")), *calls, PartEnded(0))
    assert len(reply_in(raw).parts) == count


def test_R9_empty_text_makes_no_block_and_takes_no_index() -> None:
    raw = parts(
        PartStarted(0, Text("")),
        Delta(0, ""),
        PartEnded(0),
        PartStarted(1, Thinking()),
        PartEnded(1),
        PartStarted(2, Refusal("")),
        Delta(2, "No."),
        PartEnded(2),
        end=Finished(StopReason.REFUSAL, "content_filter"),
    )
    told_events = data_of(raw)
    assert [event.get("index") for event in told_events[1:-2]] == [0, 0, 0]
    assert told_events[1]["content_block"] == {"type": "text", "text": ""}
    assert told_events[-2]["delta"]["stop_reason"] == "refusal"


def test_T49_an_answer_without_parts_has_no_block() -> None:
    assert [event["type"] for event in data_of(parts())] == ["message_start", "message_delta", "message_stop"]


def test_T38_a_foreign_seal_bears_its_makers_name() -> None:
    writer = DIALECT.reply_encoder(asked(), ECHO)
    events = (
        BEGUN,
        PartStarted(0, Thinking()),
        Delta(0, "Hm"),
        Sealed(0, "s", "gemini"),
        PartEnded(0),
        PartStarted(1, Thinking(redacted=True)),
        Sealed(1, "s", "gemini"),
        PartEnded(1),
    )
    raw = b"".join(writer.send(event) for event in events)
    assert data_of(raw)[1]["content_block"] == {"type": "thinking", "thinking": "", "signature": ""}
    assert data_of(raw)[3]["delta"] == {"type": "signature_delta", "signature": "understudy-seal:gemini:open:s"}
    hidden = {"type": "redacted_thinking", "data": "understudy-seal:gemini:redacted:s"}
    assert data_of(raw)[5]["content_block"] == hidden
    assert writer.omissions == ()


def test_thinking_that_is_only_a_seal_is_told() -> None:
    reply = Reply(id="a", model="m", dialect="x", parts=(Thinking("", "s", "anthropic"),), stop=StopReason.STOP)
    assert reply_in(told(list(events_of(reply)))).parts == reply.parts


def test_an_opaque_part_passes_in_its_own_dialect_only() -> None:
    part = Opaque("server_tool_use", {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})
    own = Reply(id="a", model="m", dialect="anthropic", parts=(part,), stop=StopReason.STOP)
    assert reply_in(told(list(events_of(own)))).parts == (part,)
    writer = DIALECT.reply_encoder(asked(), ECHO)
    for event in (BEGUN, PartStarted(0, part), PartEnded(0)):
        writer.send(event)
    assert [omission.field for omission in writer.omissions] == ["content.0"]


def test_R1_nothing_that_looks_like_an_ending_leaves_before_the_end() -> None:
    writer = DIALECT.reply_encoder(asked(), ECHO)
    events = (BEGUN, PartStarted(0, Text("")), Delta(0, "Hi"), PartEnded(0), Metered(Usage(out=1)), DONE)
    raw = b"".join(writer.send(event) for event in events)
    assert b"message_delta" not in raw
    assert b"message_stop" not in raw
    assert b"stop_reason" not in raw.replace(b'"stop_reason":null', b"")
    assert writer.send(Failed("broke", FaultKind.UPSTREAM)) == b""


def test_R24_the_extension_is_on_message_delta() -> None:
    extension = {"cost_nano_usd": 12}
    assert data_of(told([BEGUN, DONE], Echo("m", extension)))[-2]["understudy"] == extension
    assert "understudy" not in data_of(told([BEGUN, DONE]))[-2]


def test_T25_an_unknown_stop_word_ends_the_turn_and_is_kept_in_the_extension() -> None:
    ending = data_of(parts(end=Finished(StopReason.OTHER, "eos")))[-2]
    assert ending["delta"]["stop_reason"] == "end_turn"
    assert ending["understudy"] == {"native_stop": "eos"}


def test_usage_that_nobody_told_is_null() -> None:
    assert data_of(parts())[-2]["usage"] == {"input_tokens": None, "output_tokens": None}


def test_T9_illegal_ids_reach_the_caller_spelt_and_come_back_as_they_were() -> None:
    raw = parts(PartStarted(0, ToolCall("functions.add:0", "add")), Delta(0, "{}"), PartEnded(0))
    call = data_of(raw)[1]["content_block"]
    assert call["id"] != "functions.add:0"
    result = {"type": "tool_result", "tool_use_id": call["id"]}
    again = DIALECT.decode_request(
        b'{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"%s"}]}]}'
        % result["tool_use_id"].encode()
    )
    assert again.messages[0].parts[0].call_id == "functions.add:0"  # type: ignore[union-attr]
