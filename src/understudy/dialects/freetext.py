"""Tools that take free text instead of JSON (T22), as functions whose only argument is that text.

OpenAI's dialects have them, in forms of their own; canon and everyone else have functions. `Request.spelling` remembers
which tools they were (`custom:NAME`), so that the calls of another dialect's model come back to the caller as declared.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

CUSTOM = "custom:"
_INPUT = "input"
# What stands before and after the text, as JSON, in the arguments of a function that stands for such a tool.
OPENING, CLOSING = f'{{"{_INPUT}":"', '"}'


def parameters(grammar: Any = None) -> dict[str, Any]:
    """The schema of the function; `grammar` (`syntax`, `definition`) says what texts the tool takes, in words."""
    words = "The text that the tool takes."
    if isinstance(grammar, dict) and grammar.get("definition"):
        words = f"The text that the tool takes, in this {grammar.get('syntax', '')} grammar:\n{grammar['definition']}"
    return {
        "type": "object",
        "properties": {_INPUT: {"type": "string", "description": words}},
        "required": [_INPUT],
        "additionalProperties": False,
    }


def customs(spelling: Iterable[str]) -> frozenset[str]:
    """The names of the tools that take free text."""
    return frozenset(word.removeprefix(CUSTOM) for word in spelling if word.startswith(CUSTOM))


def wrapped(text: str) -> str:
    """Free text as the arguments of the function that stands for its tool."""
    return OPENING + escaped(text) + CLOSING


def escaped(text: str) -> str:
    """A piece of the text as it stands between OPENING and CLOSING."""
    return msgspec.json.encode(text)[1:-1].decode()


def unwrapped(arguments: str) -> str:
    """The free text in a function's arguments; arguments that are not of that form are the text."""
    try:
        value = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, RecursionError):
        return arguments
    text = value.get(_INPUT) if isinstance(value, dict) else None
    return text if isinstance(text, str) else arguments
