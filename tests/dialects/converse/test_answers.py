"""Whole answers, read and written."""

import json

import pytest
from tests.dialects.converse.samples import CALL, ECHO, THOUGHT, answer

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason
from understudy.dialects.converse.answers import read_reply, write_reply


def test_an_answer_is_read() -> None:
    reply = read_reply(answer(THOUGHT, {"text": "Hi"}, CALL, stop="tool_use"), "anthropic")
    assert reply.parts == (
        Thinking("So", "c2VhbA==", "anthropic"),
        Text("Hi"),
        ToolCall("tooluse_1", "add", '{"a":1}'),
    )
    assert (reply.stop, reply.native_stop, reply.usage.total_in) == (StopReason.TOOL_CALLS, "tool_use", 9)


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"output":{"message":{}}}', answer({"toolUse": {}})])
def test_what_is_no_answer_is_the_upstreams_fault(body: bytes) -> None:
    with pytest.raises(Fault) as caught:
        read_reply(body, "m")
    assert caught.value.kind is FaultKind.UPSTREAM


def test_a_picture_is_told_as_what_nobody_else_has() -> None:
    picture = {"image": {"format": "png", "source": {"bytes": "aGk="}}}
    assert read_reply(answer(picture), "m").parts == (Opaque("media", picture),)


def test_the_same_dialects_answer_passes_with_the_extension_added() -> None:
    raw = answer({"text": "Hi"}, odd=[1])
    told = json.loads(write_reply(read_reply(raw, "m"), ECHO).body)
    assert told == {**json.loads(raw), "understudy": {"owned": True}}


def test_T25_T37_what_has_no_word_here_is_kept_or_told() -> None:
    parts = (
        Thinking("So", "s", "gemini"),
        Thinking("", "t", "gemini", True),
        Thinking("Then", "u", "anthropic"),
        Text(""),
        Opaque("web_search_call", {}),
        ToolCall("c", "f", "{"),
    )
    reply = Reply(id="1", model="m", dialect="x", parts=parts, stop=StopReason.PAUSE, native_stop="pause_turn")
    encoded = write_reply(reply, ECHO)
    body = json.loads(encoded.body)
    assert body["output"]["message"]["content"] == [
        {"reasoningContent": {"reasoningText": {"text": "So"}}},
        {"reasoningContent": {"reasoningText": {"text": "Then", "signature": "u"}}},
        {"toolUse": {"toolUseId": "c", "name": "f", "input": {}}},
    ]
    assert body["understudy"] == {"owned": True, "native_stop": "pause_turn"}
    assert [omission.field.removeprefix("output.message.content.") for omission in encoded.omissions] == [
        "0.seal",
        "1.seal",
        "4",
        "5.arguments",
    ]


def test_T14_a_call_whose_arguments_are_cut_off_is_no_stop_for_tools() -> None:
    for arguments, word in (('{"a":', "max_tokens"), ("{}", "tool_use")):
        call = ToolCall("c", "add", arguments)
        reply = Reply(id="1", model="m", dialect="x", parts=(call,), stop=StopReason.TOOL_CALLS)
        assert json.loads(write_reply(reply, ECHO).body)["stopReason"] == word


def test_T29_a_refusal_without_a_word_is_one_as_it_is_in_a_stream() -> None:
    reply = Reply(id="a", model="m", dialect="openai_chat", parts=(Refusal(""),), stop=StopReason.STOP)
    assert json.loads(write_reply(reply, ECHO).body)["stopReason"] == "content_filtered"
