"""The conversation, brought into the flat list of items that this dialect has.

Instructions keep their places and roles. What the model did becomes items in the order in which it did it; results
become outputs, whatever message they stood in, and a failed one says so in its words. Reasoning crosses only with a
seal of the target's own maker, whole or not at all. Ids of calls that are too long are exchanged for a digest, the same
for the call and its output.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message
from understudy.canon.parts import Audio, Document, Image, Opaque, Part, Refusal, Text, Thinking, ToolCall, ToolResult
from understudy.canon.request import Request
from understudy.dialects.contract import Target
from understudy.dialects.freetext import unwrapped
from understudy.dialects.losses import foreign, in_words, sealed_elsewhere
from understudy.dialects.openai_fields import Losses, at
from understudy.dialects.openai_responses.content import write_part
from understudy.dialects.openai_responses.tools import Names, names_of
from understudy.dialects.openai_responses.words import ELSEWHERE, INSTRUCTIONS, MAX_CALL_ID, NAME
from understudy.dialects.seals import read_seal
from understudy.dialects.turntaking import FAILED, refuse_beginning

# The API asks for a name with every file's data.
DEFAULT_FILENAME = "document"
Item = dict[str, Any]


def write_conversation(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    """The field `input`, and `instructions` where the caller's dialect has them apart too."""
    own = request.dialect == NAME
    if not own:
        refuse_beginning(request, NAME)
    messages = list(enumerate(request.messages))
    fields: dict[str, Any] = {}
    if own and INSTRUCTIONS in request.spelling:
        fields["instructions"] = "".join(part.text for part in messages.pop(0)[1].parts if isinstance(part, Text))
    if own and messages:
        kept = [part for part in messages[0][1].parts if isinstance(part, Opaque) and part.kind in ELSEWHERE]
        fields |= {name: value for part in kept for name, value in part.body.items()}
        del messages[: bool(kept)]
    writer = _Writer(request, target, losses)
    items = [item for place, message in messages for item in writer.items(message, at("messages", place))]
    if not items and not own:
        raise bad_request("messages: at least one message with content is required", "messages")
    return {**fields, "input": items} if items else fields


def strip_seals(items: list[Any], target: Target, losses: Losses) -> list[Any]:
    """A caller's own items without the reasoning whose seal the target's maker did not make."""
    kept = []
    for place, item in enumerate(items):
        reasoning = isinstance(item, dict) and item.get("type") == "reasoning"
        seal = item.get("encrypted_content") if reasoning else None
        if isinstance(seal, str) and read_seal(seal, NAME).maker != target.maker:
            losses.add(at("input", place), sealed_elsewhere(target.model, target.maker))
        else:
            kept.append(item)
    return kept


def fitted_id(call_id: str) -> str:
    """The id of a call as the API takes it: a longer one becomes a digest of itself, on every replica the same."""
    if len(call_id) <= MAX_CALL_ID:
        return call_id
    return "call_" + hashlib.sha256(call_id.encode()).hexdigest()[:32]


class _Writer:
    """Writes the messages of one request as items."""

    def __init__(self, request: Request, target: Target, losses: Losses) -> None:
        self._dialect = request.dialect
        self._own = request.dialect == NAME
        self._names: Names = names_of(request) if self._own else Names()
        self._custom: set[str] = set()
        self._target = target
        self._losses = losses

    def items(self, message: Message, path: str) -> Iterator[Item]:
        """The items of one message, in its order; words that stand together are one item."""
        if not self._own:
            self._losses.extras(path, message.extras, self._dialect)
        if message.name is not None:
            self._losses.add(at(path, "name"), "this dialect has no names of speakers")
        said: list[Item] = []
        for place, part in enumerate(message.parts):
            below = at(at(path, "content"), place)
            if isinstance(part, ToolResult):
                yield self._output(part, below)
            elif isinstance(part, Thinking | ToolCall) or (isinstance(part, Opaque) and message.role == "assistant"):
                if said:
                    yield self._message(message, said)
                    said = []
                yield from self._step(part, below)
            elif not isinstance(part, Text | Refusal) or part.text:
                said.append(self._piece(part, below, said=message.role == "assistant"))
        if said:
            yield self._message(message, said)

    def _message(self, message: Message, said: list[Item]) -> Item:
        role = "user" if message.role == "tool" else message.role
        bare = len(said) == 1 and said[0].keys() == {"type", "text"}
        body = {"role": role, "content": said[0]["text"] if bare else said}
        return {**body, **message.extras} if self._own else body

    def _step(self, part: Part, path: str) -> Iterator[Item]:
        if isinstance(part, Opaque):
            if not self._own:
                raise foreign(path, "content", part.kind, self._dialect, NAME)
            yield part.body
            return
        if not self._own:
            self._losses.extras(path, part.extras, self._dialect)
        if isinstance(part, ToolCall):
            yield self._call(part)
        elif isinstance(part, Thinking):
            if part.seal is None or part.sealed_by != self._target.maker:
                self._losses.add(path, sealed_elsewhere(self._target.model, self._target.maker))
                return
            summary = [{"type": "summary_text", "text": part.text}] if part.text else []
            yield {"type": "reasoning", "summary": summary, "encrypted_content": part.seal}

    def _call(self, call: ToolCall) -> Item:
        call_id = fitted_id(call.id)
        if call.name in self._names.custom:
            self._custom.add(call_id)
            body = {"type": "custom_tool_call", "call_id": call_id, "input": unwrapped(call.arguments)}
        else:
            body = {"type": "function_call", "call_id": call_id, "arguments": call.arguments or "{}"}
        return {**body, **self._names.spelt(call.name)}

    def _output(self, result: ToolResult, path: str) -> Item:
        pieces = []
        for place, part in enumerate(result.parts):
            if not isinstance(part, Text) or part.text:
                pieces.append(self._piece(part, at(at(path, "content"), place), said=False))
        if result.is_error:
            first = pieces[0]["text"] if pieces and pieces[0]["type"] == "input_text" else ""
            pieces = [{"type": "input_text", "text": FAILED + first}, *(pieces[1:] if first else pieces)]
        bare = all(piece.keys() == {"type", "text"} for piece in pieces) and len(pieces) <= 1
        call_id = fitted_id(result.call_id)
        kind = "custom_tool_call_output" if call_id in self._custom else "function_call_output"
        body = {"type": kind, "call_id": call_id, "output": "".join(p["text"] for p in pieces) if bare else pieces}
        if self._own:
            return {**body, **result.extras}
        self._losses.extras(path, result.extras, self._dialect)
        return body

    def _piece(self, part: Part, path: str, *, said: bool) -> Item:
        if isinstance(part, Opaque):
            if self._own:
                return part.body
            part = in_words(part, path, self._dialect, NAME)
        if isinstance(part, Audio):
            raise foreign(path, "content", "audio", self._dialect, NAME)
        if not self._own:
            self._losses.extras(path, part.extras, self._dialect)
        if said and isinstance(part, Image | Document):
            kind = type(part).__name__.lower()
            raise bad_request(f"{path}: a message of role 'assistant' holds no {kind!r} in this dialect", path)
        body = write_part(part, own=self._own, said=said)
        return {"filename": DEFAULT_FILENAME, **body} if "file_data" in body else body
