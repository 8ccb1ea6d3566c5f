"""Items of `input`: a conversation as one flat list, read into messages.

What the model did stands in items of its own (words, reasoning, calls); those that follow one another are one turn of
the assistant's. Ids and statuses of items are their host's bookkeeping and ask for nothing, so they are left out. An
item that declares tools says nothing (`tools` reads it); one of a kind that canon has no word for is opaque.
"""

from typing import Any, cast, get_args

from understudy.canon.messages import Message, Role
from understudy.canon.parts import Document, Image, Opaque, Part, Text, Thinking, ToolCall, ToolResult
from understudy.dialects.fields import ARRAY, STRING
from understudy.dialects.freetext import wrapped
from understudy.dialects.openai_fields import Fields, at, checked, wrong
from understudy.dialects.openai_responses.content import read_content, told
from understudy.dialects.openai_responses.tools import declares, flat_name
from understudy.dialects.openai_responses.words import NAME
from understudy.dialects.seals import read_seal

_ROLES = tuple(role for role in get_args(Role) if role != "tool")
# What a host notes down about its items.
_NOTED = ("id", "status", "type", "role")
OUTPUTS = ("function_call_output", "custom_tool_call_output")


def read_input(value: Any, path: str) -> tuple[Message, ...]:
    """The messages of an input: a text of the user's, or items."""
    if isinstance(value, str):
        return (Message("user", (Text(value),), plain=True),)
    messages: list[Message] = []
    items: list[Any] = checked(value, ARRAY, path)
    for place, item in enumerate(items):
        if declares(item):
            continue
        message = _read_item(item, at(path, place))
        previous = messages[-1] if messages else None
        if previous is not None and previous.role == message.role == "assistant":
            messages[-1] = Message("assistant", previous.parts + message.parts)
        else:
            messages.append(message)
    return tuple(messages)


def _read_item(value: Any, path: str) -> Message:
    fields = Fields(value, path)
    kind = fields.take("type", STRING) or "message"
    if kind == "message":
        return _read_message(fields)
    if kind in OUTPUTS:
        return Message("tool", (_read_output(fields),))
    return Message("assistant", (read_step(kind, value, path, NAME),))


def _read_message(fields: Fields) -> Message:
    word = fields.need("role", STRING)
    if word not in _ROLES:
        raise wrong(at(fields.path, "role"), f"expected one of {', '.join(_ROLES)}, got {word[:60]!r}")
    if "content" not in fields.rest:
        raise wrong(at(fields.path, "content"), "expected a string or an array of content parts")
    parts, plain = read_content(fields.rest.pop("content"), at(fields.path, "content"))
    return Message(cast("Role", word), parts, plain, extras=_asked(fields))


def _asked(fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in told(fields.rest).items() if name not in _NOTED}


def _read_output(fields: Fields) -> ToolResult:
    call_id = fields.need("call_id", STRING)
    path = at(fields.path, "output")
    parts, plain = read_content(fields.rest.pop("output", None), path)
    for place, part in enumerate(parts):
        if not isinstance(part, Text | Image | Document | Opaque):
            raise wrong(at(path, place), "expected text, an image or a file")
    return ToolResult(call_id, cast("Any", parts), plain=plain, extras=_asked(fields))


def read_step(kind: str, value: Any, path: str, maker: str) -> Part:
    """A step of the model's that is no message: reasoning, a call, or what only hosts of this dialect do."""
    fields = Fields(value, path)
    if kind == "reasoning":
        return read_reasoning(fields, maker)
    if kind not in ("function_call", "custom_tool_call"):
        return Opaque(kind, value)
    # One host leaves the id of a call empty; its item has one.
    call_id = fields.take("call_id", STRING) or fields.need("id", STRING)
    name = flat_name(fields.take("namespace", STRING), fields.need("name", STRING))
    if kind == "custom_tool_call":
        return ToolCall(call_id, name, wrapped(fields.take("input", STRING) or ""))
    return ToolCall(call_id, name, fields.take("arguments", STRING) or "")


def read_reasoning(fields: Fields, maker: str) -> Thinking:
    """Reasoning as one part: its summary, the words themselves where a host shows them, its seal."""
    words = "".join(
        piece["text"]
        for name in ("summary", "content")
        for piece in fields.take(name, ARRAY) or ()
        if isinstance(piece, dict) and isinstance(piece.get("text"), str)
    )
    text = fields.take("encrypted_content", STRING)
    if not text:
        return Thinking(words)
    seal = read_seal(text, maker)
    return Thinking(words, seal.text, seal.maker, not words if seal.redacted is None else seal.redacted)
