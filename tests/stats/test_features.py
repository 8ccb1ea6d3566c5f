"""The hand features: each counts what it says, whatever the prompt."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.stats.features import COUNT, NAMES, READ_CHARS, hand


def feature(name: str, text: str) -> float:
    return hand(text)[NAMES.index(name)]


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("digits", "a1b22", 3),
        ("numbers", "3.5 and 12 and 7.", 3),
        ("latex", r"\frac{1}{2} costs $5$", 3),
        ("code", "def f():\n    return {1: 2};", 5),
        ("q", "why? what?", 2),
        ("list", "1. one\n - two\n*) three\nx. four", 2),
        ("opt", "A. yes\nB. no\nK. other\n A. indented", 2),
        ("caps", "USA and Ursula", 4),
        ("upperword", "NASA and I and USAble", 1),
        ("math", "a + b = c ≤ √d", 4),
        ("neg", "Not all except nothing; NEVER", 3),
        ("why", "Explain how to compute", 3),
        ("write", "Summarise and translate, then write a poem", 4),
        ("quote", '"a" and "b"', 4),
        ("statement", "Statement 1 of the following statements", 2),
        ("non_ascii", "naïve café ☕", 3),
        ("newl", "a\nb\nc", 2),
        ("money", "$5, 5 €, 5 %, £5", 4),
    ],
)
def test_counts(name: str, text: str, count: int) -> None:
    assert feature(name, text) == pytest.approx(math.log1p(count))


def test_shapes_of_words() -> None:
    text = "One two, two. Don't!"
    assert feature("log_len", text) == pytest.approx(math.log1p(20))
    assert feature("log_words", text) == pytest.approx(math.log1p(4))
    assert feature("avg_word", text) == pytest.approx((3 + 3 + 3 + 5) / 4)
    assert feature("uniq_ratio", text) == pytest.approx(3 / 4)
    assert feature("sent_len", text) == pytest.approx(math.log1p(4 / 2))
    assert feature("max_num", "7 of 1250.5 and 12345678901234") == pytest.approx(math.log1p(123456789012))


def test_nothing_is_read_beyond_the_limit() -> None:
    assert hand("a" * READ_CHARS + "1?") == hand("a" * READ_CHARS)


@given(st.text())
def test_any_text_gives_finite_numbers(text: str) -> None:
    found = hand(text + "\ud800")
    assert len(found) == COUNT
    assert all(math.isfinite(one) for one in found)
