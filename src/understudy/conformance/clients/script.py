"""The script: what the coding upstream answers, by looking at the request alone.

A form that is asked for gets an instance of it. An errand gets a call of a tool that runs commands, whichever of those
on offer takes one; where none is on offer, an edit in words. Once its result is there, or without an errand: words.
"""

import json
from typing import Any

from understudy.conformance.answers import Answer
from understudy.conformance.clients.requests import Offered, Seen
from understudy.conformance.clients.tasks import COMMAND, ERRAND, FAILED, GROWN, MADE_FILE, SEED, TEXT, grown, report

# What tools call the command that they run: one text, or a list.
_COMMANDS = ("command", "cmd", "commands")
_WORD = "errand"


def answer_to(seen: Seen) -> Answer:
    """The answer to a request."""
    if seen.form is not None:
        return Answer(json.dumps(instance(seen.form)))
    if ERRAND not in seen.said:
        return Answer(TEXT)
    if seen.results:
        made = GROWN.search(seen.results)
        return Answer(report(made[0]) if made is not None else FAILED)
    for tool in seen.offered:
        arguments = _command(tool)
        if arguments is not None:
            return Answer(calls=((tool.name, arguments),), stop="tools")
    seed = SEED.search(seen.said)
    return Answer(_edit(seed[0]) if seed is not None else TEXT)


def instance(schema: dict[str, Any]) -> Any:
    """The smallest value of a JSON schema."""
    for choices in (schema.get("anyOf"), schema.get("oneOf")):
        if choices:
            return instance(choices[0])
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object")
    match (kind[0] if isinstance(kind, list) else kind).lower():
        case "object":
            return {name: instance(schema["properties"][name]) for name in schema.get("required") or ()}
        case "array":
            return [instance(schema["items"])] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case "null":
            return None
    return _WORD


def _command(tool: Offered) -> Any:
    """Arguments, or free text, by which a tool runs the errand's command; None if it runs no commands."""
    properties = tool.schema.get("properties") or {}
    if tool.name.endswith("exec") and (tool.free or list(properties) == ["input"]):
        # Codex lets its newest models write a script that calls its tools, as free text where a dialect has that.
        script = f"text(await tools.exec_command({{cmd: {json.dumps(COMMAND)}}}));"
        return script if tool.free else {"input": script}
    name = next((name for name in _COMMANDS if name in properties and "enum" not in properties[name]), None)
    if name is None:
        return None
    kind = str(properties[name].get("type", "string")).lower()
    # A list is either of commands, or of one command's words.
    said: Any = COMMAND if kind == "string" else [COMMAND] if name == "commands" else ["sh", "-c", COMMAND]
    return {**instance({**tool.schema, "type": "object"}), name: said}


def _edit(seed: str) -> str:
    """The errand as an edit in words: a file's name, and all of it, fenced."""
    return f"{report(grown(seed))}\n\n{MADE_FILE}\n```\n{grown(seed)}\n```\n"
