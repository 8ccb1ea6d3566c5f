"""A caller's body becomes canon, field by field, and a wrong one names its field."""

import json
from typing import Any

import pytest
from tests.dialects.openai_chat.samples import body, refused

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Audio, Image, Inline, Opaque, Refusal, Remote, Text, Thinking, ToolCall, ToolResult
from understudy.canon.request import BuiltinTool, Format, Request, ThinkingAsk, Tool, ToolChoice
from understudy.dialects.openai_chat.request_reader import read_request


def read(**fields: Any) -> Request:
    return read_request(body(**fields))


def said(*messages: dict[str, Any]) -> Request:
    return read(messages=list(messages))


USER = {"role": "user", "content": "Hello"}
FUNCTION = {"type": "function", "function": {"name": "f"}}


def test_a_small_body_is_all_canon() -> None:
    request = read()
    assert (request.model, request.dialect, request.extras, request.spelling) == ("m", "openai_chat", {}, ())
    assert request.messages[0].parts == (Text("Hello"),)
    assert request.messages[0].plain
    assert not request.streamed


def test_T60_both_names_of_the_token_limit_are_one_with_a_spelling() -> None:
    assert read(max_tokens=7).max_tokens == 7
    newer = read(max_completion_tokens=8)
    assert (newer.max_tokens, newer.spelling) == (8, ("max_completion_tokens",))
    both = read(max_tokens=7, max_completion_tokens=8)
    assert (both.max_tokens, both.extras) == (8, {"max_tokens": 7})


def test_T62_stop_is_a_string_or_a_list() -> None:
    assert read(stop=["a", "b"]).sampling.stop == ("a", "b")
    one = read(stop="a")
    assert (one.sampling.stop, one.spelling) == (("a",), ("stop",))


def test_knobs_are_read_and_nulls_stay() -> None:
    request = read(temperature=0, top_k=4, seed=None, n=2, logit_bias={"7": -100}, reasoning_effort="low", user="u")
    assert (request.sampling.temperature, request.sampling.top_k, request.sampling.n) == (0, 4, 2)
    assert request.sampling.logit_bias == {"7": -100}
    assert request.thinking == ThinkingAsk(effort="low")
    assert (request.user, request.extras) == ("u", {"seed": None})


def test_T3_developer_and_system_keep_their_roles_and_places() -> None:
    request = said({"role": "developer", "content": "a"}, USER, {"role": "system", "content": "b"})
    assert [message.role for message in request.messages] == ["developer", "user", "system"]


def test_T43_images_by_data_and_by_url_keep_their_detail() -> None:
    pieces = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low", "x": 1}},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/1.png"}},
        {"type": "image_url", "image_url": "https://pictures.example/2.png"},
    ]
    first, second, bare = said({"role": "user", "content": pieces}).messages[0].parts
    assert first == Image(Inline("image/png", "AAAA"), "low", {"image_url": {"x": 1}})
    assert second == Image(Remote("https://pictures.example/1.png"))
    assert isinstance(bare, Image)
    assert bare.source == Remote("https://pictures.example/2.png")


def test_T44_T45_a_file_with_data_is_a_document_and_what_canon_has_no_word_for_is_opaque() -> None:
    pieces = [
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBE", "filename": "a.pdf"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
    ]
    document, by_id, audio = said({"role": "user", "content": pieces}).messages[0].parts
    assert document.name == "a.pdf"  # type: ignore[union-attr]
    assert by_id == Opaque("file", pieces[1])
    assert audio == Audio(Inline("audio/wav", "AA"))


