"""Parts of a content, one by one, between this dialect's `parts` and canon's.

A thought signature seals the part it stands on. On a thought it is that thinking's seal; on a call or a text, which
have no seal in canon, it is told as sealed thinking without words right before the part, and is put back there.
Parts of a kind that canon has no word for become `Opaque`, whole.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from understudy.canon.parts import (
    Audio,
    Document,
    Image,
    Inline,
    Opaque,
    Refusal,
    Remote,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.dialects.arguments import arguments_of
from understudy.dialects.fields import ARRAY, OBJECT, STRING
from understudy.dialects.gemini.fields import Fields, wrong
from understudy.dialects.gemini.losses import at
from understudy.dialects.gemini.toolids import is_made
from understudy.dialects.media import inline

SIGNATURE = "thoughtSignature"
# What a tool's result says under these names alone is its plain text, or its failure.
OUTPUT, ERROR = "output", "error"
# The fields of which a part has one; any other makes it opaque.
_MEDIA = ("inlineData", "fileData")
# This API reads both of base64's alphabets, and Google's Python client writes the URL-safe one; others take one alone.
_STANDARD = str.maketrans("-_", "+/")
Piece = Text | Image | Document | Audio | Thinking | ToolCall | ToolResult | Opaque


def read_piece(value: Any, path: str, maker: str, spare_id: str) -> tuple[Piece, ...]:
    """What one part stands for; `spare_id` is the id of a call or result that has none of its own."""
    fields = Fields(value, path)
    if fields.rest.get("thought") is True and not (fields.rest.keys() & {"functionCall", *_MEDIA}):
        return (_thought(fields, maker),)
    if "functionCall" in fields.rest:
        seal = _sealed(fields, maker)
        return (*seal, _call(fields, spare_id))
    if "functionResponse" in fields.rest:
        return (_result(fields, spare_id),)
    if isinstance(fields.rest.get("text"), str):
        seal = _sealed(fields, maker)
        return (*seal, Text(fields.need("text", STRING), fields.rest))
    for kind in _MEDIA:
        if kind in fields.rest:
            return (_media(kind, value, fields),)
    if not fields.rest:
        raise wrong(path, "must hold content, such as text")
    kind = next((name for name in fields.rest if name not in (SIGNATURE, "thought")), SIGNATURE)
    return (Opaque(kind, value),)


def _thought(fields: Fields, maker: str) -> Thinking:
    del fields.rest["thought"]
    text, seal = fields.take("text", STRING) or "", fields.take(SIGNATURE, STRING)
    return Thinking(text, seal, None if seal is None else maker, extras=fields.rest)


def _sealed(fields: Fields, maker: str) -> tuple[Thinking, ...]:
    seal = fields.take(SIGNATURE, STRING)
    return (Thinking("", seal, maker, redacted=True),) if seal else ()


def _call(fields: Fields, spare_id: str) -> ToolCall:
    path = at(fields.path, "functionCall")
    body = Fields(fields.need("functionCall", OBJECT), path)
    arguments = body.take("args", OBJECT)
    text = "" if arguments is None else msgspec.json.encode(arguments).decode()
    return ToolCall(body.take("id", STRING) or spare_id, body.need("name", STRING), text, {**fields.rest, **body.rest})


def _result(fields: Fields, spare_id: str) -> ToolResult:
    body = Fields(fields.need("functionResponse", OBJECT), at(fields.path, "functionResponse"))
    call_id = body.take("id", STRING) or spare_id
    response: dict[str, Any] = body.take("response", OBJECT) or {}
    media: list[Any] = body.take("parts", ARRAY) or []
    seen = [
        part
        for place, piece in enumerate(media)
        for part in read_piece(piece, at(at(body.path, "parts"), place), "", "")
    ]
    shown = tuple(part for part in seen if isinstance(part, Text | Image | Document | Audio | Opaque))
    match response:
        case {"output": str(text)} if len(response) == 1:
            return ToolResult(call_id, (Text(text), *shown), False, True, body.rest)
        case {"error": str(text)} if len(response) == 1:
            return ToolResult(call_id, (Text(text), *shown), True, True, body.rest)
    text = msgspec.json.encode(response).decode()
    return ToolResult(call_id, (Text(text), *shown), "error" in response, False, body.rest)


def _media(kind: str, value: Any, fields: Fields) -> Piece:
    body = Fields(fields.need(kind, OBJECT), at(fields.path, kind))
    media_type = body.take("mimeType", STRING) or ""
    source: Inline | Remote
    if kind == "inlineData":
        source = inline(media_type, body.need("data", STRING).translate(_STANDARD))
        media_type = source.media_type
    else:
        source = Remote(body.need("fileUri", STRING))
        if not source.url.startswith(("https://", "http://")):
            # The provider's own store; nobody else can read there.
            return Opaque(kind, value)
    name = body.take("displayName", STRING)
    if body.rest or (kind == "fileData" and not media_type):
        return Opaque(kind, value)
    extras = fields.rest if kind == "inlineData" else {**fields.rest, "mimeType": media_type}
    if media_type.startswith("image/") and name is None:
        return Image(source, extras=extras)
    if media_type.startswith(("application/", "text/")):
        return Document(source, name, extras)
    if media_type.startswith("audio/") and name is None and isinstance(source, Inline):
        return Audio(source, extras)
    return Opaque(kind, value)


def write_pieces(parts: Iterable[Any], names: dict[str, str]) -> list[dict[str, Any]]:
    """The parts of a content; `names` tells the function that each call's id stands for."""
    written: list[dict[str, Any]] = []
    seals: list[str] = []
    for part in parts:
        if isinstance(part, Thinking) and part.redacted:
            seals.append(part.seal or "")
            continue
        body = write_piece(part, names)
        if seals and SIGNATURE not in body and not isinstance(part, Thinking):
            body[SIGNATURE] = seals.pop(0)
        written.append(body)
    return written + [{"text": "", SIGNATURE: seal} for seal in seals]


