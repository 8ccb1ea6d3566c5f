"""Pieces of content, one by one, read and written.

A piece is an object with one member that names its kind. A mark for the cache stands behind the piece that it closes:
it stays among that piece's extras. Kinds that canon has no word for become `Opaque`, whole.
"""

import re
from typing import Any

import msgspec

from understudy.canon.parts import (
    Audio,
    Document,
    Image,
    Inline,
    Opaque,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.dialects.arguments import arguments_of
from understudy.dialects.converse.fields import Fields, at
from understudy.dialects.converse.words import (
    AUDIO_OF_FORMAT,
    DOCUMENT_OF_FORMAT,
    FORMAT_OF_AUDIO,
    FORMAT_OF_DOCUMENT,
    FORMAT_OF_IMAGE,
    IMAGE_OF_FORMAT,
    SIGNER,
)
from understudy.dialects.fields import ARRAY, OBJECT, STRING
from understudy.dialects.media import inline

CACHE = "cachePoint"
CITED = "citationsContent"
DEFAULT_NAME = "document"
_MEDIA = {"image": IMAGE_OF_FORMAT, "document": DOCUMENT_OF_FORMAT, "audio": AUDIO_OF_FORMAT}
# What a document's name may hold, and a call's id.
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9\s\-()\[\]]+")


def read_pieces(values: list[Any], path: str, signer: str = SIGNER) -> tuple[Part, ...]:
    """The parts of a content; `signer` made the signatures on reasoning."""
    parts: list[Any] = []
    for place, value in enumerate(values):
        fields = Fields(value, at(path, place))
        if CACHE in fields.rest and parts and not isinstance(parts[-1], Opaque):
            marked = {**parts[-1].extras, CACHE: fields.rest[CACHE]}
            parts[-1] = msgspec.structs.replace(parts[-1], extras=marked)
        else:
            parts.append(_read(fields, value, signer))
    return tuple(parts)


def _read(fields: Fields, value: dict[str, Any], signer: str) -> Part:
    if isinstance(fields.rest.get("text"), str):
        return Text(fields.need("text", STRING))
    if "toolUse" in fields.rest:
        return _read_call(_inner(fields, "toolUse"), value)
    if "toolResult" in fields.rest:
        return _read_result(_inner(fields, "toolResult"), value)
    if "reasoningContent" in fields.rest:
        return _read_reasoning(_inner(fields, "reasoningContent"), value, signer)
    if CITED in fields.rest:
        return _read_cited(_inner(fields, CITED))
    for kind in _MEDIA:
        if kind in fields.rest:
            return _read_media(kind, _inner(fields, kind), value)
    return Opaque(next(iter(value), "empty"), value)


def _inner(fields: Fields, name: str) -> Fields:
    return Fields(fields.need(name, OBJECT), at(fields.path, name))


def _read_call(inner: Fields, value: dict[str, Any]) -> Part:
    if inner.rest.get("type") == "server_tool_use":
        # The host ran it itself: nobody is asked to.
        return Opaque("toolUse", value)
    call_id, name = inner.need("toolUseId", STRING), inner.need("name", STRING)
    arguments = inner.rest.pop("input", None)
    return ToolCall(call_id, name, "" if arguments is None else msgspec.json.encode(arguments).decode(), inner.rest)


def _read_result(inner: Fields, value: dict[str, Any]) -> Part:
    if "type" in inner.rest:
        return Opaque("toolResult", value)
    call_id = inner.need("toolUseId", STRING)
    pieces: list[Any] = inner.take("content", ARRAY) or []
    told = [
        {"text": msgspec.json.encode(piece["json"]).decode()} if isinstance(piece, dict) and "json" in piece else piece
        for piece in pieces
    ]
    parts = read_pieces(told, at(inner.path, "content"))
    failed = inner.take("status", STRING) == "error"
    return ToolResult(call_id, parts, failed, extras=inner.rest)  # type: ignore[arg-type]


def _read_reasoning(inner: Fields, value: dict[str, Any], signer: str) -> Part:
    redacted = inner.take("redactedContent", STRING)
    if redacted:
        return Thinking("", redacted, signer, redacted=True)
    if not isinstance(inner.rest.get("reasoningText"), dict):
        return Opaque("reasoningContent", value)
    words = _inner(inner, "reasoningText")
    seal = words.take("signature", STRING)
    return Thinking(words.take("text", STRING) or "", seal or None, signer if seal else None)


def _read_cited(inner: Fields) -> Part:
    said: list[Any] = inner.rest.get("content") or []
    words = [piece["text"] for piece in said if isinstance(piece, dict) and isinstance(piece.get("text"), str)]
    return Text("".join(words), {CITED: inner.rest})


def _read_media(kind: str, inner: Fields, value: dict[str, Any]) -> Part:
    form = inner.take("format", STRING)
    source = inner.rest.get("source")
    data = source.get("bytes") if isinstance(source, dict) else None
    media = _MEDIA[kind].get(form or "")
    if media is None or not isinstance(data, str):
        return Opaque(kind, value)
    del inner.rest["source"]
    if kind == "image":
        return Image(inline(media, data), extras=inner.rest)
    if kind == "audio":
        return Audio(Inline(media, data), inner.rest)
    return Document(inline(media, data), inner.take("name", STRING), inner.rest)


def write_pieces(parts: tuple[Any, ...], *, own: bool) -> list[dict[str, Any]]:
    """The pieces of a content; `own` parts came from this dialect, so that their extras go back out."""
    pieces = []
    for part in parts:
        pieces.append(_write(part, own=own))
        if own and not isinstance(part, Opaque) and CACHE in part.extras:
            pieces.append({CACHE: part.extras[CACHE]})
    return pieces


def _write(part: Part, *, own: bool) -> dict[str, Any]:
    if isinstance(part, Opaque):
        return part.body
    extras = {name: value for name, value in part.extras.items() if name not in (CACHE, CITED)} if own else {}
    match part:
        case Text() | Refusal():
            return {CITED: part.extras[CITED]} if own and CITED in part.extras else {"text": part.text}
        case Thinking():
            return {"reasoningContent": _reasoning(part)}
        case ToolCall():
            call = {"toolUseId": part.id, "name": part.name, "input": arguments_of(part.arguments) or {}}
            return {"toolUse": {**call, **extras}}
        case ToolResult():
            status = {"status": "error"} if part.is_error else {}
            content = write_pieces(part.parts, own=own)
            return {"toolResult": {"toolUseId": part.call_id, "content": content, **status, **extras}}
        case Image(source=Inline(media_type=media, data=data)):
            return {"image": {"format": FORMAT_OF_IMAGE[media], "source": {"bytes": data}, **extras}}
        case Document(source=Inline(media_type=media, data=data)):
            name = part.name if own and part.name else fitted_name(part.name)
            return {
                "document": {"format": FORMAT_OF_DOCUMENT[media], "name": name, "source": {"bytes": data}, **extras}
            }
        case Audio(source=Inline(media_type=media, data=data)):
            return {"audio": {"format": FORMAT_OF_AUDIO[media], "source": {"bytes": data}, **extras}}
    raise TypeError(f"{part!r} is no piece of content")


def _reasoning(part: Thinking) -> dict[str, Any]:
    if part.redacted:
        return {"redactedContent": part.seal}
    seal = {} if part.seal is None else {"signature": part.seal}
    return {"reasoningText": {"text": part.text, **seal}}


def fitted_name(name: str | None) -> str:
    """A document's name as the API takes it: letters, digits, white space, hyphens and brackets."""
    return " ".join(_NOT_IN_NAME.sub(" ", name or "").split()) or DEFAULT_NAME
