"""Streams, written: events of any dialect as events of this one.

`start`, then `progress` with words or pieces of calls, then `complete` with the reason and `metrics` with the usage.
Calls have no numbers here, so one is told after another. There is no closing line: this dialect's own client would take
it for JSON. Nothing that looks like an ending leaves before `end`.
"""

from typing import Any

import msgspec

from understudy.canon.parts import Refusal, Text, ToolCall
from understudy.canon.reply import Delta, PartEnded, PartStarted, Started
from understudy.dialects.contract import Echo
from understudy.dialects.llama.answers import carried
from understudy.dialects.llama.metering import write_metrics
from understudy.dialects.llama.words import HIDDEN, NAME, stop_word
from understudy.dialects.openai_fields import Losses
from understudy.dialects.ordering import PartEvent
from understudy.dialects.passage import EXTENSION, extended
from understudy.dialects.sse import event_bytes
from understudy.dialects.stopping import Calls
from understudy.dialects.writing import OrderedWriter

_NOTHING = {"type": "text", "text": ""}
_PROGRESS = b',"event":{"event_type":"progress","delta":{"type":"text","text":'
_encode = msgspec.json.encode


class StreamWriter(OrderedWriter):
    """The encoder of one caller's stream."""

    here = NAME

    def __init__(self, echo: Echo) -> None:
        super().__init__(echo, Losses())
        # The part being told, while it has a form here.
        self._part: Text | Refusal | ToolCall | None = None
        self._calls = Calls()
        # What stands before the words of an event that only says some.
        self._head = b""

    def end(self, echo: Echo) -> bytes:
        """Why the model stopped, then the whole usage and the extension."""
        stop, native = self.stop
        word = (
            None
            if stop is None
            else stop_word(stop, native, own=self.own, calls=self._calls.any, broken=self._calls.broken)
        )
        extension = extended(echo, stop, native, own=self.own, losses=self._losses, hidden=HIDDEN)
        extra = {EXTENSION: extension} if extension else {}
        complete = self._event("complete", _NOTHING, stop_reason=word)
        return complete + self._event("metrics", _NOTHING, extra, metrics=write_metrics(self._usage))

    def _event(self, kind: str, delta: dict[str, Any], beside: dict[str, Any] | None = None, **fields: Any) -> bytes:
        event = {"event_type": kind, "delta": delta, **fields}
        return event_bytes(_encode({"id": self._started.id, "event": event, **(beside or {})}))

    def _begin(self, event: Started) -> bytes:
        told = self._event("start", _NOTHING)
        self._head = b'data: {"id":' + _encode(event.id) + _PROGRESS
        return told

    def _tell(self, event: PartEvent) -> bytes:
        if type(event) is Delta:
            return self._said(event.text)
        if isinstance(event, PartStarted):
            return self._open(event)
        told = b""
        # A seal has no place here, and its thinking was told as left out when it began.
        if isinstance(event, PartEnded):
            if isinstance(self._part, ToolCall):
                # Clients read the arguments as JSON, which nothing is not.
                told = self._said("{}") if self._calls.silent else b""
                self._calls.end()
            self._part = None
        return told

    def _open(self, event: PartStarted) -> bytes:
        part = event.part
        self._part = None
        if not carried(part, event.index, self._started.dialect, self._losses):
            return b""
        if isinstance(part, ToolCall):
            self._part = part
            self._calls.begin(part.arguments)
            function = {"name": part.name, "arguments": part.arguments}
            return self._event("progress", {"type": "tool_call", "id": part.id, "function": function})
        if isinstance(part, Text | Refusal):
            self._part = part
            return self._said(part.text)
        return b""

    def _said(self, text: str) -> bytes:
        part = self._part
        if part is None or not text:
            return b""
        if isinstance(part, ToolCall):
            self._calls.say(text)
            return self._event("progress", {"type": "tool_call", "id": part.id, "function": {"arguments": text}})
        return self._head + _encode(text) + b"}}}\n\n"
