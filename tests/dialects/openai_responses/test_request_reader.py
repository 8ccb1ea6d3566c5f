"""Requests, read: each field in its place, each fault at its field."""

from typing import Any

import pytest
from tests.dialects.openai_responses.samples import asked, refused

from understudy.canon.messages import Message
from understudy.canon.parts import Opaque, Text
from understudy.canon.request import Format, Sampling, ThinkingAsk, ToolChoice
from understudy.dialects.openai_responses import DIALECT


def test_T4_instructions_stand_before_everything() -> None:
    request = asked(instructions="Be brief.", input=[{"role": "developer", "content": "And kind."}])
    assert request.messages == (
        Message("system", (Text("Be brief."),), plain=True),
        Message("developer", (Text("And kind."),), plain=True),
    )
    assert request.spelling == ("instructions",)


def test_every_knob_is_read() -> None:
    request = asked(
        max_output_tokens=99,
        temperature=0.5,
        top_p=0.9,
        top_logprobs=2,
        parallel_tool_calls=False,
        reasoning={"effort": "low", "summary": "auto"},
        text={"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}, "verbosity": "low"},
        stream=True,
        user="u",
        store=False,
        include=["reasoning.encrypted_content", "file_search_call.results"],
        metadata={"k": "v"},
    )
    assert request.max_tokens == 99
    assert request.sampling == Sampling(temperature=0.5, top_p=0.9, top_logprobs=2)
    assert request.parallel_tools is False
    assert request.thinking == ThinkingAsk(effort="low", extras={"summary": "auto"})
    assert request.format == Format("json_schema", "n", schema={"type": "object"})
    assert (request.stream, request.stream_usage, request.user) == (True, True, "u")
    assert request.spelling == ("unstored",)
    assert request.extras == {
        "text": {"verbosity": "low"},
        "include": ["file_search_call.results"],
        "metadata": {"k": "v"},
    }


@pytest.mark.parametrize(
    ("choice", "read"),
    [
        ("auto", ToolChoice("auto")),
        ("required", ToolChoice("required")),
        ({"type": "function", "name": "add"}, ToolChoice("named", "add")),
        ({"type": "custom", "name": "patch"}, ToolChoice("named", "patch")),
        ({"type": "allowed_tools", "mode": "auto", "tools": []}, None),
        (None, None),
    ],
)
def test_T18_tool_choice(choice: Any, read: ToolChoice | None) -> None:
    request = asked(tool_choice=choice)
    assert request.tool_choice == read
    assert (request.extras.get("tool_choice") == choice) is (read is None)


def test_T69_what_is_kept_elsewhere_is_content_that_only_its_host_can_look_up() -> None:
    request = asked(previous_response_id="resp_0", input="And?")
    reference = Opaque("previous_response_id", {"previous_response_id": "resp_0"})
    assert request.messages == (Message("user", (reference,)), Message("user", (Text("And?"),), plain=True))
    assert asked(input=None, prompt={"id": "p"}).messages[0].parts == (Opaque("prompt", {"prompt": {"id": "p"}}),)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": 7}, "input"),
        ({"model": None}, "model"),
        ({"tools": [{}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tool_choice": 7}, "tool_choice"),
        ({"reasoning": "high"}, "reasoning"),
        ({"text": {"format": {"type": "json_schema", "name": "n"}}}, "text.format.schema"),
        ({"stream": "yes"}, "stream"),
        ({"max_output_tokens": 1.5}, "max_output_tokens"),
        ({"include": "all"}, "include"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], param: str) -> None:
    assert refused(lambda: asked(**fields)).param == param


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"[" * 5000])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    assert refused(DIALECT.decode_request, raw).message.startswith("The body is")
