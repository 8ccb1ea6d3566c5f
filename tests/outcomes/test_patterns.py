"""Patterns from callers: whole answers, none that never end, none that break."""

import time

import pytest
from tests.outcomes.asks import reply, request, told

from understudy.outcomes.patterns import MAX_PATTERN_CHARS, REGEX


@pytest.mark.parametrize(
    ("pattern", "answer", "score"),
    [
        (r"\d{4}-\d\d-\d\d", " 2026-11-22\n", 1.0),
        (r"\d{4}-\d\d-\d\d", "on 2026-11-22", 0.0),
        ("(", "(", None),
        (r"(a)\1", "aa", None),
        ("x" * (MAX_PATTERN_CHARS + 1), "x", None),
        (7, "7", None),
    ],
)
def test_the_whole_answer_matches(pattern: object, answer: str, score: float | None) -> None:
    assert REGEX.score(told(expected=pattern), reply(answer)) == score


def test_without_a_pattern_there_is_no_opinion() -> None:
    assert REGEX.score(request(), reply("x")) is None


def test_a_pattern_that_backtracking_never_finishes_ends() -> None:
    begun = time.process_time()
    assert REGEX.score(told(expected="(a+)+b"), reply("a" * 50_000)) == 0.0
    assert time.process_time() - begun < 5
