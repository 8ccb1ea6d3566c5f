"""Requests for an upstream of this dialect, each checked by the maker's own library."""

import json

import msgspec
from tests.dialects.converse.samples import (
    CALL,
    ELSEWHERE,
    PATH,
    TARGET,
    asked,
    from_chat,
    left_out,
    refused,
    said,
    sent,
)

from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.request import ThinkingAsk
from understudy.dialects.contract import Target
from understudy.dialects.converse import DIALECT

ADD = {"type": "function", "function": {"name": "add", "parameters": {"properties": {}}, "strict": True}}


def test_a_callers_own_body_goes_as_it_came() -> None:
    raw = b'{"zeta":1,"messages":[{"role":"user","content":[{"text":"x"}]}],"odd":[1.50]}'
    request = DIALECT.decode_request(raw, PATH)
    assert DIALECT.encode_request(request, TARGET).body == raw
    assert DIALECT.path_to(request, TARGET) == "/model/up-1%3A0/converse"
    refusing = Target("m", "anthropic", unsupported=("odd",))
    assert left_out(request, refusing) == ["odd"]


def test_every_knob_that_has_a_place_here_is_told() -> None:
    request = from_chat(
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        stop=["x"],
        tools=[ADD],
        tool_choice="required",
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
    )
    body = sent(request)
    assert body["inferenceConfig"] == {"maxTokens": 9, "temperature": 0.5, "topP": 0.9, "stopSequences": ["x"]}
    spec = {"name": "add", "inputSchema": {"json": {"type": "object", "properties": {}}}}
    assert body["toolConfig"] == {"tools": [{"toolSpec": spec}], "toolChoice": {"any": {}}}
    form = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert (form["name"], json.loads(form["schema"])) == ("n", {"type": "object"})
    assert left_out(request) == ["tools.0.strict"]
    named = from_chat(tools=[ADD], tool_choice={"type": "function", "function": {"name": "add"}})
    assert sent(named)["toolConfig"]["toolChoice"] == {"tool": {"name": "add"}}


def test_T61_T62_T63_limits_and_absent_knobs() -> None:
    request = from_chat(temperature=1.5, seed=1, top_k=2, user="u", parallel_tool_calls=False, logprobs=False)
    assert sent(request)["inferenceConfig"]["temperature"] == 1
    assert left_out(request) == ["temperature", "top_k", "seed", "parallel_tools", "user"]
    assert refused(sent, from_chat(n=2)).param == "n"
    assert left_out(from_chat(response_format={"type": "json_object"})) == ["response_format"]


def test_T18_no_tools_is_said_by_offering_none_and_refused_where_history_needs_them() -> None:
    assert "toolConfig" not in sent(from_chat(tools=[ADD], tool_choice="none"))
    calls = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "add"}}]},
        {"role": "tool", "tool_call_id": "c", "content": "1"},
    ]
    assert refused(sent, from_chat(messages=calls, tools=[ADD], tool_choice="none")).param == "tool_choice"
    assert left_out(from_chat(tool_choice="auto")) == ["tool_choice"]


def test_T42_a_budget_is_for_models_that_have_one() -> None:
    ask = said(Message("user", (Text("x"),)), thinking=ThinkingAsk("enabled", 2000))
    assert sent(ask)["additionalModelRequestFields"] == {"reasoning_config": {"type": "enabled", "budget_tokens": 2000}}
    assert left_out(ask, ELSEWHERE) == ["thinking"]
    assert left_out(from_chat(reasoning_effort="low")) == ["thinking"]
    off = said(Message("user", (Text("x"),)), thinking=ThinkingAsk("disabled"))
    assert left_out(off, ELSEWHERE) == []


def test_a_body_that_is_gone_is_made_again_from_what_was_read() -> None:
    request = asked(
        system=[{"text": "Be brief."}, {"cachePoint": {"type": "default"}}],
        messages=[
            {"role": "user", "content": [{"text": "x"}]},
            {"role": "assistant", "content": [CALL]},
            {"role": "user", "content": [{"toolResult": {"toolUseId": "tooluse_1", "content": [{"text": "2"}]}}]},
        ],
        inferenceConfig={"maxTokens": 9, "odd": 1},
        toolConfig={"tools": [{"toolSpec": {"name": "add", "inputSchema": {"json": {}}}}], "toolChoice": {"any": {}}},
        additionalModelRequestFields={"reasoning_config": {"type": "enabled", "budget_tokens": 2000}, "top_k": 3},
        outputConfig={
            "textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"name": "n", "schema": "{}"}}}
        },
    )
    bare = msgspec.structs.replace(request, source=b"")
    again = DIALECT.decode_request(DIALECT.encode_request(bare, ELSEWHERE).body, PATH)
    assert msgspec.structs.replace(again, source=b"") == bare
