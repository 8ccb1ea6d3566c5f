"""The conversation, brought into the form that this dialect demands.

A conversation of this dialect goes out as it came, less the seals of other makers. One of another dialect is rebuilt:
instructions that open it become `systemInstruction`, later ones marked text at their place; neighbours of one side are
merged; every call is answered in the turn after it; thinking crosses only with a seal of the target's own maker.
"""

from typing import Any

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message, split_system, turns
from understudy.canon.parts import Audio, Document, Image, Part, Text, ToolCall
from understudy.canon.request import Request
from understudy.dialects.contract import Target
from understudy.dialects.gemini.losses import Losses, at
from understudy.dialects.gemini.pieces import SIGNATURE, write_pieces
from understudy.dialects.gemini.words import NAME
from understudy.dialects.losses import sealed_elsewhere
from understudy.dialects.turntaking import Adapter, answered, instructions, opened


def write_conversation(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    """The fields `systemInstruction` (where there is one) and `contents`."""
    if request.dialect == NAME:
        return _own(request)
    leading, rest = split_system(request.messages)
    system = [
        part
        for place, message in enumerate(leading)
        for part in instructions(message, f"messages[{place}]", request, losses)
    ]
    adapter = _Pieces(request, target, losses)
    said = [adapter.message(message, f"messages[{len(leading) + place}]") for place, message in enumerate(rest)]
    merged = turns(message for message in said if message.parts)
    if not merged and not system:
        raise bad_request("messages: at least one message with content is required", "messages")
    fields: dict[str, Any] = {"systemInstruction": {"parts": write_pieces(system, {})}} if system else {}
    return {**fields, "contents": _contents(opened(merged, losses), losses)}


def _own(request: Request) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    names = _names(request.messages)
    contents = []
    for message in request.messages:
        parts = {"parts": write_pieces(message.parts, names), **message.extras}
        if message.role == "system":
            fields["systemInstruction"] = parts
        else:
            contents.append({"role": "model" if message.role == "assistant" else "user", **parts})
    return {**fields, "contents": contents}


def _names(messages: tuple[Message, ...]) -> dict[str, str]:
    return {part.id: part.name for message in messages for part in message.parts if isinstance(part, ToolCall)}


def strip_seals(contents: list[Any], target: Target, losses: Losses) -> list[Any]:
    """A caller's own contents without thoughts and signatures, for a target whose maker did not make them."""
    kept = []
    for place, content in enumerate(contents):
        parts = content.get("parts") if isinstance(content, dict) else None
        if not isinstance(parts, list) or not any(map(_is_sealed, parts)):
            kept.append(content)
            continue
        losses.add(at(at("contents", place), "parts"), sealed_elsewhere(target.model, target.maker))
        bare = [
            {name: value for name, value in part.items() if name not in _SEALS}
            for part in parts
            if not (_is_sealed(part) and part.get("thought"))
        ]
        if bare:
            kept.append({**content, "parts": bare})
    return kept


_SEALS = (SIGNATURE, "thought_signature")


def _is_sealed(part: Any) -> bool:
    return isinstance(part, dict) and any(name in part for name in _SEALS)


class _Pieces(Adapter):
    """What this dialect makes of words and media."""

    here = NAME

    def words(self, text: str, path: str) -> Text | None:
        """Any text that says something."""
        return Text(text) if text else None

    def media(self, part: Image | Document, path: str) -> Part:
        """Any picture and document, without what is said about it."""
        if isinstance(part, Image):
            if part.detail is not None:
                self._losses.add(at(path, "detail"), "this dialect has no wish for one image's resolution")
            return Image(part.source)
        if part.name is not None:
            self._losses.add(at(path, "name"), "this dialect has no names of documents")
        return Document(part.source)

    def audio(self, part: Audio, path: str) -> Part:
        """Any sound."""
        return Audio(part.source)


def _contents(merged: tuple[Message, ...], losses: Losses) -> list[dict[str, Any]]:
    """Turns as contents: each result names the function of its call."""
    names: dict[str, str] = {}
    due: list[tuple[str, str]] = []
    written: list[dict[str, Any]] = []
    for turn in merged:
        if turn.role == "assistant":
            calls = [part for part in turn.parts if isinstance(part, ToolCall)]
            due = [(call.id, call.id) for call in calls]
            names |= {call.id: call.name for call in calls}
            written.append({"role": "model", "parts": write_pieces(turn.parts, names)})
        else:
            written.append({"role": "user", "parts": write_pieces(answered(turn, due, losses), names)})
            due = []
    if due:
        written.append({"role": "user", "parts": write_pieces(answered(Message("user"), due, losses), names)})
    return written
