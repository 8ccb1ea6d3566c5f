"""Why an answer was bad, in a class: what a team has to fix is not one number.

A class is named for a report; no decision rests on it. The first that fits counts, from the gravest on.
"""

import enum
import json


class Failure(enum.StrEnum):
    """What was wrong with an answer. A broken guardrail is a class of its own, by the guardrail's name."""

    ERROR = "error"
    REFUSAL = "refusal"
    EMPTY = "empty"
    INVENTED_FIELD = "invented field"
    WRONG = "wrong"


def invents_field(answer: str, expected: str) -> bool:
    """Whether a JSON object has a field with a value that the expected object has not, or has as null."""
    try:
        told, wanted = json.loads(answer), json.loads(expected)
    except (ValueError, RecursionError):  # not JSON, or nested deeper than any answer needs to be
        return False
    if not isinstance(told, dict) or not isinstance(wanted, dict):
        return False
    return any(value is not None and wanted.get(name) is None for name, value in told.items())
