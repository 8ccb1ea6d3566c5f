"""Parts are plain values: equal when their content is, and told apart by a tag when written down."""

from typing import get_args

import msgspec
import pytest

from understudy.canon.parts import (
    Document,
    Image,
    Inline,
    Opaque,
    Part,
    Refusal,
    Remote,
    ReplyPart,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    text_of,
)

PARTS: tuple[Part, ...] = (
    Text("words", {"x": 1}),
    Image(Inline("image/png", "AAAA"), "low"),
    Image(Remote("https://pictures.example/1.png")),
    Document(Inline("application/pdf", "JVBE"), "a.pdf"),
    Thinking("hm", "seal", "maker"),
    Thinking(seal="seal", sealed_by="maker", redacted=True),
    ToolCall("a", "f", '{"x":'),
    ToolResult("a", (Text("1"), Image(Remote("https://pictures.example/2.png"))), is_error=True),
    Refusal("rather not"),
    Opaque("search", {"hits": [1]}),
)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_a_part_written_down_comes_back_as_itself(part: Part) -> None:
    back: Part = msgspec.json.decode(msgspec.json.encode(part), type=Part)
    assert back == part
    assert type(back) is type(part)


def test_the_samples_are_all_kinds_of_part() -> None:
    assert {type(part) for part in PARTS} == set(get_args(Part))
    assert set(get_args(ReplyPart)) < set(get_args(Part))


def test_T47_words_are_joined_without_a_separator_and_only_words_are_words() -> None:
    assert text_of(PARTS) == "wordsrather not"
    assert text_of((Text("Gr"), Text("üß"))) == "Grüß"
    assert text_of(()) == ""
