from typing import Any

import pytest
from tests.dialects.gemini.samples import STREAM_PATH, asked, body

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Text, ToolCall, ToolResult
from understudy.canon.request import BuiltinTool, Tool


def test_what_stands_in_the_address_and_in_the_body_is_one_request() -> None:
    request = asked(
        body(
            system_instruction={"parts": [{"text": "Be brief."}], "role": "user"},
            generationConfig={
                "maxOutputTokens": 5,
                "topK": 4.0,
                "stopSequences": ["x"],
                "responseModalities": ["TEXT"],
            },
            safetySettings=[],
        ),
        STREAM_PATH,
    )
    assert (request.model, request.streamed, request.max_tokens, request.sampling.top_k) == ("asked", True, 5, 4)
    assert [(message.role, message.parts) for message in request.messages] == [
        ("system", (Text("Be brief."),)),
        ("user", (Text("Hello"),)),
    ]
    assert request.extras == {"safetySettings": [], "generationConfig": {"responseModalities": ["TEXT"]}}


def test_T10_results_without_ids_are_paired_by_name_and_order() -> None:
    call: dict[str, Any]
    other: dict[str, Any]
    call, other = ({"functionCall": {"name": name, "args": {}}} for name in ("f", "g"))
    done = [{"functionResponse": {"name": name, "response": {"output": name}}} for name in ("g", "f", "f")]
    request = asked(body(contents=[{"role": "model", "parts": [call, other, call]}, {"parts": done}]))
    calls = [part for part in request.messages[0].parts if isinstance(part, ToolCall)]
    results = [part for part in request.messages[1].parts if isinstance(part, ToolResult)]
    assert [result.call_id for result in results] == [calls[1].id, calls[0].id, calls[2].id]
    assert len({one.id for one in calls}) == 3


def test_T12_results_with_ids_keep_them() -> None:
    contents = [
        {"role": "model", "parts": [{"functionCall": {"id": name, "name": "f"}} for name in ("a", "b")]},
        {"role": "function", "parts": [{"functionResponse": {"id": "b", "name": "f", "response": {}}}]},
    ]  # fmt: skip
    (result,) = asked(body(contents=contents)).messages[1].parts
    assert isinstance(result, ToolResult)
    assert result.call_id == "b"


def test_tools_of_both_forms_and_the_providers_own() -> None:
    old = {"name": "f", "parameters": {"type": "OBJECT"}}
    new = {"name": "g", "description": "d", "parametersJsonSchema": {"type": "object"}}
    request = asked(body(tools=[{"functionDeclarations": [old, new]}, {"googleSearch": {}}]))
    assert request.tools == (
        Tool("f", None, {"type": "object"}),
        Tool("g", "d", {"type": "object"}),
        BuiltinTool("googleSearch", {"googleSearch": {}}),
    )


@pytest.mark.parametrize(
    ("config", "mode", "name"),
    [
        ({"mode": "ANY"}, "required", None),
        ({"mode": "ANY", "allowedFunctionNames": ["f"]}, "named", "f"),
        ({"mode": "ANY", "allowedFunctionNames": ["f", "g"]}, "required", None),
        ({"mode": "NONE"}, "none", None),
        ({"mode": "VALIDATED"}, "auto", None),
    ],
)
def test_T18_tool_choices(config: dict[str, object], mode: str, name: str | None) -> None:
    choice = asked(body(toolConfig={"functionCallingConfig": config, "more": 1})).tool_choice
    assert choice is not None
    assert (choice.mode, choice.name) == (mode, name)


@pytest.mark.parametrize(
    ("config", "mode", "budget", "effort"),
    [
        ({"thinkingBudget": 0}, "disabled", None, None),
        ({"thinkingBudget": -1}, "adaptive", None, None),
        ({"thinkingBudget": 512}, "enabled", 512, None),
        ({"thinkingLevel": "HIGH"}, None, None, "high"),
    ],
)
def test_T42_how_much_to_think(config: dict[str, object], mode: str, budget: int, effort: str) -> None:
    ask = asked(body(generationConfig={"thinkingConfig": config})).thinking
    assert ask is not None
    assert (ask.mode, ask.budget_tokens, ask.effort) == (mode, budget, effort)


def test_T65_both_forms_of_a_schema() -> None:
    for field, schema in (("responseSchema", {"type": "OBJECT"}), ("response_json_schema", {"type": "object"})):
        form = asked(body(generationConfig={"responseMimeType": "application/json", field: schema})).format
        assert form is not None
        assert (form.kind, form.schema) == ("json_schema", {"type": "object"})
    only = asked(body(generationConfig={"response_mime_type": "application/json"})).format
    assert only is not None
    assert only.kind == "json_object"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ({}, "contents: is required"),
        (body(contents=[{"role": "alien", "parts": []}]), r"contents\[0\]\.role"),
        (body(contents=[{"parts": [{"functionCall": {}}]}]), r"contents\[0\]\.parts\[0\]\.functionCall\.name"),
        (body(generationConfig={"maxOutputTokens": "5"}), "generationConfig.maxOutputTokens: must be an integer"),
        (body(tools={}), "tools: must be an array"),
    ],
)
def test_a_wrong_field_is_named(value: dict[str, object], word: str) -> None:
    with pytest.raises(Fault, match=word) as fault:
        asked(value)
    assert fault.value.kind is FaultKind.BAD_REQUEST
