"""Streams, written: events of any dialect as messages of this one.

`messageStart`, then blocks with indexes 0..n, one at a time, each closed by `contentBlockStop`; a call says its name
first. Nothing that looks like an ending leaves before `end`: then `messageStop` with the reason, and `metadata` with
the usage and the extension.
"""

from typing import Any

import msgspec

from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import Delta, PartStarted, Sealed, Started
from understudy.dialects.contract import Echo
from understudy.dialects.converse.answers import for_caller, tell_seal
from understudy.dialects.converse.fields import Losses, at
from understudy.dialects.converse.metering import write_usage
from understudy.dialects.converse.words import HIDDEN, NAME, SIGNER, stop_word
from understudy.dialects.eventstream import message_bytes
from understudy.dialects.ordering import PartEvent
from understudy.dialects.passage import EXTENSION, extended
from understudy.dialects.stopping import Calls
from understudy.dialects.writing import OrderedWriter

_encode = msgspec.json.encode
# What stands around the words of each kind of part that has any.
_CALL = (b'{"toolUse":{"input":', b"}}")
_AROUND: dict[type, tuple[bytes, bytes]] = {
    Text: (b'{"text":', b"}"),
    Refusal: (b'{"text":', b"}"),
    Thinking: (b'{"reasoningContent":{"text":', b"}}"),
    ToolCall: _CALL,
}


class StreamWriter(OrderedWriter):
    """The encoder of one caller's stream."""

    here = NAME

    def __init__(self, echo: Echo) -> None:
        super().__init__(echo, Losses())
        self._current: PartStarted | None = None
        self._blocks = 0
        # Whether the block being told has begun, and whether any was a call.
        self._begun = False
        self._calls = Calls()

    def end(self, echo: Echo) -> bytes:
        """Why the model stopped, then the whole usage and the extension."""
        stop, native = self.stop
        word = (
            None
            if stop is None
            else stop_word(
                stop,
                native,
                own=self.own,
                calls=self._calls.any,
                broken=self._calls.broken,
                refused=self._refused,
            )
        )
        body: dict[str, Any] = {"usage": write_usage(self._usage), "metrics": {"latencyMs": 0}}
        if extension := extended(echo, stop, native, own=self.own, losses=self._losses, hidden=HIDDEN):
            body[EXTENSION] = extension
        return _event("messageStop", {"stopReason": word}) + _event("metadata", body)

    def _begin(self, event: Started) -> bytes:
        return _event("messageStart", {"role": "assistant"})

    def _tell(self, event: PartEvent) -> bytes:
        current = self._current
        if type(event) is Delta:
            return b"" if current is None else self._said(current, event.text)
        if isinstance(event, PartStarted):
            return self._open(event)
        if current is None:
            return b""
        if isinstance(event, Sealed):
            return self._sealed(current, event.seal, event.sealed_by)
        self._current = None
        if isinstance(current.part, ToolCall):
            self._calls.end()
        return self._close()

    def _open(self, event: PartStarted) -> bytes:
        part = event.part
        self._current, self._begun = event, False
        if isinstance(part, Opaque):
            # A whole block has no form in a stream, its own dialect's apart, where the upstream's bytes go on.
            for_caller(part, event.index, self._started.dialect, self._losses)
            return b""
        if not self.own:
            self._losses.extras(at("output.message.content", event.index), part.extras, self._started.dialect)
        if isinstance(part, ToolCall):
            self._begun = True
            self._calls.begin("")
            start = {"toolUse": {"toolUseId": part.id, "name": part.name}}
            told = _event("contentBlockStart", {"contentBlockIndex": self._blocks, "start": start})
            return told + self._said(event, part.arguments)
        told = self._said(event, part.text)
        if isinstance(part, Thinking) and part.seal is not None:
            told += self._sealed(event, part.seal, part.sealed_by)
        return told

    def _said(self, current: PartStarted, text: str) -> bytes:
        around = _AROUND.get(type(current.part))
        if not text or around is None:
            return b""
        self._begun = True
        if around is _CALL:
            self._calls.say(text)
        head, tail = around
        payload = b'{"contentBlockIndex":%d,"delta":%b%b%b}' % (self._blocks, head, _encode(text), tail)
        return message_bytes("event", "contentBlockDelta", payload)

    def _sealed(self, current: PartStarted, seal: str, maker: str | None) -> bytes:
        if not self.own and maker != SIGNER:
            tell_seal(maker, at("output.message.content", current.index), self._losses)
            return b""
        redacted = isinstance(current.part, Thinking) and current.part.redacted
        return self._delta({"reasoningContent": {"redactedContent" if redacted else "signature": seal}})

    def _delta(self, delta: dict[str, Any]) -> bytes:
        self._begun = True
        return _event("contentBlockDelta", {"contentBlockIndex": self._blocks, "delta": delta})

    def _close(self) -> bytes:
        if not self._begun:
            return b""
        place = self._blocks
        self._blocks += 1
        return _event("contentBlockStop", {"contentBlockIndex": place})


def _event(name: str, body: dict[str, Any]) -> bytes:
    return message_bytes("event", name, _encode(body))
