"""Requests for an upstream of this dialect: a caller's own with named edits, any other made anew."""

import json

import pytest
from tests.dialects.openai_responses.samples import TARGET, asked, from_chat, left_out, refused, sent

from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.request import BuiltinTool, Request, ThinkingAsk
from understudy.dialects.contract import Target
from understudy.dialects.openai_responses import DIALECT

ADD = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


def test_T68_a_callers_own_body_goes_as_it_came_but_for_the_model() -> None:
    raw = b'{"zeta":1,"model":"asked","input":[{"role":"user","content":"x","odd":[1.50]}],"store":true}'
    encoded = DIALECT.encode_request(DIALECT.decode_request(raw), TARGET)
    assert encoded.body == raw.replace(b'"asked"', b'"up-1"')
    assert not encoded.omissions


def test_T39_another_callers_answer_is_not_kept_and_its_reasoning_is_sealed() -> None:
    body = sent(from_chat(reasoning_effort="low"))
    assert (body["store"], body["include"]) == (False, ["reasoning.encrypted_content"])
    # A model that does not reason answers 400 to whoever asks for its seals.
    assert "include" not in sent(from_chat())
    assert "include" not in sent(from_chat(reasoning_effort="none"))
    # A host that knows no such fields does without them, and nobody had asked.
    target = Target("up-1", "openai_responses", unsupported=("store", "include"))
    request = from_chat(reasoning_effort="low")
    assert not {"store", "include"} & sent(request, target).keys()
    assert left_out(request, target) == []


def test_every_knob_that_has_a_place_here_is_told() -> None:
    request = from_chat(
        max_completion_tokens=99,
        temperature=0.5,
        top_p=0.9,
        reasoning_effort="low",
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
        tools=[ADD],
        tool_choice={"type": "function", "function": {"name": "add"}},
        parallel_tool_calls=False,
        stream=True,
        user="u",
    )
    body = sent(request)
    assert {name: body[name] for name in body if name not in ("input", "store", "include", "model")} == {
        "tools": [{"type": "function", "name": "add", "parameters": {"type": "object"}, "strict": False}],
        "tool_choice": {"type": "function", "name": "add"},
        "parallel_tool_calls": False,
        "max_output_tokens": 99,
        "temperature": 0.5,
        "top_p": 0.9,
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": False}},
        "stream": True,
        "user": "u",
    }
    assert left_out(request) == []


def test_T60_a_limit_below_the_least_is_raised_and_told() -> None:
    request = from_chat(max_tokens=3)
    assert sent(request)["max_output_tokens"] == 16
    assert left_out(request) == ["max_tokens"]


def test_T63_knobs_without_a_place_are_told() -> None:
    request = from_chat(seed=1, stop=["x"], top_k=3, logit_bias={"1": 1}, presence_penalty=0.1, logprobs=False)
    assert left_out(request) == ["top_k", "stop", "seed", "presence_penalty", "logit_bias"]


def test_T62_several_answers_are_refused() -> None:
    assert refused(sent, from_chat(n=2)).param == "n"
    assert sent(from_chat(n=1))["model"] == "up-1"


def test_T42_a_budget_buys_an_effort() -> None:
    messages = (Message("user", (Text("x"),)),)
    request = Request(model="m", messages=messages, dialect="anthropic", thinking=ThinkingAsk("enabled", 2000))
    assert sent(request)["reasoning"] == {"effort": "low"}
    assert left_out(request) == ["thinking.budget_tokens"]


def test_T18_a_mode_that_the_target_does_not_take_is_refused() -> None:
    target = Target("up-1", "openai_responses", tool_choices=("auto",))
    assert refused(sent, from_chat(tools=[ADD], tool_choice="required"), target).param == "tool_choice"


def test_T21_another_hosts_tool_is_refused_and_choices_without_tools_are_told() -> None:
    tool = BuiltinTool("bash_20250124", {"type": "bash_20250124"})
    request = Request(model="m", messages=(Message("user", (Text("x"),)),), dialect="anthropic", tools=(tool,))
    assert refused(sent, request).param == "tools[0]"
    assert left_out(from_chat(tools=[], tool_choice="auto")) == ["tools", "tool_choice"]


def test_the_providers_names_and_refusals_hold_for_every_caller() -> None:
    target = Target("up-1", "openai_responses", renames={"max_output_tokens": "limit"}, unsupported=("temperature",))
    request = asked(max_output_tokens=20, temperature=1)
    assert json.loads(DIALECT.encode_request(request, target).body)["limit"] == 20
    assert left_out(request, target) == ["temperature"]


@pytest.mark.parametrize("format_", [{"type": "json_object"}, {"type": "text"}])
def test_T67_plain_formats_cross(format_: dict[str, str]) -> None:
    assert sent(from_chat(response_format=format_))["text"] == {"format": format_}
