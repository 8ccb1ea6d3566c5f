"""The tables: finish words."""

import pytest

from understudy.canon.reply import StopReason
from understudy.dialects.openai_chat.words import WORD_OF_STOP, stop_of, stop_word


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", StopReason.STOP),
        ("eos", StopReason.STOP),
        ("length", StopReason.LENGTH),
        ("tool_calls", StopReason.TOOL_CALLS),
        ("function_call", StopReason.TOOL_CALLS),
        ("content_filter", StopReason.REFUSAL),
        ("", StopReason.OTHER),
        ("of tomorrow", StopReason.OTHER),
        (None, None),
    ],
)
def test_T24_T25_finish_words(word: str | None, reason: StopReason | None) -> None:
    assert stop_of(word) is reason


def test_T24_T26_words_for_the_caller() -> None:
    assert stop_word(StopReason.STOP_SEQUENCE, "stop_sequence", own=False, calls=False) == "stop"
    assert stop_word(StopReason.STOP, "STOP", own=False, calls=True) == "tool_calls"
    assert stop_word(StopReason.LENGTH, "max_tokens", own=False, calls=True) == "length"
    assert stop_word(StopReason.OTHER, "odd", own=True, calls=True) == "odd"
    assert stop_word(StopReason.OTHER, "", own=True, calls=False) == "stop"


def test_the_tables_are_whole() -> None:
    assert set(WORD_OF_STOP) == set(StopReason)
