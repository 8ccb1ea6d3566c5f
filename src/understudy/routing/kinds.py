"""Kinds: what kind of query a request is. What the caller declares wins; then what the request itself shows.

A kind is an id with language and tool use in it where they matter. A definition never depends on outcomes.
"""

import re

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message
from understudy.canon.parts import Image, Text, ToolResult
from understudy.canon.request import Request

# Declared kinds become part of slice names, file names and metric labels.
_DECLARED = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
# How much of the last user text the rules read: enough to see code, cheap on a huge prompt.
_LOOK_CHARS = 4_000
_CODE = re.compile(r"```|\bdef \w+\(|\bclass \w+[:({]|#include\b|\bfunction \w+\(|=>|\bimport \w+")


def kind_of(request: Request, declared: str | None) -> str:
    """The kind of a request; a Fault if the declared one is no valid id."""
    if declared is not None:
        if not _DECLARED.fullmatch(declared):
            raise bad_request(
                f"x-understudy-kind is {declared!r}; a kind is 1 to 64 of a-z, 0-9, '_', '.', '-'", "x-understudy-kind"
            )
        return declared
    last = request.messages[-1]
    if any(isinstance(part, ToolResult) for part in last.parts):
        return "agent_continuation"
    if request.tools:
        return "tools"
    if request.format is not None and request.format.kind != "text":
        return "structured"
    if any(isinstance(part, Image) for part in last.parts):
        return "vision"
    return "code" if _CODE.search(_words(last)) else "chat"


def _words(message: Message) -> str:
    return " ".join(part.text[:_LOOK_CHARS] for part in message.parts if isinstance(part, Text))[:_LOOK_CHARS]
