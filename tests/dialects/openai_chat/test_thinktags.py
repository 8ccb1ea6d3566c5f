"""Thinking between tags, told apart from the words however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.parts import Text, Thinking
from understudy.dialects.openai_chat.thinktags import ThinkTags, split

PIECES = st.sampled_from(["<think>", "</think>", "<th", "</", "\n", " ", "Hm", "calm", "<", "ink>"])


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("<think>\nHm.\n</think>\n\nCalm.", [Thinking("Hm."), Text("Calm.")]),
        ("\n<think>Hm</think>Calm.", [Thinking("Hm"), Text("Calm.")]),
        ("<think>\n\n</think>\n\nCalm.", [Text("Calm.")]),
        ("<think>Hm, cut o", [Thinking("Hm, cut o")]),
        ("<think>", [Text("<think>")]),
        ("\n<think>\n", [Text("\n<think>\n")]),
        ("<think></think>", []),
        ("<think></think>Calm.", [Text("Calm.")]),
        ("<think>Hm</thi", [Thinking("Hm</thi")]),
        ("<think>Hm</think>\n", [Thinking("Hm")]),
        ("Calm. <think>no</think>", [Text("Calm. <think>no</think>")]),
        (" Calm.", [Text(" Calm.")]),
        ("<thin", [Text("<thin")]),
        ("<b>Calm</b>", [Text("<b>Calm</b>")]),
        ("", []),
    ],
)
def test_T41_only_an_answer_that_opens_with_the_tag_holds_thinking(said: str, parts: list[Text | Thinking]) -> None:
    assert split(said) == parts


@given(st.lists(PIECES, max_size=12))
def test_T41_any_cut_tells_the_same(pieces: list[str]) -> None:
    tags = ThinkTags()
    told = [found for piece in pieces for found in tags.feed(piece)] + tags.close()
    whole = split("".join(pieces))
    for kind in (Thinking, Text):
        assert "".join(text for one, text in told if one is kind) == "".join(
            part.text for part in whole if type(part) is kind
        )
