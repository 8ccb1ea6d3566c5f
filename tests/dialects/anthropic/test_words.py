"""The tables agree with one another."""

from understudy.canon.faults import FaultKind
from understudy.canon.reply import StopReason
from understudy.dialects.anthropic.words import (
    BUDGET_OF_EFFORT,
    DEFAULT_EFFORT,
    EFFORTS,
    ERROR_OF_KIND,
    KIND_OF_ERROR,
    MIN_BUDGET,
    STOP_OF_WORD,
    WORD_OF_STOP,
    stop_of,
    stop_word,
)


def test_every_reason_has_a_word_that_means_it() -> None:
    assert set(WORD_OF_STOP) == set(StopReason)
    for reason, word in WORD_OF_STOP.items():
        assert stop_of(word) is reason or reason is StopReason.OTHER
    assert stop_of(None) is None


def test_every_kind_of_fault_has_a_word_that_is_read_again() -> None:
    assert set(ERROR_OF_KIND) == set(FaultKind)
    assert {word for word, _ in ERROR_OF_KIND.values()} <= set(KIND_OF_ERROR)


def test_an_upstream_of_this_dialect_keeps_its_own_word() -> None:
    word = "model_context_window_exceeded"
    assert stop_word(STOP_OF_WORD[word], word, own=True, calls=True, broken=True) == word
    assert stop_word(STOP_OF_WORD[word], word, own=False, calls=False, broken=False) == "max_tokens"


def test_budgets_rise_with_the_effort() -> None:
    budgets = list(BUDGET_OF_EFFORT.values())
    assert budgets == sorted(budgets)
    assert min(budgets) >= MIN_BUDGET
    assert {DEFAULT_EFFORT, *EFFORTS} <= set(BUDGET_OF_EFFORT)
