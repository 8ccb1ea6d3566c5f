"""Schemas that answers are held to, in the part of JSON Schema that this dialect's hosts take."""

import json
from typing import Any

import pytest
from tests.dialects.anthropic.samples import refused

from understudy.dialects.anthropic.losses import Losses
from understudy.dialects.anthropic.schemas import fitted

CLOSED: dict[str, Any] = {
    "type": "object",
    "properties": {"minimum": {"type": "string"}, "b": {"$ref": "#/$defs/b"}},
    "required": ["minimum"],
    "additionalProperties": False,
    "$defs": {"b": {"type": "array", "items": {"type": "integer"}, "minItems": 1}},
}


def lowered(schema: dict[str, Any]) -> tuple[Any, list[str]]:
    losses = Losses()
    told = fitted(schema, "s", losses)
    return told, [omission.field for omission in losses.items]


def test_T65_T68_what_hosts_take_passes_as_it_is() -> None:
    told, left = lowered(CLOSED)
    assert json.dumps(told) == json.dumps(CLOSED)
    assert left == []


def test_T65_bounds_stay_behind_wherever_they_stand() -> None:
    told, left = lowered(
        {
            "anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}],
            "items": {"type": "string", "maxLength": 5, "description": "d"},
            "$defs": {"x": {"type": "array", "minItems": 2, "prefixItems": [{"multipleOf": 2}]}},
            "const": {"minimum": 3},
        }
    )
    assert told == {
        "anyOf": [{"type": "integer"}, {"type": "null"}],
        "items": {"type": "string", "description": "d"},
        "$defs": {"x": {"type": "array", "prefixItems": [{}]}},
        "const": {"minimum": 3},
    }
    assert left == [
        "s.anyOf.0.minimum", "s.anyOf.0.maximum", "s.items.maxLength", "s.$defs.x.minItems",
        "s.$defs.x.prefixItems.0.multipleOf",
    ]  # fmt: skip


@pytest.mark.parametrize("more", [{}, {"additionalProperties": True}, {"additionalProperties": {"type": "string"}}])
def test_T65_objects_are_closed(more: dict[str, Any]) -> None:
    told, left = lowered({"type": "object", "properties": {"a": {"type": "object", **more}}, **more})
    closed = {"additionalProperties": False}
    assert told == {"type": "object", "properties": {"a": {"type": "object", **closed}}, **closed}
    assert left == ["s.properties.a.additionalProperties", "s.additionalProperties"]


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"next": {"$ref": "#"}}},
        {
            "$ref": "#/$defs/a",
            "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"items": {"$ref": "#/$defs/a"}}},
        },
        {"$ref": "#/definitions/a~1b", "definitions": {"a/b": {"not": {"$ref": "#/definitions/a~1b"}}}},
    ],
)
def test_T65_a_schema_that_refers_to_itself_is_refused(schema: dict[str, Any]) -> None:
    assert "refers to itself" in refused(fitted, schema, "s", Losses()).message


def test_T65_a_reference_met_twice_is_no_circle() -> None:
    refs = [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}, {"$ref": "https://elsewhere.example/s"}, {"$ref": "#/none"}]
    assert lowered({"anyOf": refs, "$defs": {"a": {"type": "string"}}})[1] == []
