"""`json_schema`: the answer is JSON that is valid under the schema that the question asked for.

The schema is the request's own answer format, or `metadata.schema`. It is a caller's: patterns in it run on RE2, no
reference is ever fetched, and the number of references followed is bounded, since a few lines of them can ask for more
work than there is time (extra `checks`: jsonschema, google-re2).
"""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import re2
from jsonschema.validators import Draft202012Validator, extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from understudy.canon.parts import text_of
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.outcomes.checks import Quick, told
from understudy.ports import Check

MAX_SCHEMA_CHARS = 100_000
MAX_ANSWER_CHARS = 1_000_000
MAX_REFERENCES = 10_000


class TooMuch(Exception):
    """The schema asks for more work than a check may take."""


class JsonSchema(Quick):
    """Valid under the asked-for schema. Satisfies ports.Check."""

    name = "json_schema"
    version = "1"

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 if valid, 0.0 if not or no JSON at all; None if no schema was asked for, or one that is none."""
        asked = request.format.schema if request.format is not None else None
        schema = asked if asked is not None else told(request, "schema")
        if not isinstance(schema, dict) or len(json.dumps(schema)) > MAX_SCHEMA_CHARS:
            return None
        answer = text_of(reply.parts)
        try:
            validator = _bounded()
            validator.check_schema(schema)
            value = json.loads(answer) if len(answer) <= MAX_ANSWER_CHARS else None
            return float(len(answer) <= MAX_ANSWER_CHARS and validator(schema, registry=Registry()).is_valid(value))
        except json.JSONDecodeError:
            return 0.0
        except (jsonschema.SchemaError, Unresolvable, TooMuch, RecursionError, re2.error):
            return None


def _bounded() -> Any:
    """A validator for one answer, with so many references to follow."""
    left = MAX_REFERENCES

    def reference(validator: Any, ref: str, instance: Any, schema: Any) -> Iterator[Any]:
        nonlocal left
        left -= 1
        if left < 0:
            raise TooMuch
        yield from Draft202012Validator.VALIDATORS["$ref"](validator, ref, instance, schema)

    return extend(Draft202012Validator, {"$ref": reference, "$dynamicRef": _none, "pattern": _pattern} | _MORE)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
    if isinstance(instance, str) and re2.search(pattern, instance) is None:
        yield jsonschema.ValidationError(f"{instance[:40]!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, schema: Any
) -> Iterator[jsonschema.ValidationError]:
    if isinstance(instance, dict):
        for pattern, inner in patterns.items():
            for name, value in instance.items():
                if re2.search(pattern, name) is not None:
                    yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _none(validator: Any, ref: str, instance: Any, schema: Any) -> Iterator[Any]:
    raise TooMuch  # dynamic references are for schemas of schemas, and have no bound of their own


_MORE = {"patternProperties": _pattern_properties}
JSON_SCHEMA: Check = JsonSchema()
