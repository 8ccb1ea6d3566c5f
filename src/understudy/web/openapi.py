"""The OpenAPI document of operations, made of the types that they take and give.

No shape is written here: schemas are those of the structs that are encoded and decoded, words are their docstrings.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

import msgspec
from starlette.responses import Response

from understudy.dialects.openai_errors import Envelope
from understudy.web.operations import Operation

Schema = dict[str, Any]
OPENAPI = "3.1.0"
JSON = "application/json"
KEY = "key"
ABOUT = """What an Understudy tells, and what people tell it: the bill, the journal, pools, parity, labels, reactions.

A key is needed wherever keys are declared. It reads and changes what is its own tenant's; with the role `operate`, what
is any tenant's. A field that is not there has its default. Errors are told in the envelope of the client that asks, as
its headers show it: the one described here, unless they are those of another dialect."""
SENT = """The key, as `understudy key create` printed it.

Where an operation names roles, a key needs one of them (`keys[].roles`)."""
STATUSES = {
    200: "Done.",
    202: "Taken: the books will have it.",
    409: "Refused, and why.",
}
FAILED = "An error."
IDENTITY = {"x-understudy-request-id": {"schema": {"type": "string"}, "description": "Names the request."}}


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The whole document."""
    told = tuple(operations)
    types = [Envelope, *(kind for one in told for kind in (*_sent(one), *_given(one)))]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    for component in components.values():
        component["description"] = inspect.cleandoc(component["description"])
    of = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in told:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, of)
    scheme = {"type": "http", "scheme": "bearer", "description": SENT}
    return {
        "openapi": OPENAPI,
        "info": {"title": "Understudy", "version": version("understudy"), "description": ABOUT},
        "security": [{KEY: []}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {KEY: scheme}},
    }


def _operation(one: Operation, of: Mapping[Any, Schema]) -> dict[str, Any]:
    summary, _, more = inspect.cleandoc(one.serve.__doc__ or "").partition("\n")
    content = _content(one.gives, of)
    responses: dict[str, Any] = {
        str(status): {"description": STATUSES[status], "content": content} for status in one.statuses
    }
    responses["default"] = {"description": FAILED, "content": _content([Envelope], of), "headers": IDENTITY}
    told: dict[str, Any] = {
        "operationId": f"{one.method.lower()}{''.join(map(_word, one.below.split('/')))}",
        "summary": summary,
        "parameters": [*_parameters(one)],
        "responses": responses,
    }
    if more.strip():
        told["description"] = more.strip()
    if one.roles:
        told["security"] = [{KEY: [role]} for role in one.roles]
    for kind in _sent(one):
        needed = any(field.required for field in msgspec.structs.fields(kind))
        told["requestBody"] = {"content": _content([kind], of), "required": needed}
    return told


def _content(kinds: Iterable[Any], of: Mapping[Any, Schema]) -> dict[str, Any]:
    """Types as they are on the wire: the schema of each by its media type."""
    schemas = ((kind.media_type, {"type": "string"}) if _is_response(kind) else (JSON, of[kind]) for kind in kinds)
    return {media: {"schema": schema} for media, schema in schemas}


def _word(step: str) -> str:
    """A step of a path in the name of an operation."""
    return "".join(part.capitalize() for part in step.strip("{}").replace(".", "_").split("_"))


def _parameters(one: Operation) -> Iterator[dict[str, Any]]:
    takes = one.takes
    for name, kind in takes.items():
        if name not in ("query", "body"):
            yield {"name": name, "in": "path", "required": True, "schema": msgspec.json.schema(kind)}
    if "query" in takes:
        for field in msgspec.structs.fields(takes["query"]):
            schema = msgspec.json.schema(field.type)
            described = {"name": field.encode_name, "in": "query", "required": field.required}
            if words := schema.pop("description", None):
                described["description"] = words
            yield described | {"schema": schema if field.required else schema | {"default": field.default}}


def _sent(one: Operation) -> list[Any]:
    """The type of what is sent, if anything is."""
    return [one.takes["body"]] if "body" in one.takes else []


def _given(one: Operation) -> list[Any]:
    """The types of answers that are JSON."""
    return [kind for kind in one.gives if not _is_response(kind)]


def _is_response(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Response)
