"""The conversation, brought into the form that this dialect demands.

A conversation of this dialect goes out as it came, less the seals of other makers, roles that the host does not know
and thinking that it refuses. One of another dialect is rebuilt:

- Instructions keep their places; `developer` becomes `system`, which every host knows.
- Results in a user's turn become messages of role `tool`, first, and the rest of the turn follows as the user's.
- Images, documents and sound in a result move to that user's message; a failed result says so in its words.
- Thinking crosses only with a seal of the target's own maker, whole or not at all; bare words of it only where the
  host demands them.

In both, ids of calls that the host would refuse are exchanged for legal ones, in the call and in its result.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message, Role, turns
from understudy.canon.parts import (
    Audio,
    Document,
    Image,
    Opaque,
    Part,
    Refusal,
    Remote,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.canon.request import Request
from understudy.dialects.contract import Target
from understudy.dialects.freetext import customs
from understudy.dialects.losses import in_words, sealed_elsewhere, untaken
from understudy.dialects.media import SOUND_OF_TYPE
from understudy.dialects.openai_chat.blocks import DEFAULT_FILENAME, misplaced, write_call, write_part
from understudy.dialects.openai_chat.thinking import NAMES, SHORT, TWICE, on_call, settled_thoughts, write_thinking
from understudy.dialects.openai_chat.toolids import fitted
from understudy.dialects.openai_chat.words import NAME
from understudy.dialects.openai_fields import Losses, at
from understudy.dialects.turntaking import FAILED, refuse_beginning

MOVED = "(What the tool returned is attached to the next message.)"


def write_conversation(request: Request, target: Target, losses: Losses) -> list[dict[str, Any]]:
    """The field `messages`."""
    if request.dialect == NAME:
        return own_messages(request, target, losses)
    refuse_beginning(request, NAME)
    writer = _Writer(request.dialect, target, losses)
    messages = [
        body for path, message in _grouped(fitted(request.messages, target)) for body in writer.message(message, path)
    ]
    if not messages:
        raise bad_request("messages: at least one message with content is required", "messages")
    return messages


def own_messages(request: Request, target: Target, losses: Losses) -> list[dict[str, Any]]:
    """The messages of a request of this dialect, less the thinking whose seal the target did not make."""
    written = []
    for place, message in enumerate(fitted(request.messages, target)):
        kept = tuple(part for part in message.parts if not foreign_seal(part, target))
        if len(kept) < len(message.parts):
            losses.add(at(at("messages", place), "reasoning_details"), sealed_elsewhere(target.model, target.maker))
        role: Role = "system" if unknown_role(message, target) else message.role
        message = msgspec.structs.replace(message, role=role, parts=kept)
        settled = settled_thoughts(message, request.spelling, target)
        if settled is not message and target.thoughts == "refused":
            name = SHORT if SHORT in request.spelling else NAMES[0]
            losses.add(at(at("messages", place), name), f"the provider of {target.model!r} refuses thinking here")
        written.append(_own_message(settled, request.spelling))
    return written


def unknown_role(message: Message, target: Target) -> bool:
    """Whether a message instructs in a role that the target does not know."""
    return message.role == "developer" and not target.developer


def foreign_seal(part: Part, target: Target) -> bool:
    """Whether a part is thinking with a seal that is not of the target's maker."""
    return isinstance(part, Thinking) and part.seal is not None and part.sealed_by != target.maker


def _own_message(message: Message, spelling: tuple[str, ...]) -> dict[str, Any]:
    body: dict[str, Any] = {"role": message.role}
    if message.name is not None:
        body["name"] = message.name
    parts = message.parts
    if len(parts) == 1 and isinstance(parts[0], ToolResult):
        result = parts[0]
        body |= {"tool_call_id": result.call_id, "content": _content(result.parts, plain=result.plain, own=True)}
    elif message.role == "assistant":
        body |= _own_assistant(message, spelling)
    else:
        body["content"] = _content(parts, plain=message.plain, own=True)
    return {**body, **message.extras}


def _own_assistant(message: Message, spelling: tuple[str, ...]) -> dict[str, Any]:
    sorted_ = _Sorted(message.parts)
    name = SHORT if SHORT in spelling else NAMES[0]
    body = write_thinking(sorted_.thinking, name=name, twice=TWICE in spelling)
    if sorted_.said:
        body["content"] = _content(tuple(sorted_.said), plain=message.plain, own=True)
    elif message.plain:
        body["content"] = None
    if sorted_.refusals:
        body["refusal"] = "".join(part.text for part in sorted_.refusals)
    if sorted_.calls:
        body["tool_calls"] = [write_call(call, customs(spelling), own=True) for call in sorted_.calls]
    return body


class _Sorted:
    """The parts of an assistant's message by the field that holds them."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self.thinking: list[Thinking] = []
        self.said: list[Part] = []
        self.refusals: list[Refusal] = []
        self.calls: list[ToolCall | Opaque] = []
        for part in parts:
            kind = part.extras.get("type") if isinstance(part, Thinking | Refusal) else None
            if isinstance(part, ToolCall) or (isinstance(part, Opaque) and {"id", part.kind} <= part.body.keys()):
                # A call has an id, and an object under the name of its type; a piece of content never has both.
                self.calls.append(part)
            elif isinstance(part, Thinking) and kind != "thinking":
                self.thinking.append(part)
            elif isinstance(part, Refusal) and kind != "refusal":
                self.refusals.append(part)
            else:
                self.said.append(part)


def _content(parts: tuple[Any, ...], *, plain: bool, own: bool) -> Any:
    """A bare string where it was one, else a list."""
    if plain and len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text
    return [write_part(part, own=own) for part in parts]


def _grouped(messages: tuple[Message, ...]) -> Iterator[tuple[str, Message]]:
    """Messages with their paths; a run of the user's side that holds results is one turn, since results go first."""
    numbered = groupby(enumerate(messages), key=lambda pair: pair[1].role in ("user", "tool"))
    for _, run in numbered:
        pairs = list(run)
        path = at("messages", pairs[0][0])
        if any(isinstance(part, ToolResult) for _, message in pairs for part in message.parts):
            yield from ((path, turn) for turn in turns(message for _, message in pairs))
        else:
            yield from ((at("messages", place), message) for place, message in pairs)


