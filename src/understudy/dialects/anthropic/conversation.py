"""The conversation, brought into the form that this dialect demands.

A conversation of this dialect goes out as it came, less the seals of other makers. One of another dialect is rebuilt:

- System and developer messages that open it are joined, in order, into `system`; a later one becomes a text of the
  user's at its place, between marks.
- Neighbours of one side are merged, and a conversation that does not open with the user is given an opening first.
- Results come first in the user's turn, each for a call of the turn before; a call without one gets an error result.
- Thinking crosses only with a seal of the target's own maker, whole or not at all.
"""

from collections import Counter
from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message, split_system, turns
from understudy.canon.parts import Document, Image, Inline, Part, Thinking, ToolCall
from understudy.canon.request import Request
from understudy.dialects.anthropic.blocks import write_block, write_content
from understudy.dialects.anthropic.losses import Losses, at
from understudy.dialects.anthropic.toolids import legal
from understudy.dialects.anthropic.words import NAME
from understudy.dialects.contract import Target
from understudy.dialects.losses import sealed_elsewhere
from understudy.dialects.turntaking import Adapter, answered, instructions, opened

_PDF = "application/pdf"


def write_conversation(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    """The fields `system` (where there is one) and `messages`."""
    if request.dialect == NAME:
        return _own(request, target, losses)
    leading, rest = split_system(request.messages)
    system = [
        part
        for place, message in enumerate(leading)
        for part in instructions(message, f"messages.{place}", request, losses)
    ]
    adapter = _Blocks(request, target, losses)
    said = [adapter.message(message, f"messages.{len(leading) + place}") for place, message in enumerate(rest)]
    merged = turns(message for message in said if message.parts)
    if not merged and not system:
        raise bad_request("messages: at least one message with content is required", "messages")
    merged = opened(merged, losses)
    fields: dict[str, Any] = {}
    if system:
        whole = Message("system", tuple(system), plain=len(leading) == 1 and leading[0].plain)
        fields["system"] = write_content(whole, own=False)
    fields["messages"] = _paired(merged, losses)
    return fields


def own_messages(request: Request, target: Target, losses: Losses) -> list[dict[str, Any]]:
    """The messages of a request of this dialect, less the thinking whose seal the target did not make."""
    start = 1 if "system" in request.spelling else 0
    written = []
    for place, message in enumerate(request.messages[start:]):
        kept = tuple(part for part in message.parts if not foreign_seal(part, target))
        if len(kept) < len(message.parts):
            losses.add(f"messages.{place}.content", sealed_elsewhere(target.model, target.maker))
            if not kept:
                continue
        body = write_content(msgspec.structs.replace(message, parts=kept), own=True)
        written.append({"role": message.role, "content": body, **message.extras})
    return written


def foreign_seal(part: Part, target: Target) -> bool:
    """Whether a part is thinking that must not reach the target: sealed by another maker, or unsealed for ours."""
    if not isinstance(part, Thinking):
        return False
    return part.sealed_by != target.maker if part.seal is not None else target.maker == NAME


def _own(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "system" in request.spelling:
        fields["system"] = write_content(request.messages[0], own=True)
    fields["messages"] = own_messages(request, target, losses)
    return fields


class _Blocks(Adapter):
    """What this dialect makes of words and media."""

    here = NAME

    def media(self, part: Image | Document, path: str) -> Part:
        """A picture, or a document that is a PDF or lives elsewhere."""
        if isinstance(part, Image):
            if part.detail is not None:
                self._losses.add(at(path, "detail"), "this dialect has no wish for an image's resolution")
            return Image(part.source)
        if isinstance(part.source, Inline) and part.source.media_type != _PDF:
            raise bad_request(
                f"{path}: a document of type {part.source.media_type!r} has no form in the {NAME} dialect; send a PDF "
                "or its text",
                path,
            )
        return Document(part.source, part.name)


def _paired(merged: tuple[Message, ...], losses: Losses) -> list[dict[str, Any]]:
    """Turns as bodies: each call with an id of its own, each result with the id of its call."""
    uses: Counter[str] = Counter()
    due: list[tuple[str, str]] = []
    written: list[dict[str, Any]] = []
    for turn in merged:
        if turn.role == "assistant":
            calls = [part.id for part in turn.parts if isinstance(part, ToolCall)]
            due = [(call_id, _unused(call_id, uses)) for call_id in calls]
            ids = iter([wire for _, wire in due])
            parts = [
                msgspec.structs.replace(part, id=next(ids)) if isinstance(part, ToolCall) else part
                for part in turn.parts
            ]
        else:
            parts = answered(turn, due, losses)
            due = []
        body = write_content(msgspec.structs.replace(turn, parts=tuple(parts)), own=False)
        written.append({"role": turn.role, "content": body})
    if due:
        results = answered(Message("user"), due, losses)
        written.append({"role": "user", "content": [write_block(part, own=False) for part in results]})
    return written


def _unused(call_id: str, uses: Counter[str]) -> str:
    """A legal id that no earlier call of the conversation has: some upstreams count from 0 in every turn."""
    wire = legal(call_id)
    uses[wire] += 1
    return wire if uses[wire] == 1 else _unused(f"{wire}_{uses[wire]}", uses)
