"""What a caller's body becomes, and which fault names what is wrong with it."""

import json
from typing import Any

import pytest
from tests.dialects.anthropic.samples import body, refused

from understudy.canon.faults import FaultKind
from understudy.canon.messages import Message
from understudy.canon.parts import (
    Document,
    Image,
    Inline,
    Opaque,
    Remote,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.canon.request import BuiltinTool, Format, Sampling, ThinkingAsk, Tool, ToolChoice
from understudy.dialects.anthropic import DIALECT

decode = DIALECT.decode_request


def content(*blocks: Any, role: str = "user") -> tuple[Any, ...]:
    return decode(body(messages=[{"role": role, "content": list(blocks)}])).messages[0].parts


def test_knobs_go_to_their_places() -> None:
    request = decode(
        body(
            temperature=0.5,
            top_p=0.9,
            top_k=40,
            stop_sequences=["</b>"],
            stream=True,
            metadata={"user_id": "u-7"},
            thinking={"type": "enabled", "budget_tokens": 2000, "display": "omitted"},
            output_config={"effort": "low", "format": {"type": "json_schema", "schema": {"type": "object"}}},
            service_tier="auto",
        )
    )
    assert request.sampling == Sampling(temperature=0.5, top_p=0.9, top_k=40, stop=("</b>",))
    assert (request.max_tokens, request.streamed, request.user) == (100, True, "u-7")
    assert request.thinking == ThinkingAsk("enabled", 2000, "low", {"display": "omitted"})
    assert request.format == Format("json_schema", schema={"type": "object"})
    assert request.extras == {"service_tier": "auto"}


def test_W14_a_clients_books_of_itself_are_no_user() -> None:
    books = {"user_id": '{"device_id":"d","session_id":"s"}', "plan": "team"}
    request = decode(body(metadata=books))
    assert request.user is None
    assert request.extras == {"metadata": books}


def test_the_older_output_format_is_the_same_wish_spelt_otherwise() -> None:
    request = decode(body(output_format={"type": "json_schema", "schema": {"type": "object"}}))
    assert request.format == Format("json_schema", schema={"type": "object"})
    assert request.spelling == ("output_format",)


def test_W7_top_level_system_and_a_system_message_are_told_apart() -> None:
    inside = [{"role": "system", "content": "inside"}, {"role": "user", "content": "Hi"}]
    request = decode(body(system="on top", messages=inside))
    assert [message.role for message in request.messages] == ["system", "system", "user"]
    assert request.messages[0] == Message("system", (Text("on top"),), plain=True)
    assert request.spelling == ("system",)
    assert decode(body(messages=inside)).spelling == ()


def test_blocks_become_parts() -> None:
    parts = content(
        {"type": "text", "text": "Look", "cache_control": {"type": "ephemeral"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
        {"type": "image", "source": {"type": "url", "url": "https://pictures.example/1.png"}},
        {"type": "image", "source": {"type": "file", "file_id": "f1"}},
        {"type": "document", "source": {"type": "url", "url": "https://papers.example/1.pdf"}, "title": "Paper"},
        {"type": "search_result", "title": "T"},
    )
    assert parts == (
        Text("Look", {"cache_control": {"type": "ephemeral"}}),
        Image(Inline("image/png", "AAAA")),
        Image(Remote("https://pictures.example/1.png")),
        Opaque("image", {"type": "image", "source": {"type": "file", "file_id": "f1"}}),
        Document(Remote("https://papers.example/1.pdf"), "Paper"),
        Opaque("search_result", {"type": "search_result", "title": "T"}),
    )


def test_T37_thinking_keeps_its_seal_to_the_byte() -> None:
    parts = content(
        {"type": "thinking", "thinking": "Hm", "signature": "EqQB+/="},
        {"type": "redacted_thinking", "data": "EmwK"},
        {"type": "thinking", "thinking": "bare", "signature": ""},
        role="assistant",
    )
    assert parts == (
        Thinking("Hm", "EqQB+/=", "anthropic"),
        Thinking("", "EmwK", "anthropic", redacted=True),
        Thinking("bare", extras={"signature": ""}),
    )


def test_T14_tool_input_becomes_text_with_its_order_kept() -> None:
    parts = content({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"z": 1, "a": [2.5]}}, role="assistant")
    assert parts == (ToolCall("toolu_1", "f", '{"z":1,"a":[2.5]}'),)


def test_T20_tool_results_keep_their_form_error_and_images() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}}
    parts = content(
        {"type": "tool_result", "tool_use_id": "a", "content": "sunny"},
        {"type": "tool_result", "tool_use_id": "b", "content": [picture], "is_error": True},
        {"type": "tool_result", "tool_use_id": "c", "is_error": False, "cache_control": {"type": "ephemeral"}},
    )
    assert parts == (
        ToolResult("a", (Text("sunny"),), plain=True),
        ToolResult("b", (Image(Inline("image/png", "AA")),), is_error=True),
        ToolResult("c", extras={"is_error": False, "cache_control": {"type": "ephemeral"}}),
    )


