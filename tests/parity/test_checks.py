"""Checks: right is right, almost right is wrong, and no answer can make one fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.parity.checks import contains, exact, json_equal, numeric

CHECKS = {"exact": exact, "contains": contains, "numeric": numeric, "json_equal": json_equal}


@pytest.mark.parametrize(
    ("check", "answer", "reference", "score"),
    [
        (exact, " billing\n", "billing", 1),
        (exact, "Billing", "billing", 0),
        (exact, "billing.", "billing", 0),
        (contains, "It is Paris, of course.", "Paris", 1),
        (contains, "It is paris.", "Paris", 0),
        (numeric, "42", "42", 1),
        (numeric, "The answer is 1,234.50.", "1234.5", 1),
        (numeric, "from 3-5 to -7", "-7", 1),
        (numeric, "3-5", "5", 1),
        (numeric, "x=-3.5e2", "-350", 1),
        (numeric, "it is .5", "0.5", 1),
        (numeric, "42.0000001", "42", 1),
        (numeric, "42.1", "42", 0),
        (numeric, "model v42", "42", 0),
        (numeric, "no number - at all", "0", 0),
        (numeric, "1e999", "42", 0),
        (json_equal, ' {"b": [1, 2], "a": null} ', '{"a": null, "b": [1.0, 2]}', 1),
        (json_equal, '{"a": true}', '{"a": 1}', 0),
        (json_equal, "[0]", "[false]", 0),
        (json_equal, "[1, 2]", "[2, 1]", 0),
        (json_equal, "[1]", "[1, 1]", 0),
        (json_equal, '{"a": 1, "b": 2}', '{"a": 1}', 0),
        (json_equal, '```json\n{"a": 1}\n```', '{"a": 1}', 0),
        (json_equal, "NaN", "null", 0),
        (json_equal, "[" * 100_000, "[]", 0),
        (json_equal, "9" * 10_000, "9", 0),
    ],
)
def test_scores(check: object, answer: str, reference: str, score: float) -> None:
    assert callable(check)
    assert check(answer, reference) == score


@pytest.mark.parametrize(
    ("name", "reference"),
    [("contains", ""), ("numeric", "six"), ("numeric", "nan"), ("json_equal", "{")],
)
def test_a_reference_that_cannot_be_met_is_refused(name: str, reference: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        CHECKS[name]("1", reference)


@given(answer=st.text(), name=st.sampled_from(sorted(CHECKS)))
def test_no_answer_breaks_a_check(answer: str, name: str) -> None:
    assert CHECKS[name](answer, "1") in (0.0, 1.0)
