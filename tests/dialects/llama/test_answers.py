"""Whole answers, read and written; the maker's types read each of them."""

import json

import pytest
from hypothesis import given
from tests.dialects.llama.samples import CALL, ECHO, answer, checked
from tests.dialects.strategies import replies

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason
from understudy.dialects.llama.answers import read_reply, write_reply


@pytest.mark.parametrize("content", ["Hi", {"type": "text", "text": "Hi"}])
def test_L3_an_answer_is_read(content: object) -> None:
    reply = read_reply(answer(content, stop="tool_calls", tool_calls=[CALL]), "m")
    assert reply.parts == (Text("Hi"), ToolCall("call_1", "add", '{"a":1}'))
    assert (reply.id, reply.stop, reply.usage.total_in) == ("1", StopReason.TOOL_CALLS, 9)
    assert read_reply(answer(None), "m").parts == read_reply(answer(""), "m").parts == ()


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", answer(7), b'{"completion_message":7}'])
def test_what_is_no_answer_is_the_upstreams_fault(body: bytes) -> None:
    with pytest.raises(Fault) as caught:
        read_reply(body, "m")
    assert caught.value.kind is FaultKind.UPSTREAM


def test_the_same_dialects_answer_passes_with_the_extension_added() -> None:
    told = json.loads(write_reply(read_reply(answer(odd=[1]), "m"), ECHO).body)
    assert told == {**json.loads(answer(odd=[1])), "understudy": {"owned": True}}


def test_T24_T29_what_has_no_word_here_is_kept_or_told() -> None:
    parts = (Thinking("So"), Refusal("No"), Text("."), Opaque("web_search_call", {}))
    reply = Reply(id="1", model="m", dialect="x", parts=parts, stop=StopReason.REFUSAL, native_stop="refusal")
    encoded = write_reply(reply, ECHO)
    body = checked(encoded.body)
    assert body["completion_message"] == {
        "role": "assistant",
        "content": {"type": "text", "text": "No."},
        "stop_reason": "stop",
    }
    assert body["understudy"] == {"owned": True, "native_stop": "refusal"}
    assert [omission.field for omission in encoded.omissions] == ["content[0]", "content[1]", "content[3]"]


@given(replies("elsewhere"))
def test_every_answer_is_one_that_the_makers_types_read(reply: Reply) -> None:
    checked(write_reply(reply, ECHO).body)
