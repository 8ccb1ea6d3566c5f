"""Checks that need nothing but the answer and what was expected: 1 if it is right, 0 if not.

A check that is wrong makes every promise of the gate empty, so these are strict and say nothing that they cannot know.
Each has a version, which is part of the hypothesis: change what a check accepts, and change its version. Checks that
run code or ask a model do not live here.
"""

import json
import math
import re
from typing import Any

# Relative above 1, absolute below: what is left of a float after a few operations.
TOLERANCE = 1e-6
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+|(?=\.\d))(?:\.\d+)?(?:[eE][-+]?\d+)?")


def exact(answer: str, reference: str) -> float:
    """Whether the answer is the reference, white space at both ends aside."""
    return float(answer.strip() == reference.strip())


def contains(answer: str, reference: str) -> float:
    """Whether the reference stands somewhere in the answer, as it is written; ValueError for an empty reference."""
    if not reference:
        raise ValueError("reference '' stands in every answer; give the words that must be there")
    return float(reference in answer)


def numeric(answer: str, reference: str, tolerance: float = TOLERANCE) -> float:
    """Whether the last number of the answer is the reference within a tolerance; ValueError if that is no number."""
    try:
        expected = float(reference)
    except ValueError:
        expected = math.nan
    if not math.isfinite(expected):
        raise ValueError(f"reference {reference!r} is no number; write digits, a point, an exponent")
    numbers = _NUMBER.findall(answer)
    if not numbers:
        return 0.0
    return float(math.isclose(float(numbers[-1].replace(",", "")), expected, rel_tol=tolerance, abs_tol=tolerance))


def json_equal(answer: str, reference: str) -> float:
    """Whether the whole answer is JSON of the reference's value, key order aside; ValueError if that is no JSON."""
    try:
        expected = _parse(reference)
    except ValueError as error:
        raise ValueError(f"reference {reference!r} is no JSON: {error}") from error
    try:
        return float(_same(_parse(answer), expected))
    except (ValueError, RecursionError):  # not JSON, or nested deeper than any answer needs to be
        return 0.0


def _parse(text: str) -> Any:
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name!r} is no JSON")  # NaN and Infinity, which json.loads would take


def _same(left: Any, right: Any) -> bool:
    """Equality as JSON has it: 1 is 1.0, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right)
