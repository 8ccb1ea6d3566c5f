"""Ids of nine places: legal ones stay, foreign ones are exchanged alike in call and result, without memory."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.openai_chat.samples import asked, body, written

from understudy.canon.messages import Message
from understudy.canon.parts import Text, ToolCall, ToolResult
from understudy.dialects.contract import Target
from understudy.dialects.openai_chat.request_reader import read_request
from understudy.dialects.openai_chat.toolids import fitted, nine

NINE = Target("m", "openai_chat", tool_ids="nine")
ANY = Target("m", "openai_chat")
LEGAL = re.compile(r"[a-zA-Z0-9]{9}")
FOREIGN = ["call_0fypS1hVX", "toolu_01A", "functions.add:0", "0", "", "a" * 64, "abcdefgh_", "abcdefghi\n", "ünïcödeée"]


@given(st.text())
def test_T9_every_id_becomes_nine_letters_and_digits_and_stays_so(call_id: str) -> None:
    made = nine(call_id)
    assert LEGAL.fullmatch(made)
    assert nine(made) == made
    assert nine(call_id) == made


@given(st.from_regex(LEGAL, fullmatch=True).filter(str.isascii))
def test_T9_a_legal_id_stays(call_id: str) -> None:
    assert nine(call_id) == call_id


def test_T9_two_ids_do_not_meet() -> None:
    many = [f"call_{number}" for number in range(100_000)]
    assert len({nine(call_id) for call_id in many}) == len(many)


@pytest.mark.parametrize("call_id", FOREIGN)
def test_T9_call_and_result_of_another_dialect_get_the_same_id(call_id: str) -> None:
    request = asked(
        Message("user", (Text("add"),)),
        Message("assistant", (ToolCall(call_id, "add", "{}"),)),
        Message("user", (ToolResult(call_id, (Text("3"),)),)),
    )
    sent, left = written(request, NINE)
    _, call, result = sent["messages"]
    assert call["tool_calls"][0]["id"] == result["tool_call_id"] == nine(call_id)
    assert left == set()
    assert written(request, ANY)[0]["messages"][2]["tool_call_id"] == call_id


def loop(call_id: str) -> dict[str, Any]:
    call = {"id": call_id, "type": "function", "function": {"name": "add", "arguments": "{}"}, "x": 1}
    messages = [
        {"role": "user", "content": "add", "y": 2},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "content": "3"},
    ]
    return {"messages": messages, "top": 1.5}


@pytest.mark.parametrize("kept", [True, False])
def test_T9_a_caller_of_this_dialect_keeps_everything_else(kept: bool) -> None:
    request = read_request(body(**loop("call_0fypS1hVX")))
    sent, left = written(request if kept else msgspec.structs.replace(request, source=b""), NINE)
    expected = loop(nine("call_0fypS1hVX"))
    assert sent["messages"] == expected["messages"]
    assert sent["top"] == 1.5
    assert left == set()


def test_legal_conversations_go_on_as_they_came() -> None:
    messages = read_request(body(**loop("abc123XYZ"))).messages
    assert fitted(messages, NINE) is messages
    assert fitted(read_request(body(**loop("call_1"))).messages, ANY) is not None


def test_T9_a_call_of_another_kind_is_exchanged_too_and_content_with_an_id_is_not() -> None:
    custom = {"id": "call_1", "type": "custom", "custom": {"name": "f", "input": "words"}}
    piece = {"type": "sticker", "id": "call_1"}
    messages = [
        {"role": "user", "content": [piece]},
        {"role": "assistant", "tool_calls": [custom]},
        {"role": "tool", "tool_call_id": "call_1", "content": "3"},
    ]
    sent, _ = written(read_request(body(messages=messages)), NINE)
    assert sent["messages"][0]["content"] == [piece]
    assert sent["messages"][1]["tool_calls"] == [{**custom, "id": nine("call_1")}]
    assert sent["messages"][2]["tool_call_id"] == nine("call_1")
