"""Pieces of content and calls, there and back."""

from typing import Any

import pytest
from tests.dialects.llama.samples import CALL, refused

from understudy.canon.parts import Image, Inline, Opaque, Text, Thinking, ToolCall
from understudy.dialects.llama.pieces import read_calls, read_content, read_piece, write_call, write_piece

PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}


@pytest.mark.parametrize(
    ("piece", "part"),
    [
        ({"type": "text", "text": "Hi", "odd": 1}, Text("Hi", {"odd": 1})),
        (PICTURE, Image(Inline("image/png", "aGk="))),
        ({"type": "video", "id": "v"}, Opaque("video", {"type": "video", "id": "v"})),
    ],
)
def test_T43_each_piece_is_read_and_written_again(piece: dict[str, Any], part: Any) -> None:
    assert read_piece(piece, "x") == part
    assert write_piece(part, own=True) == piece


def test_L2_an_assistants_content_may_be_one_object() -> None:
    assert read_content({"type": "text", "text": "Hi"}, "x") == ((Text("Hi"),), False)
    assert read_content("Hi", "x") == ((Text("Hi"),), True)
    assert read_content([PICTURE], "x")[0] == (Image(Inline("image/png", "aGk=")),)
    assert refused(read_content, 7, "messages[0].content").param == "messages[0].content"


def test_L2_calls_have_no_type() -> None:
    assert read_calls([CALL], "x") == (ToolCall("call_1", "add", '{"a":1}'),)
    assert write_call(ToolCall("call_1", "add", '{"a":1}')) == CALL
    assert write_call(ToolCall("c", "add"))["function"]["arguments"] == "{}"
    assert refused(read_calls, [{"id": "c"}], "x").param == "x[0].function"


def test_thinking_is_no_piece_of_content() -> None:
    with pytest.raises(TypeError):
        write_piece(Thinking("So"), own=False)
