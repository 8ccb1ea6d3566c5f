"""Pieces of content and tool calls, one by one, read and written.

An assistant's content is a string or one object, never a list; a call has no `type`. Kinds that canon has no word for
become `Opaque`, whole.
"""

from typing import Any

from understudy.canon.parts import Image, Opaque, Part, Refusal, Text, ToolCall
from understudy.dialects.fields import ARRAY, OBJECT, STRING
from understudy.dialects.media import source_of, url_of
from understudy.dialects.openai_fields import Fields, at, wrong


def read_content(value: Any, path: str) -> tuple[tuple[Part, ...], bool]:
    """The parts of a content, and whether it was a bare string."""
    if isinstance(value, str):
        return (Text(value),), True
    if isinstance(value, dict):
        return (read_piece(value, path),), False
    if not isinstance(value, list):
        raise wrong(path, "expected a string, a piece of content or an array of them")
    return tuple(read_piece(piece, at(path, place)) for place, piece in enumerate(value)), False


def read_piece(value: Any, path: str) -> Part:
    """The part that one piece of content stands for."""
    fields = Fields(value, path)
    kind = fields.need("type", STRING)
    if kind == "text":
        return Text(fields.need("text", STRING), fields.rest)
    if kind == "image_url":
        inner = Fields(fields.need("image_url", OBJECT), at(path, "image_url"))
        return Image(source_of(inner.need("url", STRING)), extras=fields.rest)
    return Opaque(kind, value)


def write_piece(part: Part, *, own: bool) -> dict[str, Any]:
    """The piece of content for a part; `own` extras go back out."""
    match part:
        case Opaque():
            return part.body
        case Text() | Refusal():
            body: dict[str, Any] = {"type": "text", "text": part.text}
        case Image():
            body = {"type": "image_url", "image_url": {"url": url_of(part.source)}}
        case _:
            raise TypeError(f"{part!r} is no piece of content")
    return {**body, **part.extras} if own else body


def read_calls(value: Any, path: str) -> tuple[ToolCall, ...]:
    """The tool calls of an assistant's message."""
    calls: list[Any] = Fields({"calls": value}, path).take("calls", ARRAY) or []
    return tuple(_read_call(call, at(path, place)) for place, call in enumerate(calls))


def _read_call(value: Any, path: str) -> ToolCall:
    fields = Fields(value, path)
    inner = Fields(fields.need("function", OBJECT), at(path, "function"))
    return ToolCall(fields.need("id", STRING), inner.need("name", STRING), inner.take("arguments", STRING) or "")


def write_call(call: ToolCall) -> dict[str, Any]:
    """A tool call as the body has it."""
    return {"id": call.id, "function": {"name": call.name, "arguments": call.arguments or "{}"}}
