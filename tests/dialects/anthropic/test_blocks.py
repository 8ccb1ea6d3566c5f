"""One content block at a time: read, and written as it was."""

from typing import Any

import msgspec
import pytest
from tests.dialects.anthropic.samples import refused

from understudy.canon.messages import Message
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.dialects.anthropic.blocks import read_block, read_content, write_block, write_content
from understudy.dialects.arguments import arguments_of

BLOCKS: list[dict[str, Any]] = [
    {"type": "text", "text": "Hi", "citations": None, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}, "cache_control": None},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA", "note": 1}},
    {"type": "image", "source": {"type": "url", "url": "https://p.example"}},
    {"type": "document", "source": {"type": "content", "content": []}, "title": "T"},
    {"type": "document", "source": {"type": "url", "url": "u"}, "title": None, "citations": {"enabled": True}},
    {"type": "tool_use", "id": "a", "name": "f", "input": {"n": 10**30, "x": 1.0}, "caller": {"type": "direct"}},
    {"type": "tool_result", "tool_use_id": "a"},
    {"type": "tool_result", "tool_use_id": "a", "content": None, "is_error": None},
    {"type": "tool_result", "tool_use_id": "a", "content": "", "is_error": True},
    {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "tool_reference", "tool_name": "f"}]},
    {"type": "thinking", "thinking": "", "signature": "s"},
    {"type": "thinking", "thinking": "Hm"},
    {"type": "thinking", "thinking": "Hm", "signature": ""},
    {"type": "redacted_thinking", "data": "d", "cache_control": {}},
    {"type": "mcp_tool_use", "id": 5, "nested": [[1], None]},
]


@pytest.mark.parametrize("block", BLOCKS)
def test_R12_every_block_is_written_as_it_was_read(block: dict[str, Any]) -> None:
    part = read_block(block, "", "anthropic")
    assert msgspec.json.decode(msgspec.json.encode(write_block(part, own=True))) == block


def test_extras_go_back_to_their_own_dialect_only() -> None:
    part = Text("Hi", {"cache_control": {}})
    assert write_block(part, own=False) == {"type": "text", "text": "Hi"}
    assert write_block(Refusal("No."), own=False) == {"type": "text", "text": "No."}


def test_a_signature_is_always_there_for_a_caller() -> None:
    assert write_block(Thinking("Hm"), own=False) == {"type": "thinking", "thinking": "Hm", "signature": ""}


def test_content_is_bare_where_it_was() -> None:
    assert read_content("Hi", "", "") == ((Text("Hi"),), True)
    assert read_content([{"type": "x"}], "", "") == ((Opaque("x", {"type": "x"}),), False)
    assert write_content(Message("user", (Text("Hi"),), plain=True), own=True) == "Hi"
    assert write_content(Message("user", (Text("Hi"),)), own=True) == [{"type": "text", "text": "Hi"}]


@pytest.mark.parametrize(
    ("block", "param"),
    [
        ({"type": "tool_result"}, "p.tool_use_id"),
        ({"type": "tool_result", "tool_use_id": "a", "content": 5}, "p.content"),
        ({"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text"}]}, "p.content.0.text"),
        (
            {
                "type": "tool_result",
                "tool_use_id": "a",
                "content": [{"type": "tool_use", "id": "b", "name": "f", "input": {}}],
            },
            "p.content",
        ),
        ({"type": "image"}, "p.source"),
        ({"type": "redacted_thinking"}, "p.data"),
        ({"type": "thinking", "thinking": 1}, "p.thinking"),
    ],
)
def test_a_fault_names_the_field(block: dict[str, Any], param: str) -> None:
    assert refused(read_block, block, "p", "anthropic").param == param


def test_T14_arguments_keep_their_bytes() -> None:
    call = ToolCall("a", "f", '{"b": 1.50, "a": [ ]}')
    assert b'{"b":1.50,"a":[ ]}' in msgspec.json.encode(write_block(call, own=True))
    assert arguments_of("") == {}
    assert arguments_of("{") is None
