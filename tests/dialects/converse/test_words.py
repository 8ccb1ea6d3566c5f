"""The tables: stop reasons, exceptions, formats."""

import pytest

from understudy.canon.faults import FaultKind
from understudy.canon.reply import StopReason
from understudy.dialects.converse.words import ERROR_OF_KIND, STOP_OF_WORD, WORD_OF_STOP, stop_of, stop_word


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", StopReason.STOP),
        ("guardrail_intervened", StopReason.REFUSAL),
        ("model_context_window_exceeded", StopReason.LENGTH),
        ("of_tomorrow", StopReason.OTHER),
        (None, None),
    ],
)
def test_T25_stop_words(word: str | None, reason: StopReason | None) -> None:
    assert stop_of(word) is reason


def test_T24_T26_words_for_the_caller() -> None:
    assert stop_word(StopReason.STOP, "stop", own=False, calls=True, broken=False) == "tool_use"
    assert stop_word(StopReason.LENGTH, "length", own=False, calls=True, broken=False) == "max_tokens"
    assert stop_word(StopReason.OTHER, "odd", own=True, calls=False, broken=False) == "odd"


def test_the_tables_are_whole_and_agree() -> None:
    assert set(WORD_OF_STOP) == set(StopReason)
    assert set(ERROR_OF_KIND) == set(FaultKind)
    assert all(stop_of(word) is STOP_OF_WORD[word] for word in WORD_OF_STOP.values())
