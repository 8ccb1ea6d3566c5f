"""Streams, written: events of any dialect into this one's strict order.

`message_start`, then blocks with indexes 0..n and no gap, one open at a time, then `message_delta` and `message_stop`.
A block is written once it has something to say, so there are no empty text blocks. Nothing that looks like an ending
leaves before `end`.
"""

from itertools import count
from typing import Any

import msgspec

from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import (
    Delta,
    PartStarted,
    Sealed,
    Started,
)
from understudy.dialects.anthropic.answers import block_for_caller
from understudy.dialects.anthropic.blocks import write_block
from understudy.dialects.anthropic.losses import Losses
from understudy.dialects.anthropic.metering import write_usage
from understudy.dialects.anthropic.words import NAME, stop_word
from understudy.dialects.contract import Echo
from understudy.dialects.ordering import PartEvent
from understudy.dialects.passage import EXTENSION, extended
from understudy.dialects.seals import write_seal
from understudy.dialects.sse import event_bytes
from understudy.dialects.stopping import Calls
from understudy.dialects.writing import OrderedWriter

_encode = msgspec.json.encode
# The delta of each kind of block: its type and the name of its text.
_DELTA_OF = {Text: ("text_delta", "text"), Refusal: ("text_delta", "text"), Thinking: ("thinking_delta", "thinking")}
_INPUT_DELTA = ("input_json_delta", "partial_json")


class _Block:
    """The part being told: `wire` is its index once its start was written, `body` what the start will say."""

    def __init__(self, part: ReplyPart, path: str, body: dict[str, Any] | None) -> None:
        self.part = part
        self.path = path
        self.body = body
        self.wire: int | None = None
        self.head = b""


class StreamWriter(OrderedWriter):
    """The encoder of one caller's stream."""

    here = NAME

    def __init__(self, echo: Echo) -> None:
        super().__init__(echo, Losses())
        self._block: _Block | None = None
        self._wires = count()
        self._calls = Calls()

    def end(self, echo: Echo) -> bytes:
        """The stop reason, the whole usage, the extension, and the closing event."""
        finished = self._finished
        delta: dict[str, Any] = {"stop_reason": None, "stop_sequence": None}
        extension = echo.extension
        if finished is not None:
            word = stop_word(
                finished.reason,
                finished.native,
                own=self.own,
                calls=self._calls.any,
                broken=self._calls.broken,
                refused=self._refused,
            )
            delta = {"stop_reason": word, "stop_sequence": finished.stop_sequence}
            delta |= finished.extras if self.own else {}
            extension = extended(echo, finished.reason, finished.native, own=self.own, losses=self._losses)
        body = {"type": "message_delta", "delta": delta, "usage": write_usage(self._usage)}
        if extension:
            body[EXTENSION] = extension
        return _event(body) + _event({"type": "message_stop"})

    def _begin(self, event: Started) -> bytes:
        usage = {"input_tokens": 0, "output_tokens": 0}
        message: dict[str, Any] = {
            "id": event.id,
            "type": "message",
            "role": "assistant",
            "model": self._echo.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        if self.own:
            extras = dict(event.extras)
            message["usage"] = usage | extras.pop("usage", {})
            message |= extras
        return _event({"type": "message_start", "message": message})

    def _tell(self, event: PartEvent) -> bytes:
        block = self._block
        if type(event) is Delta:
            return b"" if block is None else self._delta(block, event.text)
        if isinstance(event, PartStarted):
            return self._open(event)
        if block is None:
            return b""
        if isinstance(event, Sealed):
            return self._seal(block, event)
        self._block = None
        return self._close(block)

    def _open(self, event: PartStarted) -> bytes:
        part, path = event.part, f"content.{event.index}"
        block = self._block = _Block(part, path, None)
        if isinstance(part, Opaque):
            block.body = block_for_caller(part, path, self._started.dialect, self._losses)
            return b"" if block.body is None else self._open_block(block)
        if not self.own:
            self._losses.extras(path, part.extras, self._started.dialect)
        extras = part.extras if self.own else {}
        block.body = {**_start_of(part), **extras}
        if isinstance(part, ToolCall):
            self._calls.begin("")
            return self._open_block(block) + self._delta(block, part.arguments)
        told = self._delta(block, part.text)
        if isinstance(part, Thinking) and part.seal is not None:
            told += self._seal(block, Sealed(event.index, part.seal, part.sealed_by or ""))
        return told

    def _open_block(self, block: _Block) -> bytes:
        block.wire = next(self._wires)
        kind, text = _DELTA_OF.get(type(block.part), _INPUT_DELTA)
        head = f'"content_block_delta","index":{block.wire},"delta":{{"type":"{kind}","{text}":'
        block.head = b'event: content_block_delta\ndata: {"type":' + head.encode()
        return _event({"type": "content_block_start", "index": block.wire, "content_block": block.body})

    def _delta(self, block: _Block, text: str) -> bytes:
        if not text or isinstance(block.part, Opaque):
            return b""
        start = self._open_block(block) if block.wire is None else b""
        if isinstance(block.part, ToolCall):
            self._calls.say(text)
        return start + block.head + _encode(text) + b"}}\n\n"

    def _seal(self, block: _Block, sealed: Sealed) -> bytes:
        redacted = isinstance(block.part, Thinking) and block.part.redacted
        seal = write_seal(sealed.seal, sealed.sealed_by, NAME, redacted=redacted)
        if redacted:
            block.body = {**(block.body or {}), "data": seal}
            return self._open_block(block)
        start = self._open_block(block) if block.wire is None else b""
        delta = {"type": "signature_delta", "signature": seal}
        return start + _event({"type": "content_block_delta", "index": block.wire, "delta": delta})

    def _close(self, block: _Block) -> bytes:
        if isinstance(block.part, ToolCall):
            self._calls.end()
        if block.wire is None:
            return b""
        return _event({"type": "content_block_stop", "index": block.wire})


def _start_of(part: Text | Refusal | Thinking | ToolCall) -> dict[str, Any]:
    if isinstance(part, ToolCall):
        return write_block(ToolCall(part.id, part.name), own=False)
    if isinstance(part, Thinking):
        if part.redacted:
            return {"type": "redacted_thinking"}
        return {"type": "thinking", "thinking": "", "signature": ""}
    return {"type": "text", "text": ""}


def _event(body: dict[str, Any]) -> bytes:
    return event_bytes(_encode(body), body["type"])
