"""Pieces of content, one by one, there and back."""

import json
from typing import Any

import msgspec
import pytest
from tests.dialects.converse.samples import CALL, THOUGHT, refused

from understudy.canon.parts import Document, Image, Inline, Opaque, Remote, Text, Thinking, ToolCall, ToolResult
from understudy.dialects.arguments import arguments_of
from understudy.dialects.converse.pieces import fitted_name, read_pieces, write_pieces

RESULT = {"toolResult": {"toolUseId": "t", "content": [{"text": "2"}], "status": "error"}}
PICTURE = {"image": {"format": "png", "source": {"bytes": "aGk="}}}
FILE = {"document": {"format": "pdf", "name": "a b", "source": {"bytes": "aGk="}, "citations": {"enabled": True}}}
HOSTED = {"toolUse": {"toolUseId": "t", "name": "n", "input": {}, "type": "server_tool_use"}}
CITED = {"citationsContent": {"content": [{"text": "a"}, {"text": "b"}], "citations": [{"title": "x"}]}}
PIECES: list[tuple[dict[str, Any], Any]] = [
    ({"text": "Hi"}, Text("Hi")),
    (CALL, ToolCall("tooluse_1", "add", '{"a":1}')),
    (RESULT, ToolResult("t", (Text("2"),), is_error=True)),
    (THOUGHT, Thinking("So", "c2VhbA==", "anthropic")),
    ({"reasoningContent": {"redactedContent": "eA=="}}, Thinking("", "eA==", "anthropic", redacted=True)),
    (PICTURE, Image(Inline("image/png", "aGk="))),
    (FILE, Document(Inline("application/pdf", "aGk="), "a b", {"citations": {"enabled": True}})),
    (CITED, Text("ab", {"citationsContent": CITED["citationsContent"]})),
    (HOSTED, Opaque("toolUse", HOSTED)),
    ({"video": {"format": "mp4"}}, Opaque("video", {"video": {"format": "mp4"}})),
    (
        {"image": {"format": "png", "source": {"s3Location": {}}}},
        Opaque("image", {"image": {"format": "png", "source": {"s3Location": {}}}}),
    ),
]


def on_the_wire(value: Any) -> Any:
    """What is read of a value once it was sent."""
    return json.loads(msgspec.json.encode(value))


@pytest.mark.parametrize(("piece", "part"), PIECES)
def test_each_piece_is_read_and_written_again(piece: dict[str, Any], part: Any) -> None:
    assert read_pieces([piece], "x") == (part,)
    assert on_the_wire(write_pieces((part,), own=True)) == [piece]


def test_T64_a_mark_for_the_cache_stays_behind_its_piece() -> None:
    mark = {"cachePoint": {"type": "default"}}
    (part,) = read_pieces([{"text": "Hi"}, mark], "x")
    assert part == Text("Hi", {"cachePoint": {"type": "default"}})
    assert write_pieces((part,), own=True) == [{"text": "Hi"}, mark]
    assert write_pieces((part,), own=False) == [{"text": "Hi"}]
    assert read_pieces([mark], "x") == (Opaque("cachePoint", mark),)


def test_a_result_of_json_is_its_text() -> None:
    result = {"toolResult": {"toolUseId": "t", "content": [{"json": {"a": [1]}}]}}
    assert read_pieces([result], "x") == (ToolResult("t", (Text('{"a":[1]}'),)),)


def test_T14_arguments_are_an_object_or_nothing() -> None:
    assert arguments_of("") == {}
    assert on_the_wire(arguments_of('{"a":1}')) == {"a": 1}
    assert arguments_of('{"a":') is arguments_of("[1]") is None
    assert write_pieces((ToolCall("c", "n", '{"a":'),), own=False)[0]["toolUse"]["input"] == {}


def test_T44_a_documents_name_is_made_of_what_the_api_takes() -> None:
    assert fitted_name("Q3_report.v2 (final).pdf") == "Q3 report v2 (final) pdf"
    assert fitted_name(None) == fitted_name("…") == "document"


@pytest.mark.parametrize(
    ("piece", "path"),
    [(7, "c.0"), ({"toolUse": {}}, "c.0.toolUse.toolUseId"), ({"toolResult": 7}, "c.0.toolResult")],
)
def test_a_wrong_piece_is_named(piece: Any, path: str) -> None:
    assert refused(read_pieces, [piece], "c").param == path


def test_media_elsewhere_have_no_piece() -> None:
    with pytest.raises(TypeError):
        write_pieces((Image(Remote("u")),), own=False)