def write_piece(part: Any, names: dict[str, str]) -> dict[str, Any]:
    """One part; sealed thinking without words is no part of its own."""
    match part:
        case Opaque():
            return dict(part.body)
        case Text() | Refusal():
            return {"text": part.text}
        case Thinking():
            seal = {} if part.seal is None else {SIGNATURE: part.seal}
            return {"text": part.text, "thought": True, **seal}
        case ToolCall():
            return {"functionCall": _write_call(part)}
        case ToolResult():
            return {"functionResponse": _write_result(part, names)}
        case Image() | Document() | Audio():
            return _write_media(part)
    raise TypeError(f"{part!r} is no part with a form of its own")


def _write_call(part: ToolCall) -> dict[str, Any]:
    body: dict[str, Any] = {} if is_made(part.id) else {"id": part.id}
    return {**body, "name": part.name, "args": arguments_of(part.arguments) or {}}


def _write_result(part: ToolResult, names: dict[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {} if is_made(part.call_id) else {"id": part.call_id}
    text = "".join(piece.text for piece in part.parts if isinstance(piece, Text))
    shown = [write_piece(piece, names) for piece in part.parts if not isinstance(piece, Text)]
    body |= {"name": names.get(part.call_id, ""), "response": {ERROR if part.is_error else OUTPUT: text}}
    return {**body, "parts": shown} if shown else body


def _write_media(part: Image | Document | Audio) -> dict[str, Any]:
    if isinstance(part.source, Inline):
        inline = {"mimeType": part.source.media_type, "data": part.source.data}
        return {"inlineData": inline}
    return {"fileData": {"mimeType": media_type_of(part), "fileUri": part.source.url}}


# The ending of a URL's path is the only word on what lives there, short of fetching it.
_TYPE_OF_ENDING = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif",
    "heic": "image/heic", "heif": "image/heif", "pdf": "application/pdf", "txt": "text/plain", "csv": "text/csv",
    "html": "text/html", "md": "text/markdown", "json": "application/json",
}  # fmt: skip


def media_type_of(part: Image | Document) -> str:
    """The media type of something at a URL: as it was told, else by the path's ending, else the commonest."""
    told = part.extras.get("mimeType")
    if isinstance(told, str):
        return told
    url = part.source.url if isinstance(part.source, Remote) else ""
    ending = url.partition("?")[0].partition("#")[0].rpartition(".")[2].lower()
    return _TYPE_OF_ENDING.get(ending, "image/jpeg" if isinstance(part, Image) else "application/pdf")
