"""Items of input, read into messages."""

from typing import Any

import pytest
from tests.dialects.openai_responses.samples import CALL, SAID, THOUGHT, refused

from understudy.canon.messages import Message
from understudy.canon.parts import Opaque, Text, Thinking, ToolCall, ToolResult
from understudy.dialects.openai_responses.items import read_input


def test_a_text_is_the_users() -> None:
    assert read_input("Hello", "input") == (Message("user", (Text("Hello"),), plain=True),)


def test_T39_steps_that_follow_one_another_are_one_turn() -> None:
    output = {"type": "function_call_output", "call_id": "call_1", "output": "2"}
    ask = {"role": "user", "content": [{"type": "input_text", "text": "Add"}]}
    assert read_input([ask, THOUGHT, SAID, CALL, output], "input") == (
        Message("user", (Text("Add"),)),
        Message(
            "assistant",
            (Thinking("So then.", "gAAA", "openai_responses"), Text("Hi"), ToolCall("call_1", "add", '{"a":1}')),
        ),
        Message("tool", (ToolResult("call_1", (Text("2"),), plain=True),)),
    )


def test_T20_an_output_may_hold_pieces() -> None:
    output = {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "2"}]}
    assert read_input([output], "input")[0].parts == (ToolResult("c", (Text("2"),)),)


def test_T22_a_call_of_free_text_is_a_function_with_it() -> None:
    call = {"type": "custom_tool_call", "call_id": "c", "name": "patch", "input": "a\nb"}
    assert read_input([call], "input")[0].parts == (ToolCall("c", "patch", '{"input":"a\\nb"}'),)


def test_W9_a_call_in_a_namespace_has_the_flat_name() -> None:
    assert read_input([{**CALL, "namespace": "crm"}], "input")[0].parts == (ToolCall("call_1", "crm__add", '{"a":1}'),)


def test_T37_reasoning_sealed_elsewhere_names_its_maker() -> None:
    sealed = {"type": "reasoning", "summary": [], "encrypted_content": "understudy-seal:gemini:redacted:abc"}
    assert read_input([sealed], "input")[0].parts == (Thinking("", "abc", "gemini", True),)


def test_a_step_that_only_this_dialect_knows_is_opaque() -> None:
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    assert read_input([search], "input") == (Message("assistant", (Opaque("web_search_call", search),)),)


@pytest.mark.parametrize(
    ("item", "param"),
    [
        ({"role": "robot", "content": "x"}, "input[0].role"),
        ({"role": "user"}, "input[0].content"),
        ({"role": "user", "content": [{"text": "x"}]}, "input[0].content[0].type"),
        ({"type": "function_call", "call_id": "c"}, "input[0].name"),
        ({"type": "function_call_output", "output": "x"}, "input[0].call_id"),
        ({"type": "function_call_output", "call_id": "c"}, "input[0].output"),
        (7, "input[0]"),
    ],
)
def test_a_wrong_item_is_refused_at_its_place(item: Any, param: str) -> None:
    assert refused(read_input, [item], "input").param == param
