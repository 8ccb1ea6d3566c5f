"""Requests, read: each field in its place, each fault at its field."""

from typing import Any

import pytest
from tests.dialects.llama.samples import CALL, FUNCTION, asked, refused

from understudy.canon.messages import Message
from understudy.canon.parts import Text, ToolCall, ToolResult
from understudy.canon.request import Format, Sampling, Tool, ToolChoice
from understudy.dialects.llama import DIALECT


def test_L1_every_field_is_read() -> None:
    schema = {"type": "object"}
    request = asked(
        max_completion_tokens=9,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        repetition_penalty=1.1,
        tools=[FUNCTION],
        tool_choice={"type": "function", "function": {"name": "add"}},
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": schema}},
        stream=True,
        user="u",
    )
    assert (request.model, request.max_tokens, request.stream, request.user) == ("asked", 9, True, "u")
    assert request.sampling == Sampling(temperature=0.5, top_p=0.9, top_k=3)
    assert request.tools == (Tool("add", parameters=schema),)
    assert request.tool_choice == ToolChoice("named", "add")
    assert request.format == Format("json_schema", "n", schema=schema)
    assert request.extras == {"repetition_penalty": 1.1}
    assert asked(tool_choice="required").tool_choice == ToolChoice("required")
    assert asked(response_format={"type": "text"}).format == Format("text")


def test_L2_roles() -> None:
    turn = {
        "role": "assistant",
        "content": {"type": "text", "text": "On it"},
        "tool_calls": [CALL],
        "stop_reason": "stop",
    }
    result = {"role": "tool", "tool_call_id": "call_1", "content": "2"}
    request = asked(messages=[{"role": "system", "content": "Be brief."}, turn, result])
    assert request.messages == (
        Message("system", (Text("Be brief."),), plain=True),
        Message("assistant", (Text("On it"), ToolCall("call_1", "add", '{"a":1}'))),
        Message("tool", (ToolResult("call_1", (Text("2"),), plain=True),)),
    )
    assert asked(messages=[{"role": "assistant", "tool_calls": [CALL]}]).messages[0].parts[0] == ToolCall(
        "call_1", "add", '{"a":1}'
    )


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"model": None}, "model"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tool_choice": "any"}, "tool_choice"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"top_k": "x"}, "top_k"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], param: str) -> None:
    assert refused(lambda: asked(**fields)).param == param


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"[" * 5000])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    assert refused(DIALECT.decode_request, raw).message.startswith("The body is")