class _Writer:
    """Writes messages of another dialect."""

    def __init__(self, dialect: str, target: Target, losses: Losses) -> None:
        self._dialect = dialect
        self._target = target
        self._losses = losses

    def message(self, message: Message, path: str) -> Iterator[dict[str, Any]]:
        """The messages that one message or turn becomes: none where nothing is left of it."""
        self._losses.extras(path, message.extras, self._dialect)
        name = {} if message.name is None else {"name": message.name}
        path = at(path, "content")
        if message.role == "assistant":
            body = self._assistant(message.parts, path)
            if body:
                yield {"role": "assistant", **name, **body}
        elif message.role in ("system", "developer"):
            said = self._said(message.parts, path, "system")
            if said:
                yield {"role": "system", **name, "content": _bare(said)}
        else:
            yield from self._user(message.parts, path, name)

    def _user(self, parts: tuple[Part, ...], path: str, name: dict[str, str]) -> Iterator[dict[str, Any]]:
        moved: list[dict[str, Any]] = []
        rest: list[Part] = []
        for place, part in enumerate(parts):
            if isinstance(part, ToolResult):
                yield self._result(part, at(path, place), moved)
            else:
                rest.append(part)
        said = moved + self._said(tuple(rest), path, "user")
        if said:
            yield {"role": "user", **name, "content": _bare(said)}

    def _result(self, result: ToolResult, path: str, moved: list[dict[str, Any]]) -> dict[str, Any]:
        self._losses.extras(path, result.extras, self._dialect)
        words = []
        attached = len(moved)
        for place, part in enumerate(result.parts):
            below = at(at(path, "content"), place)
            body = self._piece(part, below)
            if isinstance(part, Image | Document | Audio):
                moved.append(body)
            else:
                words.append(body)
        if not words and len(moved) > attached:
            words = [{"type": "text", "text": MOVED}]
        if result.is_error:
            first = words[0]["text"] if words else ""
            words = [{"type": "text", "text": FAILED + first}, *words[1:]]
        return {"role": "tool", "tool_call_id": result.call_id, "content": _bare(words) if words else ""}

    def _assistant(self, parts: tuple[Part, ...], path: str) -> dict[str, Any]:
        thinking, said, refusals, calls = [], [], [], []
        for place, part in enumerate(parts):
            below = at(path, place)
            if isinstance(part, Thinking):
                if part.sealed_by == self._target.maker if part.seal else self._target.thoughts == "required":
                    self._losses.extras(below, part.extras, self._dialect)
                    following = parts[place + 1] if place + 1 < len(parts) else None
                    thinking.append(on_call(msgspec.structs.replace(part, extras={}), following))
                else:
                    self._losses.add(below, sealed_elsewhere(self._target.model, self._target.maker))
            elif isinstance(part, ToolCall):
                self._losses.extras(below, part.extras, self._dialect)
                calls.append(write_call(part, own=False))
            elif isinstance(part, Refusal):
                self._losses.extras(below, part.extras, self._dialect)
                refusals.append(part.text)
            else:
                said.append((part, below))
        pieces = [self._checked(part, below, "assistant") for part, below in said if not _empty(part)]
        body = write_thinking(thinking, name=NAMES[0], twice=False)
        if calls and self._target.thoughts == "required":
            body.setdefault(NAMES[0], "")
        refusal = "".join(refusals)
        if pieces:
            body["content"] = _bare(pieces)
        elif calls or refusal:
            body["content"] = None
        if refusal:
            body["refusal"] = refusal
        if calls:
            body["tool_calls"] = calls
        return body

    def _said(self, parts: tuple[Part, ...], path: str, role: str) -> list[dict[str, Any]]:
        return [self._checked(part, at(path, place), role) for place, part in enumerate(parts) if not _empty(part)]

    def _checked(self, part: Part, path: str, role: str) -> dict[str, Any]:
        fits = Text | Image | Document | Audio | Opaque if role == "user" else Text | Opaque
        if isinstance(part, Refusal):
            part = Text(part.text, part.extras)
        if not isinstance(part, fits):
            raise misplaced(part, role, path)
        return self._piece(part, path)

    def _piece(self, part: Part, path: str) -> dict[str, Any]:
        if isinstance(part, Opaque):
            part = in_words(part, path, self._dialect, NAME)
        self._losses.extras(path, part.extras, self._dialect)
        if isinstance(part, Document):
            if isinstance(part.source, Remote):
                raise bad_request(
                    f"{path}: a document by its URL has no form in the {NAME} dialect; send the document itself", path
                )
            part = msgspec.structs.replace(part, name=part.name or DEFAULT_FILENAME)
        if isinstance(part, Audio) and part.source.media_type not in SOUND_OF_TYPE:
            raise untaken(path, "audio", part.source.media_type, SOUND_OF_TYPE, NAME)
        return write_part(part, own=False)


def _empty(part: Part) -> bool:
    return isinstance(part, Text | Refusal) and not part.text


def _bare(pieces: list[dict[str, Any]]) -> Any:
    """A bare string for one text alone: some hosts take nothing else, and all take that."""
    return pieces[0]["text"] if len(pieces) == 1 and pieces[0]["type"] == "text" else pieces
