"""Parts are values, and joining their words adds nothing."""

import msgspec
import pytest

from understudy.canon.parts import Image, Part, Refusal, Remote, Text, Thinking, ToolCall, text_of


def test_T47_joining_adds_no_separator_and_only_words_are_joined() -> None:
    assert text_of((Text("a"), Thinking("b"), ToolCall("c", "d"), Refusal("e"), Text("f"))) == "aef"
    assert text_of(()) == ""


@pytest.mark.parametrize("part", [Text("a"), Thinking("b", "s", "m", True), Image(Remote("u"), "low", {"x": None})])
def test_a_part_survives_json_by_its_tag(part: Part) -> None:
    assert msgspec.json.decode(msgspec.json.encode(part), type=Part) == part


def test_a_part_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Text("a").text = "b"  # type: ignore[misc]
