"""Schemas from callers: valid, invalid, no schema at all, and those that ask for too much."""

from typing import Any

import pytest
from tests.outcomes.asks import reply, request, told

from understudy.canon.request import Format
from understudy.outcomes.schemas import JSON_SCHEMA, MAX_ANSWER_CHARS

TICKET: dict[str, Any] = {
    "type": "object",
    "properties": {"queue": {"enum": ["billing", "tech"]}, "id": {"type": "string", "pattern": "^T-[0-9]+$"}},
    "required": ["queue"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ('{"queue": "billing"}', 1.0),
        ('{"queue": "tech", "id": "T-12"}', 1.0),
        ('{"queue": "tech", "id": "12"}', 0.0),
        ('{"queue": "sales"}', 0.0),
        ('{"id": "T-1"}', 0.0),
        ('{"queue": "tech", "more": 1}', 0.0),
        ("{", 0.0),
        ("", 0.0),
        ('"' + "x" * MAX_ANSWER_CHARS + '"', 0.0),
    ],
)
def test_the_schema_that_was_asked_for(answer: str, score: float) -> None:
    asked = request(format=Format("json_schema", schema=TICKET))
    assert JSON_SCHEMA.score(asked, reply(answer)) == score
    assert JSON_SCHEMA.score(told(schema=TICKET), reply(answer)) == score


def test_without_a_schema_there_is_no_opinion() -> None:
    assert JSON_SCHEMA.score(request(), reply("{}")) is None
    assert JSON_SCHEMA.score(request(format=Format("json_object")), reply("{}")) is None


DOUBLING: dict[str, Any] = {
    "$defs": {
        **{f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]} for n in range(40)},
        "a40": False,
    },
    "$ref": "#/$defs/a0",
}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nothing"},
        {"$ref": "http://192.0.2.1/schema.json"},
        {"$ref": "#/nowhere"},
        {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        {"$dynamicRef": "#meta"},
        {"pattern": "(?=x)y"},
        DOUBLING,
        {"enum": ["x" * 100_001]},
    ],
)
def test_a_schema_that_cannot_be_held_against_is_no_opinion(schema: dict[str, Any]) -> None:
    assert JSON_SCHEMA.score(told(schema=schema), reply('"x"')) is None


def test_patterns_of_properties() -> None:
    schema = {"patternProperties": {"^n_": {"type": "number"}}}
    assert JSON_SCHEMA.score(told(schema=schema), reply('{"n_a": 1, "b": "x"}')) == 1.0
    assert JSON_SCHEMA.score(told(schema=schema), reply('{"n_a": "1"}')) == 0.0
