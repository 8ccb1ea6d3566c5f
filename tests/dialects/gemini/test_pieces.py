import json
from typing import Any

import msgspec
import pytest

from understudy.canon.faults import Fault
from understudy.canon.parts import Audio, Document, Image, Inline, Opaque, Remote, Text, Thinking, ToolCall, ToolResult
from understudy.dialects.arguments import arguments_of
from understudy.dialects.gemini.pieces import media_type_of, read_piece, write_pieces

BODIES: list[dict[str, Any]] = [
    {"text": "a"},
    {"text": "b", "thought": True, "thoughtSignature": "c2lnbg=="},
    {"functionCall": {"id": "1", "name": "f", "args": {"x": [1]}}, "thoughtSignature": "c2lnbg=="},
    {"functionResponse": {"id": "1", "name": "f", "response": {"output": "fine"}}},
    {"functionResponse": {"id": "1", "name": "f", "response": {"error": "broken"}}},
    {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
    {"inlineData": {"mimeType": "application/pdf", "data": "AAAA"}},
    {"fileData": {"mimeType": "image/webp", "fileUri": "https://example.com/a"}},
    {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://bucket/a"}},
    {"executableCode": {"code": "1"}, "thoughtSignature": "c2lnbg=="},
]


def read(body: dict[str, Any]) -> tuple[Any, ...]:
    return read_piece(body, "contents[0].parts[0]", "gemini", "gm_c0_0")


def test_T43_base64_of_the_url_safe_alphabet_becomes_the_standard_one() -> None:
    (image,) = read({"inlineData": {"mimeType": "image/png", "data": "-_-_AA=="}})
    assert image == Image(Inline("image/png", "+/+/AA=="))


@pytest.mark.parametrize("body", BODIES, ids=lambda body: next(iter(body)))
def test_a_part_is_written_as_it_was_read(body: dict[str, Any]) -> None:
    assert json.loads(msgspec.json.encode(write_pieces(read(body), {"1": "f"}))) == [body]


def test_T38_a_signature_on_a_call_is_told_before_it_and_put_back_on_it() -> None:
    seal, call = read({"functionCall": {"name": "f"}, "thought_signature": "s"})
    assert seal == Thinking("", "s", "gemini", redacted=True)
    assert call == ToolCall("gm_c0_0", "f")
    assert write_pieces([Text("a"), seal, call], {}) == [
        {"text": "a"},
        {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "s"},
    ]
    assert write_pieces([Text("a"), seal], {})[-1] == {"text": "", "thoughtSignature": "s"}


def test_kinds_are_told_apart() -> None:
    assert read({"inline_data": {"mime_type": "image/png", "data": "A"}}) == (Image(Inline("image/png", "A")),)
    assert read({"inlineData": {"mimeType": "audio/wav", "data": "A"}}) == (Audio(Inline("audio/wav", "A")),)
    assert isinstance(read({"inlineData": {"mimeType": "video/mp4", "data": "A"}})[0], Opaque)
    assert isinstance(read({"inlineData": {"mimeType": "text/plain", "data": "A"}})[0], Document)
    with pytest.raises(Fault, match="must hold content"):
        read({})


def test_T20_a_result_with_a_picture_keeps_both() -> None:
    result = ToolResult("gm_1", (Text("seen"), Image(Inline("image/png", "A"))), False, True)
    (body,) = write_pieces([result], {"gm_1": "look"})
    assert body["functionResponse"]["name"] == "look"
    assert body["functionResponse"]["parts"] == [{"inlineData": {"mimeType": "image/png", "data": "A"}}]
    assert "id" not in body["functionResponse"]


def test_a_result_that_is_no_plain_text_is_told_as_its_json() -> None:
    (result,) = read({"functionResponse": {"name": "f", "response": {"degrees": 7}}})
    assert (result.parts, result.is_error) == ((Text('{"degrees":7}'),), False)


def test_T43_the_type_of_something_at_a_url_is_told_or_read_off_its_ending() -> None:
    assert media_type_of(Image(Remote("https://e.com/a.PNG?x=1"))) == "image/png"
    assert media_type_of(Document(Remote("https://e.com/a"))) == "application/pdf"


def test_T14_broken_arguments_are_no_object() -> None:
    assert arguments_of("") == arguments_of("null") == {}
    assert arguments_of('{"a": ') is None
    with pytest.raises(TypeError):
        write_pieces([7], {})
