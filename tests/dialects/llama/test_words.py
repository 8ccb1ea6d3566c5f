"""The tables: three stop words."""

from understudy.canon.reply import StopReason
from understudy.dialects.llama.words import WORD_OF_STOP, stop_of, stop_word


def test_T24_T26_three_words_for_every_reason() -> None:
    assert set(WORD_OF_STOP) == set(StopReason)
    assert set(WORD_OF_STOP.values()) == {"stop", "length", "tool_calls"}
    assert (stop_of("length"), stop_of("odd"), stop_of(None)) == (StopReason.LENGTH, StopReason.OTHER, None)
    assert stop_word(StopReason.STOP, None, own=False, calls=True, broken=False) == "tool_calls"
    assert stop_word(StopReason.LENGTH, None, own=False, calls=True, broken=False) == "length"
    assert stop_word(StopReason.OTHER, "odd", own=True, calls=False, broken=False) == "odd"
