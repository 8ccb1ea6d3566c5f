"""Pieces of content, one by one, there and back."""

from typing import Any

import pytest
from tests.dialects.openai_responses.samples import refused

from understudy.canon.parts import Document, Image, Inline, Opaque, Part, Refusal, Remote, Text, ToolCall
from understudy.dialects.openai_responses.content import read_content, read_part, write_part

PNG, PDF = "data:image/png;base64,aGk=", "data:application/pdf;base64,aGk="
PIECES: list[tuple[dict[str, Any], Part]] = [
    ({"type": "input_text", "text": "Hi"}, Text("Hi")),
    ({"type": "input_image", "image_url": PNG, "detail": "low"}, Image(Inline("image/png", "aGk="), "low")),
    ({"type": "input_image", "image_url": "https://a.example/b"}, Image(Remote("https://a.example/b"))),
    (
        {"type": "input_file", "filename": "a.pdf", "file_data": PDF},
        Document(Inline("application/pdf", "aGk="), "a.pdf"),
    ),
    ({"type": "input_file", "file_url": "https://a.example/c"}, Document(Remote("https://a.example/c"))),
    ({"type": "input_file", "file_id": "file_1"}, Opaque("input_file", {"type": "input_file", "file_id": "file_1"})),
    ({"type": "input_image", "file_id": "f"}, Opaque("input_image", {"type": "input_image", "file_id": "f"})),
]


@pytest.mark.parametrize(("piece", "part"), PIECES)
def test_T43_T44_each_piece_is_read_and_written_again(piece: dict[str, Any], part: Part) -> None:
    assert read_part(piece, "x") == part
    assert write_part(part, own=True) == piece


def test_what_a_model_said_is_output() -> None:
    assert read_part({"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}, "x") == Text("Hi")
    assert write_part(Text("Hi"), own=False, said=True) == {"type": "output_text", "text": "Hi"}
    assert read_part({"type": "refusal", "refusal": "No"}, "x") == Refusal("No")


def test_T46_citations_stay_with_their_words() -> None:
    cited = {"type": "output_text", "text": "Hi", "annotations": [{"type": "url_citation", "url": "u"}]}
    part = read_part(cited, "x")
    assert isinstance(part, Text)
    assert part.extras == {"annotations": [{"type": "url_citation", "url": "u"}]}
    assert write_part(part, own=True, said=True) == cited


def test_a_content_is_a_string_or_pieces() -> None:
    assert read_content("Hi", "x") == ((Text("Hi"),), True)
    assert refused(read_content, 7, "input[0].content").param == "input[0].content"
    assert refused(read_content, [{"type": "input_text"}], "c").param == "c[0].text"


def test_a_call_is_no_piece_of_content() -> None:
    with pytest.raises(TypeError):
        write_part(ToolCall("c", "n"), own=False)
