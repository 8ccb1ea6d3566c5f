"""The conversation, brought into the form that this dialect demands.

A conversation of this dialect goes out as it came. One of another dialect is rebuilt: instructions that open it become
`system`, later ones marked text at their place; neighbours of one side are merged; every call is answered in the turn
after it, and each has an id of its own, since the API refuses one that stands twice; thinking crosses only with a seal
of the target's own maker.
"""

import hashlib
import re
from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message, split_system, turns
from understudy.canon.parts import Audio, Document, Image, Part, Remote, ToolCall
from understudy.canon.request import Request
from understudy.dialects.contract import Target
from understudy.dialects.converse.fields import Losses, at
from understudy.dialects.converse.pieces import fitted_name, write_pieces
from understudy.dialects.converse.words import FORMAT_OF_AUDIO, FORMAT_OF_DOCUMENT, FORMAT_OF_IMAGE, NAME
from understudy.dialects.losses import untaken
from understudy.dialects.turntaking import Adapter, answered, instructions, opened

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
    adapter = _Pieces(request, target, losses)
    said = [adapter.message(message, f"messages.{len(leading) + place}") for place, message in enumerate(rest)]
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
    used: set[str] = set()
    written: list[dict[str, Any]] = []
    for turn in merged:
        if turn.role == "assistant":
            due = [(part.id, _own_id(part.id, used)) for part in turn.parts if isinstance(part, ToolCall)]
            wires = iter(due)
            parts = tuple(
                msgspec.structs.replace(part, id=next(wires)[1]) if isinstance(part, ToolCall) else part
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


def _own_id(call_id: str, used: set[str]) -> str:
    """The id on the wire of one call: the first that stands nowhere before it, so the same in every later turn."""
    wire, times = fitted_id(call_id), 1
    while wire in used:
        times += 1
        wire = fitted_id(f"{call_id}#{times}")
    used.add(wire)
    return wire


class _Pieces(Adapter):
    """What this dialect makes of words and media."""

    here = NAME

    def media(self, part: Image | Document, path: str) -> Part:
        """Inline media of the kinds that the API lists."""
        kind, table = ("image", FORMAT_OF_IMAGE) if isinstance(part, Image) else ("document", FORMAT_OF_DOCUMENT)
        if isinstance(part.source, Remote):
            raise bad_request(f"{path}: the {NAME} dialect takes no {kind} by its URL; send the {kind} itself", path)
        if part.source.media_type not in table:
            raise untaken(path, kind, part.source.media_type, table, NAME)
        if isinstance(part, Image):
            if part.detail is not None:
                self._losses.add(at(path, "detail"), "this dialect has no wish for one image's resolution")
            return Image(part.source)
        if part.name is not None and fitted_name(part.name) != part.name:
            self._losses.add(at(path, "name"), f"{part.name!r} became {fitted_name(part.name)!r}: letters and digits")
        return Document(part.source, part.name)

    def audio(self, part: Audio, path: str) -> Part:
        """Sound of the kinds that the API lists."""
        if part.source.media_type not in FORMAT_OF_AUDIO:
            raise untaken(path, "audio", part.source.media_type, FORMAT_OF_AUDIO, NAME)
        return Audio(part.source)
