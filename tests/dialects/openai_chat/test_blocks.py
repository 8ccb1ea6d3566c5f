"""Pieces of content and tool calls, one by one, there and back."""

from typing import Any

import msgspec
import pytest
from tests.dialects.openai_chat.samples import refused

from understudy.canon.parts import Document, Image, Inline, Opaque, Refusal, Remote, Text, ToolCall, ToolResult
from understudy.dialects.fields import merged
from understudy.dialects.openai_chat.blocks import (
    misplaced,
    read_calls,
    read_content,
    read_part,
    write_call,
    write_part,
)

PIECES: list[dict[str, Any]] = [
    {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
    {"type": "refusal", "refusal": "no"},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low", "x": None}, "y": 1},
    {"type": "image_url", "image_url": {"url": "data:image/svg+xml,<svg/>"}},
    {"type": "image_url", "image_url": "https://pictures.example/1.png", "detail": "low"},
    {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBE", "filename": None}},
    {"type": "file", "file": {"file_data": "https://papers.example/1.pdf", "x": 1}},
    {"type": "file", "file": {"file_data": "not a data URL"}},
    {"type": "thinking", "thinking": "hm", "signature": "s"},
    {"type": "video_url", "video_url": {"url": "x"}},
]


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece["type"])
def test_a_piece_comes_back_as_it_was(piece: dict[str, Any]) -> None:
    assert write_part(read_part(piece, "p"), own=True) == piece


def test_T43_T44_sources() -> None:
    parts = [read_part(piece, "p") for piece in PIECES]
    assert parts[2] == Image(Inline("image/png", "AAAA"), "low", {"y": 1, "image_url": {"x": None}})
    assert parts[3] == Image(Remote("data:image/svg+xml,<svg/>"))
    assert parts[6] == Document(Remote("https://papers.example/1.pdf"), extras={"file": {"x": 1}})
    assert parts[7] == Opaque("file", PIECES[7])


def test_extras_stay_with_their_dialect() -> None:
    assert write_part(Text("a", {"x": 1}), own=False) == {"type": "text", "text": "a"}
    assert write_part(Refusal("a"), own=False) == {"type": "refusal", "refusal": "a"}
    call = ToolCall("c", "f", "{}", {"index": 0, "function": {"x": 1}})
    assert write_call(call, own=False) == {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
    }
    assert write_call(call, own=True)["function"]["x"] == 1


def test_merged_goes_one_level_down() -> None:
    assert merged({"a": {"b": 1}, "c": 2}, {"a": {"d": 3}, "c": 4}) == {"a": {"b": 1, "d": 3}, "c": 4}


def test_content_is_a_string_or_a_list() -> None:
    assert read_content("a", "c") == ((Text("a"),), True)
    assert read_content([PIECES[1]], "c") == ((Refusal("no", {"type": "refusal"}),), False)
    assert refused(read_content, 7, "c").param == "c"


def test_a_call_without_a_type_is_a_function() -> None:
    calls: list[Any] = [{"id": "a", "function": {"name": "f"}}, {"type": "custom", "id": "b"}]
    assert read_calls(calls, "t") == (ToolCall("a", "f"), Opaque("custom", calls[1]))
    assert refused(read_calls, [{"id": "a", "function": {}}], "t").param == "t[0].function.name"


def test_what_is_no_content_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="no piece of content"):
        write_part(ToolResult("a"), own=True)


def test_misplaced_names_the_kind() -> None:
    assert "'image'" in misplaced(Image(Remote("x")), "tool", "p").message
    assert "'thing'" in misplaced(Opaque("thing", {}), "tool", "p").message


def test_a_bare_url_goes_back_out_as_what_the_picture_is_by_then() -> None:
    part = read_part({"type": "image_url", "image_url": "https://a.example/b.png", "x": 1}, "p")
    assert isinstance(part, Image)
    assert write_part(part, own=True) == {"type": "image_url", "image_url": "https://a.example/b.png", "x": 1}
    shown = msgspec.structs.replace(part, source=Inline("image/png", "aGk="))
    assert write_part(shown, own=True) == {"type": "image_url", "image_url": "data:image/png;base64,aGk=", "x": 1}
