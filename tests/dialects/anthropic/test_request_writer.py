"""What an upstream gets: the caller's own bytes with named edits, or a body made from canon, and what stayed behind."""

import json
from typing import Any

import msgspec
import pytest
from tests.dialects.anthropic.samples import TARGET, asked, body, refused, written

from understudy.canon.faults import FaultKind
from understudy.canon.request import (
    BuiltinTool,
    Format,
    Sampling,
    Tool,
    ToolChoice,
)
from understudy.dialects.anthropic import DIALECT
from understudy.dialects.contract import Target

RICH: dict[str, Any] = {
    "model": "asked",
    "mystery": {"b": 1, "a": None},
    "system": [{"type": "text", "text": "Be brief", "cache_control": {"type": "ephemeral"}}],
    "max_tokens": 4000,
    "messages": [
        {"role": "user", "content": "Weather?", "note": 1},
        {"role": "system", "content": "From now on in Celsius."},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Call it", "signature": "c2VhbA=="},
                {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo", "a": 1.5}},
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": [{"type": "text", "text": "Sun", "cache_control": {"type": "ephemeral"}}],
                    "is_error": False,
                    "cache_control": {"type": "ephemeral"},
                },
                {"type": "tool_result", "tool_use_id": "toolu_2", "content": []},
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}},
            ],
        },
    ],
    "tools": [
        {
            "name": "weather",
            "input_schema": {"type": "object", "properties": {"z": {"type": "string"}, "cache_control": {}}},
            "defer_loading": True,
        },
        {"type": "web_search_20250305", "name": "web_search"},
    ],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": False},
    "thinking": {"type": "adaptive", "display": "summarized"},
    "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": {"b": 1, "a": 2}}, "budget": 3},
    "metadata": {"user_id": "u", "plan": "team"},
    "stop_sequences": [],
    "temperature": 1.5,
    "top_k": None,
    "stream": False,
    "service_tier": "auto",
    "context_management": {"edits": []},
}


def test_R14_the_same_dialect_gets_its_own_bytes_with_the_model_named() -> None:
    raw = json.dumps(RICH).encode()
    encoded = DIALECT.encode_request(DIALECT.decode_request(raw), TARGET)
    sent = json.loads(encoded.body)
    assert sent == {**RICH, "model": "upstream-model"}
    assert list(sent) == list(RICH)
    assert encoded.omissions == ()


def test_R12_made_from_canon_the_same_dialect_loses_nothing_either() -> None:
    request = msgspec.structs.replace(DIALECT.decode_request(json.dumps(RICH).encode()), source=b"")
    sent, left = written(request)
    assert sent == {**RICH, "model": "upstream-model"}
    assert left == set()


def test_T68_schema_keys_keep_their_order() -> None:
    schema = {"type": "object", "properties": {"z": {}, "a": {}, "m": {}}}
    sent, _ = written(asked(tools=(Tool("f", parameters=schema),)))
    assert list(sent["tools"][0]["input_schema"]["properties"]) == ["z", "a", "m"]


def test_a_target_renames_and_refuses_top_level_fields() -> None:
    target = Target("up", "anthropic", renames={"max_tokens": "max_output"}, unsupported=("service_tier", "top_p"))
    sent, left = written(DIALECT.decode_request(body(service_tier="auto")), target)
    assert sent["max_output"] == 100
    assert "max_tokens" not in sent
    assert "service_tier" not in sent
    assert left == {"service_tier"}
    assert written(asked(sampling=Sampling(top_p=0.5)), target)[1] == {"top_p"}


def test_T60_a_missing_limit_is_the_targets() -> None:
    assert written(asked())[0]["max_tokens"] == 4096
    assert written(asked(max_tokens=7))[0]["max_tokens"] == 7


def test_T61_temperature_is_lowered_to_one_and_said() -> None:
    sent, left = written(asked(sampling=Sampling(temperature=1.7)))
    assert (sent["temperature"], left) == (1.0, {"temperature"})
    assert written(asked(sampling=Sampling(temperature=0.3)))[1] == set()


def test_T62_several_answers_are_refused_and_blank_stops_left_out() -> None:
    fault = refused(written, asked(sampling=Sampling(n=2)))
    assert (fault.kind, fault.param) == (FaultKind.BAD_REQUEST, "n")
    sent, left = written(asked(sampling=Sampling(n=1, stop=("\n\n", "END"))))
    assert (sent["stop_sequences"], left) == (["END"], {"stop"})
    assert "stop_sequences" not in written(asked(sampling=Sampling(stop=("\n",))))[0]


def test_T63_knobs_without_a_peer_are_omissions() -> None:
    knobs = Sampling(
        seed=1,
        presence_penalty=0.0,
        frequency_penalty=0.5,
        logit_bias={"5": 1.0},
        logprobs=True,
        top_logprobs=2,
    )
    expected = {"seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs"}
    sent, left = written(asked(sampling=knobs))
    assert left == expected
    assert not expected & set(sent)
    assert written(asked(sampling=Sampling(logprobs=False)))[1] == set()


