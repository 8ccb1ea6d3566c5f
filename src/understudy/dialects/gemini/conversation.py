"""The conversation, brought into the form that this dialect demands.

A conversation of this dialect goes out as it came, less the seals of other makers. One of another dialect is rebuilt:
instructions that open it become `systemInstruction`, later ones marked text at their place; neighbours of one side are
merged; every call is answered in the turn after it; thinking crosses only with a seal of the target's own maker.
"""

from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message, split_system, turns
from understudy.canon.parts import Document, Image, Opaque, Part, Refusal, Text, Thinking, ToolCall, ToolResult
from understudy.canon.request import Request
from understudy.dialects.contract import Target
from understudy.dialects.gemini.losses import Losses, at
from understudy.dialects.gemini.pieces import SIGNATURE, arguments_of, write_pieces
from understudy.dialects.gemini.words import NAME
from understudy.dialects.losses import foreign
from understudy.dialects.turntaking import answered, instructions, interjected, opened


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
    said = [
        _adapted(message, f"messages[{len(leading) + place}]", request, target, losses)
        for place, message in enumerate(rest)
    ]
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
        losses.add(at(at("contents", place), "parts"), _sealed_elsewhere(target))
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


def _sealed_elsewhere(target: Target) -> str:
    return f"thinking goes back to the maker of its seal or nowhere, and {target.model!r} is served by {target.maker!r}"


def _adapted(message: Message, path: str, request: Request, target: Target, losses: Losses) -> Message:
    """The message with what this dialect can say, on one of the two sides that it knows."""
    if message.role in ("system", "developer"):
        return interjected(message, path, request, losses)
    losses.extras(path, message.extras, request.dialect)
    if message.name is not None:
        losses.add(at(path, "name"), "this dialect has no names of speakers")
    adapter = _Adapter(request, target, losses)
    parts = adapter.parts(message.parts, at(path, "content"))
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
                return Text(part.text) if part.text else None
            case Thinking():
                if part.seal is not None and part.sealed_by == self._target.maker:
                    return msgspec.structs.replace(part, extras={})
                self._losses.add(path, _sealed_elsewhere(self._target))
                return None
            case Image():
                if part.detail is not None:
                    self._losses.add(at(path, "detail"), "this dialect has no wish for one image's resolution")
                return Image(part.source)
            case Document():
                if part.name is not None:
                    self._losses.add(at(path, "name"), "this dialect has no names of documents")
                return Document(part.source)
            case ToolCall():
                if arguments_of(part.arguments) is None:
                    self._losses.add(at(path, "arguments"), "not the JSON of an object, so sent as {}")
                return ToolCall(part.id, part.name, part.arguments)
        return ToolResult(part.call_id, self.parts(part.parts, at(path, "content")), part.is_error, part.plain)


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
