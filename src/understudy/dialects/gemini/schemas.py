"""Schemas: this dialect's older form of a schema, which follows OpenAPI, read as JSON Schema.

The older form spells types in capitals, says `nullable`, and orders properties in a list of its own. Upstreams are
always given JSON Schema (`responseJsonSchema`, `parametersJsonSchema`), so nothing is written here.
Reference: https://ai.google.dev/api/caching#Schema
"""

from typing import Any

from understudy.dialects.gemini.fields import camel

_NESTED = ("items", "additionalProperties")
_LISTS = ("anyOf", "prefixItems")


def from_openapi(schema: Any) -> Any:
    """The same schema as JSON Schema; what is no schema is returned as it is."""
    if not isinstance(schema, dict):
        return schema
    told = {camel(name): value for name, value in schema.items()}
    nullable, order = told.pop("nullable", None), told.pop("propertyOrdering", None)
    read = {name: _read(name, value) for name, value in told.items()}
    if isinstance(order, list) and isinstance(read.get("properties"), dict):
        read["properties"] = _ordered(read["properties"], order)
    if nullable is True:
        return _with_null(read)
    return read


def _read(name: str, value: Any) -> Any:
    if name == "type" and isinstance(value, str):
        return value.lower()
    if name == "properties" and isinstance(value, dict):
        return {key: from_openapi(inner) for key, inner in value.items()}
    if name in _NESTED:
        return from_openapi(value)
    if name in _LISTS and isinstance(value, list):
        return [from_openapi(inner) for inner in value]
    # Counts are 64-bit in protocol buffers, which JSON carries as text.
    if isinstance(value, str) and value.isdecimal() and name[:3] in ("min", "max"):
        return int(value)
    return value


def _ordered(properties: dict[str, Any], order: list[Any]) -> dict[str, Any]:
    first = {name: properties[name] for name in order if isinstance(name, str) and name in properties}
    return {**first, **properties}


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), str):
        schema = {**schema, "type": [schema["type"], "null"]}
    elif isinstance(schema.get("anyOf"), list):
        schema = {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema = {**schema, "enum": [*schema["enum"], None]}
    return schema
