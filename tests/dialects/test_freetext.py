"""Free text as the one argument of a function, and back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from understudy.dialects.freetext import CLOSING, OPENING, customs, escaped, parameters, unwrapped, wrapped


@given(st.text())
def test_T22_free_text_comes_through_as_it_was(text: str) -> None:
    assert unwrapped(wrapped(text)) == text
    assert json.loads(wrapped(text)) == {"input": text}


@given(st.lists(st.text()))
def test_T22_pieces_of_a_text_are_the_text(pieces: list[str]) -> None:
    assert OPENING + "".join(escaped(one) for one in pieces) + CLOSING == wrapped("".join(pieces))


def test_T22_arguments_of_another_form_are_the_text() -> None:
    for odd in ("*** Begin", '{"inp', "[1]", '{"input":7}', ""):
        assert unwrapped(odd) == odd


def test_T22_a_grammar_is_told_in_words() -> None:
    told = json.dumps(parameters({"syntax": "lark", "definition": "start: WORD"}))
    assert "lark grammar" in told
    assert "start: WORD" in told
    assert "grammar" not in json.dumps(parameters({"syntax": "lark"}))
    assert parameters()["required"] == ["input"]


def test_T22_the_spelling_names_the_tools_of_free_text() -> None:
    assert customs(("stop", "custom:patch", "custom:run")) == {"patch", "run"}
