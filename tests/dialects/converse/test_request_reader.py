"""Requests, read: each field in its place, each fault at its field."""

from typing import Any

import pytest
from tests.dialects.converse.samples import PATH, STREAM_PATH, asked, refused

from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.request import BuiltinTool, Format, Sampling, ThinkingAsk, Tool, ToolChoice
from understudy.dialects.converse import DIALECT

ADD = {"toolSpec": {"name": "add", "description": "Adds", "inputSchema": {"json": {"type": "object"}}}}
MARK = {"cachePoint": {"type": "default"}}
SCHEMA = {"name": "n", "schema": '{"type":"object"}'}


def test_every_field_is_read() -> None:
    request = asked(
        STREAM_PATH,
        system=[{"text": "Be brief."}],
        inferenceConfig={"maxTokens": 9, "temperature": 0.5, "topP": 0.9, "stopSequences": ["x"]},
        toolConfig={"tools": [ADD, MARK], "toolChoice": {"tool": {"name": "add"}}},
        outputConfig={"textFormat": {"type": "json_schema", "structure": {"jsonSchema": SCHEMA}}},
        additionalModelRequestFields={"reasoning_config": {"type": "enabled", "budget_tokens": 2000}, "top_k": 3},
        guardrailConfig={"guardrailIdentifier": "g"},
    )
    assert (request.model, request.stream, request.stream_usage) == ("asked", True, True)
    assert request.messages[0] == Message("system", (Text("Be brief."),))
    assert (request.max_tokens, request.sampling) == (9, Sampling(temperature=0.5, top_p=0.9, stop=("x",)))
    assert request.tools == (
        Tool("add", "Adds", {"type": "object"}),
        BuiltinTool("cachePoint", MARK, optional=True),
    )
    assert request.tool_choice == ToolChoice("named", "add")
    assert request.format == Format("json_schema", "n", None, {"type": "object"}, strict=True)
    assert request.thinking == ThinkingAsk("enabled", 2000)
    assert request.extras == {
        "additionalModelRequestFields": {"top_k": 3},
        "guardrailConfig": {"guardrailIdentifier": "g"},
    }


@pytest.mark.parametrize(("body", "mode"), [({"auto": {}}, "auto"), ({"any": {}}, "required")])
def test_T18_tool_choice(body: dict[str, Any], mode: str) -> None:
    choice = asked(toolConfig={"tools": [ADD], "toolChoice": body}).tool_choice
    assert choice is not None
    assert choice.mode == mode


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": None}, "messages"),
        ({"messages": [{"role": "system", "content": []}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": "x"}]}, "messages.0.content"),
        ({"system": "x"}, "system"),
        ({"inferenceConfig": {"maxTokens": 1.5}}, "inferenceConfig.maxTokens"),
        ({"inferenceConfig": {"stopSequences": [1]}}, "inferenceConfig.stopSequences"),
        ({"toolConfig": {"tools": [{"toolSpec": {"name": "x"}}]}}, "toolConfig.tools.0.toolSpec.inputSchema"),
        ({"toolConfig": {"toolChoice": {"odd": {}}}}, "toolConfig.toolChoice"),
        (
            {"outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": "{"}}}}},
            "outputConfig.textFormat.structure.jsonSchema.schema",
        ),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], param: str) -> None:
    assert refused(lambda: asked(**fields)).param == param


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"[" * 5000])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    assert refused(DIALECT.decode_request, raw, PATH).message.startswith("The body is")
