"""Canon becomes a body for an upstream: from the caller's own bytes, or made anew with what could not be carried."""

import json
from typing import Any

import msgspec
import pytest
from tests.dialects.openai_chat.samples import TARGET, asked, body, refused, written

from understudy.canon.request import BuiltinTool, Format, Sampling, Tool, ToolChoice
from understudy.dialects.contract import Target
from understudy.dialects.openai_chat.request_reader import read_request
from understudy.dialects.openai_chat.request_writer import write_request

TOOL = Tool("f", "does f", {"type": "object"}, True)


def test_the_callers_own_bytes_go_on_with_the_models_name() -> None:
    raw = b'{"x_new": [1.50], "model": "mine", "messages": [{"role": "user", "content": "Hello", "y": null}]}'
    sent = write_request(read_request(raw), TARGET).body
    assert list(json.loads(sent)) == ["x_new", "model", "messages"]
    assert json.loads(sent) == {**json.loads(raw), "model": "upstream-model"}
    assert b"1.50" in sent


@pytest.mark.parametrize(
    "options", [{}, {"stream_options": None}, {"stream_options": {"include_usage": False, "x": 1}}]
)
@pytest.mark.parametrize("kept", [True, False])
def test_T36_a_stream_always_asks_for_usage(options: dict[str, Any], kept: bool) -> None:
    request = read_request(body(stream=True, **options))
    sent, left = written(request if kept else msgspec.structs.replace(request, source=b""))
    assert sent["stream_options"] == {**(options.get("stream_options") or {}), "include_usage": True}
    assert left == set()
    whole, _ = written(read_request(body(**options)))
    assert whole.get("stream_options") == options.get("stream_options")


def test_renames_and_unsupported_fields() -> None:
    request = read_request(body(max_completion_tokens=5, seed=1, stream=True))
    target = Target("u", "openai_chat", {"max_completion_tokens": "max_tokens"}, ("seed", "stream_options"))
    sent, left = written(request, target)
    assert sent["max_tokens"] == 5
    assert not {"max_completion_tokens", "seed", "stream_options"} & set(sent)
    # Nobody asked for usage, so leaving the wish out is no loss of the caller's.
    assert left == {"seed"}
    asking = read_request(body(stream=True, stream_options={"include_usage": True}))
    assert "stream_options" in written(asking, target)[1]


@pytest.mark.parametrize("kept", [True, False])
def test_T36_a_host_that_tells_usage_anyway_is_not_asked(kept: bool) -> None:
    request = read_request(body(stream=True, stream_options={"include_usage": True}))
    target = Target("u", "openai_chat", usage_on="always")
    sent, left = written(request if kept else msgspec.structs.replace(request, source=b""), target)
    assert "stream_options" not in sent
    # The caller gets the usage all the same: nothing is lost.
    assert left == set()


def test_T18_T19_tools_of_another_dialect() -> None:
    request = asked(tools=(TOOL,), tool_choice=ToolChoice("named", "f"), parallel_tools=False)
    sent, left = written(request)
    function = {"name": "f", "description": "does f", "parameters": {"type": "object"}, "strict": True}
    assert sent["tools"] == [{"type": "function", "function": function}]
    assert sent["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert sent["parallel_tool_calls"] is False
    assert left == set()
    assert written(asked(tools=(TOOL,), tool_choice=ToolChoice("required")))[0]["tool_choice"] == "required"


def test_T22_tools_of_free_text_go_out_in_this_dialect_as_they_came() -> None:
    grammar = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: WORD"}}
    tool = {"type": "custom", "custom": {"name": "patch", "description": "Edits", "format": grammar}}
    call = {"id": "c", "type": "custom", "custom": {"name": "patch", "input": "x"}}
    said = [{"role": "assistant", "content": None, "tool_calls": [call]}]
    choice = {"type": "custom", "custom": {"name": "patch"}}
    asked_for = {"messages": said, "tools": [tool], "tool_choice": choice}
    request = read_request(json.dumps({"model": "mine", **asked_for}).encode())
    assert isinstance(request.tools, tuple)
    assert "lark grammar" in json.dumps(request.tools[0].parameters)  # type: ignore[union-attr]
    sent, left = written(msgspec.structs.replace(request, source=b""))
    assert (sent, left) == ({"model": TARGET.model, **asked_for}, set())


def test_a_choice_without_tools_is_an_omission() -> None:
    sent, left = written(asked(tool_choice=ToolChoice("auto"), parallel_tools=True))
    assert not {"tool_choice", "parallel_tool_calls"} & set(sent)
    assert left == {"tool_choice", "parallel_tools"}


def test_T21_a_tool_that_another_provider_runs_is_refused_by_name() -> None:
    fault = refused(write_request, asked(tools=(BuiltinTool("web_search", {}),)), TARGET)
    assert all(word in fault.message for word in ("'web_search'", "anthropic", "openai_chat"))
    assert fault.param == "tools[0]"


def test_T60_T62_T63_knobs_of_another_dialect() -> None:
    sampling = Sampling(temperature=0.5, top_k=3, stop=("a", "b", "c", "d", "e"), seed=7, n=2)
    sent, left = written(asked(sampling=sampling, max_tokens=9, user="u", extras={"container": 1}))
    assert (sent["temperature"], sent["seed"], sent["n"], sent["user"]) == (0.5, 7, 2, "u")
    assert sent["stop"] == ["a", "b", "c", "d"]
    assert sent["max_completion_tokens"] == 9
    assert left == {"top_k", "stop", "container"}


@pytest.mark.parametrize("kind", ["text", "json_object"])
def test_T67_simple_formats(kind: Any) -> None:
    assert written(asked(format=Format(kind)))[0]["response_format"] == {"type": kind}


def test_T65_T68_a_schema_gets_the_name_that_the_api_demands_and_keeps_its_order() -> None:
    schema = {"type": "object", "properties": {"z": {}, "a": {}}}
    sent, left = written(asked(format=Format("json_schema", schema=schema, extras={"x": 1})))
    assert sent["response_format"] == {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    assert list(sent["response_format"]["json_schema"]["schema"]["properties"]) == ["z", "a"]
    assert left == {"response_format.x"}


def test_deep_nesting_is_a_fault() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    try:
        fault = refused(write_request, asked(tools=(Tool("f", parameters=deep),)), TARGET)
        assert "nested" in fault.message
    finally:
        # Let go of the inside first: Python's own clean-up of so deep a value is not what is tested here.
        while deep:
            deep = deep.pop("a")
