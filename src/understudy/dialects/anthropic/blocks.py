"""Content blocks: parts of canon, one by one, read and written.

Blocks of a kind that canon has no word for become `Opaque`, whole. So do known kinds with a source that is neither
base64 nor a URL: an upstream of this dialect takes them, and every other encoder refuses them by name. Which parts a
request may hold, and in what order, is the business of `conversation`.
"""

from typing import Any

import msgspec

from understudy.canon.messages import Message
from understudy.canon.parts import (
    Document,
    Image,
    Inline,
    Opaque,
    Part,
    Refusal,
    Remote,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.dialects.anthropic.fields import Fields, checked, wrong
from understudy.dialects.anthropic.losses import at
from understudy.dialects.anthropic.toolids import legal, original
from understudy.dialects.arguments import arguments_of
from understudy.dialects.fields import ARRAY, FLAG, OBJECT, STRING
from understudy.dialects.media import inline
from understudy.dialects.seals import read_seal


def read_content(value: Any, path: str, maker: str) -> tuple[tuple[Part, ...], bool]:
    """The parts of a message's content, and whether it was a bare string; `maker` is whose seals it holds."""
    if isinstance(value, str):
        return (Text(value),), True
    if not isinstance(value, list):
        raise wrong(path, "Input should be a string or an array of content blocks")
    return tuple(read_block(block, at(path, place), maker) for place, block in enumerate(value)), False


def read_block(block: Any, path: str, maker: str) -> Part:
    """The part that one block stands for."""
    fields = Fields(block, path)
    kind = fields.need("type", STRING)
    if kind == "text":
        return Text(fields.need("text", STRING), fields.rest)
    if kind == "tool_use":
        call_id, name = fields.need("id", STRING), fields.need("name", STRING)
        arguments = msgspec.json.encode(fields.need("input", OBJECT)).decode()
        return ToolCall(original(call_id), name, arguments, fields.rest)
    if kind == "tool_result":
        return _read_result(fields, maker)
    if kind == "thinking":
        text = fields.need("thinking", STRING)
        # An empty signature is no seal; it stays an extra.
        signature = fields.take("signature", STRING) if fields.rest.get("signature") != "" else None
        if signature is None:
            return Thinking(text, extras=fields.rest)
        seal = read_seal(signature, maker)
        return Thinking(text, seal.text, seal.maker, extras=fields.rest)
    if kind == "redacted_thinking":
        seal = read_seal(fields.need("data", STRING), maker)
        return Thinking("", seal.text, seal.maker, redacted=True, extras=fields.rest)
    if kind in ("image", "document"):
        return _read_media(kind, block, fields)
    return Opaque(kind, block)


def _read_result(fields: Fields, maker: str) -> ToolResult:
    call_id = fields.need("tool_use_id", STRING)
    parts: tuple[Part, ...] = ()
    plain = False
    # An empty list is not the same as no content, and `false` not the same as nothing: both stay as extras.
    if fields.rest.get("content") not in (None, []):
        parts, plain = read_content(fields.rest.pop("content"), at(fields.path, "content"), maker)
    failed = fields.take("is_error", FLAG) if fields.rest.get("is_error") is not False else False
    kept = tuple(part for part in parts if isinstance(part, Text | Image | Document | Opaque))
    if len(kept) != len(parts):
        raise wrong(at(fields.path, "content"), "a tool result holds text, images and documents only")
    return ToolResult(original(call_id), kept, failed is True, plain, fields.rest)


def _read_media(kind: str, block: dict[str, Any], fields: Fields) -> Part:
    body = checked(fields.rest.get("source"), OBJECT, at(fields.path, "source"))
    source = _read_source(body)
    if source is None:
        return Opaque(kind, block)
    del fields.rest["source"]
    if kind == "image":
        return Image(source, extras=fields.rest)
    return Document(source, fields.take("title", STRING), fields.rest)


def _read_source(body: dict[str, Any]) -> Inline | Remote | None:
    match body:
        case {"type": "base64", "media_type": str(media_type), "data": str(data)} if len(body) == 3:
            return inline(media_type, data)
        case {"type": "url", "url": str(url)} if len(body) == 2:
            return Remote(url)
    return None


def write_content(message: Message, *, own: bool) -> Any:
    """The content of a message: a bare string where it came as one, else a list of blocks."""
    if message.plain and len(message.parts) == 1 and isinstance(message.parts[0], Text):
        return message.parts[0].text
    return [write_block(part, own=own) for part in message.parts]


def write_block(part: Part, *, own: bool) -> dict[str, Any]:
    """The block for a part; `own` says that the part came from this dialect, so that its extras go back out."""
    if isinstance(part, Opaque):
        return part.body
    block = _write(part, own)
    return {**block, **part.extras} if own else block


def _write(part: Part, own: bool) -> dict[str, Any]:
    match part:
        case Text() | Refusal():
            return {"type": "text", "text": part.text}
        case ToolCall():
            body = arguments_of(part.arguments) or {}
            return {"type": "tool_use", "id": legal(part.id), "name": part.name, "input": body}
        case ToolResult():
            return _write_result(part, own)
        case Thinking(redacted=True):
            return {"type": "redacted_thinking", "data": part.seal or ""}
        case Thinking():
            thinking: dict[str, Any] = {"type": "thinking", "thinking": part.text}
            return thinking if own and part.seal is None else {**thinking, "signature": part.seal or ""}
        case Image():
            return {"type": "image", "source": _write_source(part.source)}
        case Document():
            document: dict[str, Any] = {"type": "document", "source": _write_source(part.source)}
            return document if part.name is None else {**document, "title": part.name}
    raise TypeError(f"{part!r} is no part with a block of its own")


def _write_result(part: ToolResult, own: bool) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": legal(part.call_id)}
    if part.parts:
        block["content"] = write_content(Message("user", part.parts, part.plain), own=own)
    if part.is_error:
        block["is_error"] = True
    return block


def _write_source(source: Inline | Remote) -> dict[str, str]:
    if isinstance(source, Inline):
        return {"type": "base64", "media_type": source.media_type, "data": source.data}
    return {"type": "url", "url": source.url}


def read_system(value: Any, path: str) -> Message:
    """The top-level `system` field as the message that opens the conversation."""
    if not isinstance(value, str):
        checked(value, ARRAY, path)
    parts, plain = read_content(value, path, "")
    for place, part in enumerate(parts):
        if not isinstance(part, Text):
            raise wrong(f"{path}.{place}.type", "Input should be 'text'")
    return Message("system", parts, plain)
