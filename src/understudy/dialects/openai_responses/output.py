"""Items of an answer's `output`, for a caller: one for each part, with the events that tell it as it grows.

Ids of items are made of the answer's and the item's place, so that they are the same on every replica. A call whose
arguments are no JSON was cut off: its item says `incomplete`, and a client must not run it.
"""

import re
from typing import Any

from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.dialects.arguments import is_json
from understudy.dialects.freetext import unwrapped
from understudy.dialects.openai_responses.tools import Names
from understudy.dialects.openai_responses.words import COMPLETED, IN_PROGRESS, INCOMPLETE, NAME
from understudy.dialects.seals import write_seal

ANSWER = "resp_"
_PREFIX = {Text: "msg", Refusal: "msg", Thinking: "rs", ToolCall: "fc", Opaque: "it"}

# An item's id, with its answer's in it.
_MADE = re.compile(r"[a-z]+_(.+)_\d+")


def answer_id(upstream: str) -> str:
    """The id of an answer as clients of this dialect know it."""
    return upstream if upstream.startswith(ANSWER) else ANSWER + upstream


def answer_of(item: str) -> str | None:
    """The id of the answer that an item was told in; None for ids that were not made here."""
    made = _MADE.fullmatch(item)
    return ANSWER + made[1] if made is not None else None


class Item:
    """One item on its way: its part, the words so far, the seal once it came."""

    def __init__(self, part: ReplyPart, place: int, answer: str, names: Names) -> None:
        self.part = part
        self.place = place
        self.custom = isinstance(part, ToolCall) and part.name in names.custom
        prefix = "ctc" if self.custom else _PREFIX[type(part)]
        self.id = f"{prefix}_{answer.removeprefix(ANSWER)}_{place}"
        self.words: list[str] = []
        self._seal: str | None = None
        self._names = names
        if isinstance(part, Thinking) and part.seal is not None:
            self.seal(part.seal, part.sealed_by)

    @property
    def text(self) -> str:
        """All that was told of it so far."""
        return (getattr(self.part, "text", "") or getattr(self.part, "arguments", "")) + "".join(self.words)

    def seal(self, seal: str, maker: str | None) -> None:
        """Take the seal of its reasoning."""
        redacted = isinstance(self.part, Thinking) and self.part.redacted
        self._seal = write_seal(seal, maker, NAME, redacted=redacted)

    def body(self, *, done: bool) -> dict[str, Any]:
        """The item as it stands: empty at its start, whole at its end."""
        part, head = self.part, {"id": self.id}
        if isinstance(part, Opaque):
            return part.body
        if isinstance(part, ToolCall):
            return {**head, **self._call(part, done=done)}
        if isinstance(part, Thinking):
            return {**head, "type": "reasoning", "summary": [], **(self._thought() if done else {})}
        status = COMPLETED if done else IN_PROGRESS
        content = [self.piece(self.text)] if done else []
        return {**head, "type": "message", "status": status, "role": "assistant", "content": content}

    def _thought(self) -> dict[str, Any]:
        summary = {"summary": [self.piece(self.text)]} if self.text else {}
        return summary if self._seal is None else {**summary, "encrypted_content": self._seal}

    def _call(self, call: ToolCall, *, done: bool) -> dict[str, Any]:
        status = IN_PROGRESS
        if done:
            status = COMPLETED if is_json(self.text or "{}") else INCOMPLETE
        text = (self.text or "{}") if done else ""
        if self.custom:
            body = {"type": "custom_tool_call", "status": status, "call_id": call.id, "input": unwrapped(text)}
        else:
            body = {"type": "function_call", "status": status, "call_id": call.id, "arguments": text}
        return {**body, **self._names.spelt(call.name)}

    def piece(self, text: str) -> dict[str, Any]:
        """The content part of a message, or the summary part of reasoning, with these words."""
        if isinstance(self.part, Thinking):
            return {"type": "summary_text", "text": text}
        if isinstance(self.part, Refusal):
            return {"type": "refusal", "refusal": text}
        return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