def test_T19_T21_tools_and_choices() -> None:
    request = decode(
        body(
            tools=[
                {"name": "f", "description": "d", "input_schema": {"type": "object"}, "defer_loading": True},
                {"type": "custom", "name": "g", "strict": True},
                {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
            ],
            tool_choice={"type": "tool", "name": "f", "disable_parallel_tool_use": True},
        )
    )
    assert request.tools == (
        Tool("f", "d", {"type": "object"}, extras={"defer_loading": True}),
        Tool("g", strict=True, extras={"type": "custom"}),
        BuiltinTool("web_search_20250305", {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}),
    )
    assert request.tool_choice == ToolChoice("named", "f")
    assert request.parallel_tools is False


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": "9"}, "max_tokens"),
        ({"messages": None}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": ["hello"]}, "messages.0"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user"}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": ["Invalid content"]}]}, "messages.0.content.0"),
        ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, "messages.0.content.0.type"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages.0.content.0.text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": "{}"}]}]},
            "messages.0.content.0.input",
        ),
        ({"system": [{"type": "image", "source": {"type": "url", "url": "u"}}]}, "system.0.type"),
        ({"system": 3}, "system"),
        ({"tools": [{"input_schema": {}}]}, "tools.0.name"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"stop_sequences": [1]}, "stop_sequences.0"),
        ({"thinking": {"budget_tokens": 5}}, "thinking.type"),
        ({"temperature": "warm"}, "temperature"),
    ],
)
def test_a_fault_names_the_field(fields: dict[str, Any], param: str) -> None:
    fault = refused(decode, body(**fields))
    assert (fault.kind, fault.param) == (FaultKind.BAD_REQUEST, param)
    assert fault.message.startswith(f"{param}: ")


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"model": "\xff"}', b"[" * 100_000, b'{"a":' * 100_000],
)
def test_what_is_no_body_is_a_fault(raw: bytes) -> None:
    assert refused(decode, raw).kind is FaultKind.BAD_REQUEST


def test_deep_nesting_below_a_valid_top_is_a_fault() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    raw = body(tools=["DEEP"]).replace(b'"DEEP"', deep.encode())
    assert refused(decode, raw).kind is FaultKind.BAD_REQUEST


def test_nulls_and_unknown_fields_are_remembered() -> None:
    request = decode(json.dumps({**json.loads(body()), "temperature": None, "container": {"id": 1}}).encode())
    assert request.extras == {"temperature": None, "container": {"id": 1}}
    assert request.sampling == Sampling()


def test_a_choice_from_the_future_stays_an_extra() -> None:
    request = decode(body(tool_choice={"type": "best_of"}))
    assert request.tool_choice is None
    assert request.extras == {"tool_choice": {"type": "best_of"}}
