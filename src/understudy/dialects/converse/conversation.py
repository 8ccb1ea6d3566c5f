"""The conversation, brought into the form that this dialect demands.

A conversation of this dialect goes out as it came. One of another dialect is rebuilt: instructions that open it become
`system`, later ones marked text at their place; neighbours of one side are merged; every call is answered in the turn
after it; thinking crosses only with a seal of the target's own maker.
"""

import hashlib
import re
from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message, split_system, turns
from understudy.canon.parts import Document, Image, Opaque, Part, Refusal, Remote, Text, Thinking, ToolCall, ToolResult
from understudy.canon.request import Request
from understudy.dialects.contract import Target
from understudy.dialects.converse.fields import Losses, at
from understudy.dialects.converse.pieces import arguments_of, fitted_name, write_pieces
from understudy.dialects.converse.words import FORMAT_OF_DOCUMENT, FORMAT_OF_IMAGE, NAME
from understudy.dialects.losses import foreign
from understudy.dialects.turntaking import answered, instructions, interjected, opened

_LEGAL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_DIGEST = 32


def write_conversation(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    """The fields `system` (where there is one) and `messages`."""
    if request.dialect == NAME:
        return _own(request)
    leading, rest = split_system(request.messages)
    system = tuple(
        part
        for place, message in enumerate(leading)
        for part in instructions(message, f"messages.{place}", request, losses)
    )
    said = [
        _adapted(message, f"messages.{len(leading) + place}", request, target, losses)
        for place, message in enumerate(rest)
    ]
    merged = turns(message for message in said if message.parts)
    if not merged and not system:
        raise bad_request("messages: at least one message with content is required", "messages")
    fields: dict[str, Any] = {"system": write_pieces(system, own=False)} if system else {}
    return {**fields, "messages": _written(opened(merged, losses), losses)}


def _own(request: Request) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    messages = []
    for message in request.messages:
        pieces = write_pieces(message.parts, own=True)
        if message.role == "system":
            fields["system"] = pieces
        else:
            messages.append({"role": message.role, "content": pieces, **message.extras})
    return {**fields, "messages": messages}


def _written(merged: tuple[Message, ...], losses: Losses) -> list[dict[str, Any]]:
    due: list[tuple[str, str]] = []
    written: list[dict[str, Any]] = []
    for turn in merged:
        if turn.role == "assistant":
            due = [(part.id, fitted_id(part.id)) for part in turn.parts if isinstance(part, ToolCall)]
            parts = tuple(
                msgspec.structs.replace(part, id=fitted_id(part.id)) if isinstance(part, ToolCall) else part
                for part in turn.parts
            )
            written.append({"role": "assistant", "content": write_pieces(parts, own=False)})
        else:
            written.append({"role": "user", "content": write_pieces(tuple(answered(turn, due, losses)), own=False)})
            due = []
    if due:
        results = tuple(answered(Message("user"), due, losses))
        written.append({"role": "user", "content": write_pieces(results, own=False)})
    return written


def fitted_id(call_id: str) -> str:
    """The id of a call as the API takes it: any other becomes a digest of itself, on every replica the same."""
    if _LEGAL_ID.fullmatch(call_id):
        return call_id
    return "tooluse_" + hashlib.sha256(call_id.encode()).hexdigest()[:_DIGEST]


def _adapted(message: Message, path: str, request: Request, target: Target, losses: Losses) -> Message:
    """The message with what this dialect can say, on one of the two sides that it knows."""
    if message.role in ("system", "developer"):
        return interjected(message, path, request, losses)
    losses.extras(path, message.extras, request.dialect)
    if message.name is not None:
        losses.add(at(path, "name"), "this dialect has no names of speakers")
    parts = _Adapter(request, target, losses).parts(message.parts, at(path, "content"))
    return Message("assistant" if message.role == "assistant" else "user", parts, message.plain)


class _Adapter:
    """Brings parts of another dialect into what a content can hold."""

    def __init__(self, request: Request, target: Target, losses: Losses) -> None:
        self._dialect = request.dialect
        self._target = target
        self._losses = losses

    def parts(self, parts: tuple[Any, ...], path: str) -> tuple[Any, ...]:
        adapted = (self._part(part, at(path, place)) for place, part in enumerate(parts))
        return tuple(part for part in adapted if part is not None)

    def _part(self, part: Part, path: str) -> Part | None:
        if isinstance(part, Opaque):
            raise foreign(path, "content", part.kind, self._dialect, NAME)
        self._losses.extras(path, part.extras, self._dialect)
        match part:
            case Text() | Refusal():
                # A blank text is refused by the API, and says nothing.
                return Text(part.text) if part.text.strip() else None
            case Thinking():
                if part.seal is not None and part.sealed_by == self._target.maker:
                    return msgspec.structs.replace(part, extras={})
                self._losses.add(
                    path,
                    "thinking goes back to the maker of its seal or nowhere, and "
                    f"{self._target.model!r} is served by {self._target.maker!r}",
                )
                return None
            case Image() | Document():
                return self._media(part, path)
            case ToolCall():
                if arguments_of(part.arguments) is None:
                    self._losses.add(at(path, "arguments"), "not the JSON of an object, so sent as {}")
                return ToolCall(part.id, part.name, part.arguments)
        return ToolResult(part.call_id, self.parts(part.parts, at(path, "content")), part.is_error)

    def _media(self, part: Image | Document, path: str) -> Part:
        kind, table = ("image", FORMAT_OF_IMAGE) if isinstance(part, Image) else ("document", FORMAT_OF_DOCUMENT)
        if isinstance(part.source, Remote):
            raise bad_request(f"{path}: the {NAME} dialect takes no {kind} by its URL; send the {kind} itself", path)
        if part.source.media_type not in table:
            raise bad_request(
                f"{path}: the {NAME} dialect takes no {kind} of type {part.source.media_type!r}, only "
                f"{', '.join(table)}",
                path,
            )
        if isinstance(part, Image):
            if part.detail is not None:
                self._losses.add(at(path, "detail"), "this dialect has no wish for one image's resolution")
            return Image(part.source)
        if part.name is not None and fitted_name(part.name) != part.name:
            self._losses.add(at(path, "name"), f"{part.name!r} became {fitted_name(part.name)!r}: letters and digits")
        return Document(part.source, part.name)