def test_an_assistant_turn_holds_thinking_words_refusal_and_calls_in_this_order() -> None:
    custom = {"id": "b", "type": "custom", "custom": {"name": "g", "input": "i"}}
    odd = {"id": "c", "type": "odd", "odd": {}}
    message = {
        "role": "assistant",
        "reasoning_content": "hm",
        "content": None,
        "refusal": "no",
        "tool_calls": [
            {"id": "a", "index": 0, **FUNCTION, "function": {"name": "f", "arguments": "{}", "x": 1}},
            custom,
            odd,
        ],
        "annotations": [],
    }
    (turn,) = said(message).messages
    assert turn.parts == (
        Thinking("hm"),
        Refusal("no"),
        ToolCall("a", "f", "{}", {"index": 0, "function": {"x": 1}}),
        ToolCall("b", "g", '{"input":"i"}'),
        Opaque("odd", odd),
    )
    assert turn.plain
    assert turn.extras == {"annotations": []}


def test_T6_absent_content_is_not_null_content() -> None:
    absent, null = said({"role": "assistant"}, {"role": "assistant", "content": None}).messages
    assert (absent.plain, null.plain) == (False, True)


def test_T12_a_tool_message_is_a_result() -> None:
    content = [{"type": "text", "text": "a"}]
    one, many = said(
        {"role": "tool", "tool_call_id": "c", "name": "f", "content": "9"},
        {"role": "tool", "tool_call_id": "d", "content": content},
    ).messages
    assert (one.parts, one.name) == ((ToolResult("c", (Text("9"),), plain=True),), "f")
    assert many.parts == (ToolResult("d", (Text("a"),)),)


def test_tools_choice_and_format() -> None:
    schema = {"name": "n", "schema": {"type": "object"}, "strict": True, "x": 1}
    request = read(
        tools=[{"type": "function", "function": {"name": "f", "strict": None}}, {"type": "web_search"}],
        tool_choice={"type": "function", "function": {"name": "f"}},
        parallel_tool_calls=False,
        response_format={"type": "json_schema", "json_schema": schema},
    )
    assert request.tools == (
        Tool("f", extras={"function": {"strict": None}}),
        BuiltinTool("web_search", {"type": "web_search"}),
    )
    assert request.tool_choice == ToolChoice("named", "f")
    assert request.parallel_tools is False
    extras = {"json_schema": {"x": 1}}
    assert request.format == Format("json_schema", "n", None, {"type": "object"}, True, extras)
    assert read(tool_choice="required").tool_choice == ToolChoice("required")


def test_what_only_this_dialect_may_know_stays_in_the_extras() -> None:
    fields: dict[str, Any] = {
        "tool_choice": {"type": "allowed_tools"},
        "response_format": {"type": "grammar"},
        "stream_options": {"include_usage": True, "x": 1},
        "service_tier": "flex",
    }
    request = read(**fields)
    assert request.extras == {**fields, "stream_options": {"x": 1}}
    assert request.stream_usage is True


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"messages": "hello"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [7]}, "messages[0]"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content"),
        ({"messages": [USER, {"role": "user", "content": [{"text": "x"}]}]}, "messages[1].content[0].type"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"id": "a"}]}]}, "messages[0].tool_calls[0].function"),
        ({"temperature": "hot"}, "temperature"),
        ({"max_tokens": True}, "max_tokens"),
        ({"stop": [1]}, "stop[0]"),
        ({"logit_bias": {"7": "x"}}, "logit_bias.7"),
        ({"tools": [{"function": {"name": "f"}}]}, "tools[0].type"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tool_choice": 7}, "tool_choice"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"stream_options": {"include_usage": "yes"}}, "stream_options.include_usage"),
    ],
)
def test_a_fault_names_the_field(fields: dict[str, Any], param: str) -> None:
    fault = refused(read_request, body(**fields))
    assert (fault.kind, fault.param) == (FaultKind.BAD_REQUEST, param)
    assert param in fault.message


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b'{"model": ',
        b"[1]",
        b'{"model": "\xff"}',
        b'{"model":"m","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_json_of_an_object_is_a_fault(raw: bytes) -> None:
    assert refused(read_request, raw).kind is FaultKind.BAD_REQUEST


def test_the_source_is_kept() -> None:
    raw = json.dumps({"model": "m", "messages": [USER]}).encode()
    assert read_request(raw).source == raw