def test_T64_the_user_goes_into_the_metadata() -> None:
    assert written(asked(user="u-1"))[0]["metadata"] == {"user_id": "u-1"}


@pytest.mark.parametrize(
    ("parameters", "sent"),
    [
        (None, {"type": "object"}),
        ({}, {"type": "object"}),
        ({"properties": {}}, {"type": "object", "properties": {}}),
        ({"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}),
    ],
)
def test_T66_a_tool_has_an_object_for_parameters(parameters: dict[str, Any] | None, sent: dict[str, Any]) -> None:
    assert written(asked(tools=(Tool("f", parameters=parameters),)))[0]["tools"][0]["input_schema"] == sent


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice("auto"), {"type": "auto"}),
        (ToolChoice("required"), {"type": "any"}),
        (ToolChoice("none"), {"type": "none"}),
        (ToolChoice("named", "f"), {"type": "tool", "name": "f"}),
    ],
)
def test_T18_choices(choice: ToolChoice, sent: dict[str, Any]) -> None:
    assert written(asked(tools=(Tool("f"),), tool_choice=choice))[0]["tool_choice"] == sent


def test_T19_parallel_calls_have_the_inverse_sense() -> None:
    tools = (Tool("f"),)
    sent, left = written(asked(tools=tools, parallel_tools=False))
    assert sent["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}
    assert left == set()
    named = asked(tools=tools, parallel_tools=True, tool_choice=ToolChoice("required"))
    assert written(named)[0]["tool_choice"] == {"type": "any", "disable_parallel_tool_use": False}


def test_a_choice_without_tools_is_an_omission() -> None:
    sent, left = written(asked(tools=(), tool_choice=ToolChoice("auto"), parallel_tools=False))
    assert left == {"tools", "tool_choice", "parallel_tools"}
    assert not {"tools", "tool_choice"} & set(sent)


def test_T21_a_builtin_tool_of_another_dialect_is_refused_by_name() -> None:
    fault = refused(written, asked(tools=(BuiltinTool("web_search", {"type": "web_search"}),)))
    assert fault.param == "tools.0"
    assert all(word in fault.message for word in ("'web_search'", "openai_chat", "anthropic"))


def test_T65_a_schema_goes_to_the_output_config() -> None:
    closed = {"type": "object", "additionalProperties": False}
    form = Format("json_schema", name="n", schema=closed, strict=True)
    sent, left = written(asked(format=form))
    assert sent["output_config"] == {"format": {"type": "json_schema", "schema": closed}}
    assert left == set()
    described = msgspec.structs.replace(form, description="what it is for")
    assert written(asked(format=described))[1] == {"response_format.description"}


def test_T67_json_without_a_schema_is_an_omission() -> None:
    sent, left = written(asked(format=Format("json_object")))
    assert left == {"response_format"}
    assert "output_config" not in sent
    assert written(asked(format=Format("text")))[1] == set()


def test_R13_each_foreign_extra_is_an_omission_of_its_own() -> None:
    request = asked(
        extras={"store": True, "service_tier": "flex"},
        tools=(Tool("f", extras={"kind": 1}),),
        tool_choice=ToolChoice("auto", extras={"x": 1}),
    )
    assert written(request)[1] == {"store", "service_tier", "tools.0.kind", "tool_choice.x"}


def test_T40_seals_of_one_maker_never_reach_another_of_the_same_dialect() -> None:
    thought = {"type": "thinking", "thinking": "Hm", "signature": "c2VhbA=="}
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}
    messages = [
        {"role": "user", "content": "Go"},
        {"role": "assistant", "content": [thought, call]},
        {"role": "user", "content": [result]},
    ]
    raw = body(messages=messages, thinking={"type": "enabled", "budget_tokens": 1024}, mystery=1)
    request = DIALECT.decode_request(raw)
    sent, left = written(request, Target("own", maker="llama"))
    assert sent["messages"][1]["content"] == [call]
    assert sent["messages"][0] == messages[0]
    assert sent["mystery"] == 1
    assert "thinking" not in sent
    assert left == {"messages.1.content", "thinking"}
    assert json.loads(DIALECT.encode_request(request, TARGET).body)["messages"] == messages


def test_T37_thinking_without_a_seal_does_not_reach_the_maker_that_demands_one() -> None:
    said = [{"type": "thinking", "thinking": "Hm", "signature": ""}, {"type": "text", "text": "Yes"}]
    messages = [{"role": "user", "content": "?"}, {"role": "assistant", "content": said}]
    request = DIALECT.decode_request(body(messages=messages))
    assert written(request)[0]["messages"][1]["content"] == said[1:]
    assert written(request, Target("own", maker="llama"))[0]["messages"] == messages
