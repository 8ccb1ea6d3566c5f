"""The tables: finish words, errors, efforts and formats."""

import pytest

from understudy.canon.faults import FaultKind
from understudy.canon.reply import StopReason
from understudy.dialects.openai_chat.words import ERROR_OF_KIND, WORD_OF_STOP, effort_of, stop_of, stop_word


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
    assert set(ERROR_OF_KIND) == set(FaultKind)


def test_T57_an_overload_is_a_503_here() -> None:
    assert ERROR_OF_KIND[FaultKind.OVERLOADED][1] == 503


def test_T42_more_budget_never_buys_less_effort() -> None:
    order = ["none", "minimal", "low", "medium", "high"]
    places = [order.index(effort_of(budget)) for budget in range(0, 20_000, 100)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == len(order) - 1
