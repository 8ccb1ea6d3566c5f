"""Schemas that an answer or a strict tool is held to: this dialect's hosts take a part of JSON Schema there.

Bounds of numbers, lengths and counts are refused, objects must be closed, and no schema may refer to itself. Bounds
stay behind and objects are closed, both told as omissions; a recursive schema cannot be said at all. Schemas that
nothing is held to pass as they are. Reference: https://platform.claude.com/docs/en/build-with-claude/structured-outputs
"""

from collections.abc import Iterator
from typing import Any

from understudy.canon.faults import bad_request
from understudy.dialects.anthropic.losses import at
from understudy.dialects.losses import Gathered

_BOUNDS = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems",
    "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties",
}  # fmt: skip
# The counts of items that may be the least.
_LEAST_ITEMS = (0, 1)
# Where schemas stand in a schema: under names, in a list, alone.
_NAMED = ("properties", "patternProperties", "$defs", "definitions")
_LISTED = ("anyOf", "allOf", "oneOf", "prefixItems")
_ALONE = ("items", "not", "contains")


def fitted(schema: dict[str, Any], path: str, losses: Gathered) -> dict[str, Any]:
    """The schema as hosts take it, its order kept; a Fault if it refers to itself."""
    if (ref := _recursion(schema)) is not None:
        raise bad_request(
            f"{path}: the schema refers to itself by {ref!r}, which the anthropic dialect does not take", path
        )
    return dict(_fitted(schema, path, losses))


def _fitted(schema: Any, path: str, losses: Gathered) -> Any:
    if not isinstance(schema, dict):
        return schema
    told: dict[str, Any] = {}
    for name, value in schema.items():
        here = at(path, name)
        if name in _BOUNDS or (name == "minItems" and value not in _LEAST_ITEMS):
            losses.add(here, f"{value!r} is no bound that this dialect's schemas can hold an answer to")
        elif name in _NAMED and isinstance(value, dict):
            told[name] = {key: _fitted(inner, at(here, key), losses) for key, inner in value.items()}
        elif name in _LISTED and isinstance(value, list):
            told[name] = [_fitted(inner, at(here, place), losses) for place, inner in enumerate(value)]
        else:
            told[name] = _fitted(value, here, losses) if name in _ALONE else value
    if told.get("type") == "object" and told.get("additionalProperties") is not False:
        losses.add(at(path, "additionalProperties"), "an object is closed in this dialect's schemas")
        told["additionalProperties"] = False
    return told


def _recursion(schema: dict[str, Any]) -> str | None:
    """The first reference on whose way it is met again."""

    def circle(value: Any, met: tuple[str, ...]) -> str | None:
        for ref in _references(value):
            if ref in met:
                return ref
            if (found := circle(_at(schema, ref), (*met, ref))) is not None:
                return found
        return None

    # The whole is met before anything refers to it.
    return circle({name: value for name, value in schema.items() if name not in ("$defs", "definitions")}, ("#",))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref" and isinstance(inner, str):
                yield inner
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _at(schema: Any, ref: str) -> Any:
    """What a reference within the schema points at; nothing where it points elsewhere or at nothing."""
    if not ref.startswith("#"):
        return None
    for name in ref.split("/")[1:]:
        schema = schema.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(schema, dict) else None
    return schema
