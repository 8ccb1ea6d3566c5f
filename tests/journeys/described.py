"""The house's own description of itself, held against what it really answers."""

import re
from typing import Any

from jsonschema import Draft202012Validator


def wrong(document: dict[str, Any], method: str, path: str, status: int, kind: str, body: Any) -> str:
    """What of an answer the OpenAPI document does not say; empty where it says all of it. JSON comes as its value."""
    found = [one for below, one in document["paths"].items() if _pattern(below).fullmatch(path.partition("?")[0])]
    # What is said in full goes before what is said of a place.
    operation = next((one[method.lower()] for one in found if method.lower() in one), None)
    if operation is None:
        return f"{method} {path} is not described"
    answers = operation["responses"]
    told = answers.get(str(status), answers["default"])
    if kind not in told["content"]:
        return f"{method} {path} answers {kind}, and is said to answer {', '.join(told['content'])}"
    schema = told["content"][kind]["schema"] | {"components": document["components"]}
    errors = [f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in _errors(schema, body)]
    return f"{method} {path} {status}: {'; '.join(errors)}" if errors else ""


def _errors(schema: dict[str, Any], body: Any) -> list[Any]:
    return list(Draft202012Validator(schema).iter_errors(body))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
