import pytest

from understudy.canon.faults import FaultKind
from understudy.canon.reply import StopReason
from understudy.dialects.gemini.words import ERROR_OF_KIND, WORD_OF_STOP, finish_word, stop_of, stop_word


def test_T24_a_plain_stop_with_calls_is_a_stop_for_tools() -> None:
    assert stop_of("STOP", calls=True) is StopReason.TOOL_CALLS
    assert stop_of("STOP", calls=False) is StopReason.STOP
    assert stop_of("MAX_TOKENS", calls=True) is StopReason.LENGTH


@pytest.mark.parametrize("word", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "MODEL_ARMOR"])
def test_T25_what_was_filtered_is_a_refusal(word: str) -> None:
    assert stop_of(word, calls=False) is StopReason.REFUSAL


@pytest.mark.parametrize("word", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "a word from tomorrow"])
def test_T25_a_word_outside_the_table_is_other(word: str) -> None:
    assert stop_of(word, calls=False) is StopReason.OTHER


def test_T25_numbers_stand_for_words() -> None:
    assert [finish_word(value) for value in (1, 2, 99, "STOP", None, True, "")] == [
        "STOP", "MAX_TOKENS", "99", "STOP", None, None, None,
    ]  # fmt: skip


def test_every_reason_and_fault_has_a_word() -> None:
    assert set(WORD_OF_STOP) == set(StopReason)
    assert set(ERROR_OF_KIND) == set(FaultKind)


def test_T14_a_cut_call_is_told_as_the_limit_that_cut_it() -> None:
    assert stop_word(StopReason.TOOL_CALLS, None, own=False, broken=True) == "MAX_TOKENS"
    assert stop_word(StopReason.REFUSAL, "SPII", own=True, broken=False) == "SPII"
