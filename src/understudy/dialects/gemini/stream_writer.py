"""Streams, written: events of any dialect as chunks of this one, as server-sent events or as one JSON array.

Words are told as they come; a call is told whole, since this dialect's clients expect it so. An answer may have several
parts open at once; what belongs to a later one waits until the part being told has ended. Nothing that looks like an
ending leaves before `end`.
"""

from typing import Any

import msgspec

from understudy.canon.parts import Opaque, Thinking, ToolCall
from understudy.canon.reply import Delta, PartStarted, Sealed, Started
from understudy.canon.request import Request
from understudy.dialects.arguments import arguments_of
from understudy.dialects.contract import Echo
from understudy.dialects.gemini.addresses import ARRAY
from understudy.dialects.gemini.answers import ending, for_caller, frame_of
from understudy.dialects.gemini.losses import Losses, at
from understudy.dialects.gemini.metering import write_usage
from understudy.dialects.gemini.pieces import SIGNATURE, write_piece
from understudy.dialects.gemini.words import HIDDEN, NAME
from understudy.dialects.ordering import PartEvent
from understudy.dialects.passage import EXTENSION, extended
from understudy.dialects.sse import event_bytes
from understudy.dialects.writing import OrderedWriter

_encode = msgspec.json.encode
# What stands before and after a chunk's one part; the answer's frame follows.
_HEAD = b'{"candidates":[{"content":{"parts":['
_TAIL = b'],"role":"model"},"index":0}],'


class StreamWriter(OrderedWriter):
    """The encoder of one caller's stream."""

    here = NAME

    def __init__(self, request: Request, echo: Echo) -> None:
        super().__init__(echo, Losses())
        self._request = request
        self._array = ARRAY in request.spelling
        self._begun = False
        self._tail = b""
        # The part being told, and the words of a call that waits to be whole.
        self._current: PartStarted | None = None
        self._arguments: list[str] = []
        self._seal: str | None = None
        self._broken = False

    def end(self, echo: Echo) -> bytes:
        """The last chunk: why the model stopped, the whole usage, the extension; and the array's end."""
        stop, native = self.stop
        parts = [self._marked({"text": ""})]
        candidate = ending(stop, native, self._request, own=self.own, broken=self._broken, refused=self._refused)
        candidate = {"content": {"parts": parts, "role": "model"}, **candidate, "index": 0}
        body: dict[str, Any] = {"candidates": [candidate], "usageMetadata": write_usage(self._usage)}
        if extension := extended(echo, stop, native, own=self.own, losses=self._losses, hidden=HIDDEN):
            body[EXTENSION] = extension
        body |= frame_of(self._started.id, self._echo)
        return self._chunk(_encode(body)) + (b"]" if self._array else b"")

    def _begin(self, event: Started) -> bytes:
        """Nothing: the first words begin an answer."""
        self._tail = _TAIL + _encode(frame_of(event.id, self._echo))[1:]
        return b""

    def _tell(self, event: PartEvent) -> bytes:
        current = self._current
        if type(event) is Delta:
            return b"" if current is None else self._delta(current, event.text)
        if isinstance(event, PartStarted):
            self._current, self._arguments = event, []
            if isinstance(event.part, Opaque | ToolCall) or not getattr(event.part, "text", ""):
                return b""
            return self._part({"text": event.part.text})
        if current is None:
            return b""
        if isinstance(event, Sealed):
            return self._sealed(current, event)
        self._current = None
        return self._close(current)

    def _delta(self, current: PartStarted, text: str) -> bytes:
        kind = type(current.part)
        if kind is ToolCall:
            self._arguments.append(text)
            return b""
        if not text or kind is Opaque:
            return b""
        if kind is Thinking:
            return self._content(b'{"text":' + _encode(text) + b',"thought":true}')
        if self._seal is not None:
            return self._part({"text": text})
        return self._content(b'{"text":' + _encode(text) + b"}")

    def _sealed(self, current: PartStarted, sealed: Sealed) -> bytes:
        path = at(at("parts", current.index), "seal")
        if sealed.sealed_by != NAME:
            self._losses.add(path, f"a seal of {sealed.sealed_by!r} means nothing to a client of this dialect")
            return b""
        if isinstance(current.part, Thinking) and current.part.redacted:
            # It stands on the part that follows.
            self._seal = sealed.seal
            return b""
        return self._content(_encode({"text": "", "thought": True, SIGNATURE: sealed.seal}))

    def _close(self, current: PartStarted) -> bytes:
        part = current.part
        if isinstance(part, ToolCall):
            part = msgspec.structs.replace(part, arguments=part.arguments + "".join(self._arguments))
            self._broken = self._broken or arguments_of(part.arguments) is None
        if not isinstance(part, ToolCall | Opaque):
            if not self.own:
                self._losses.extras(at("parts", current.index), part.extras, self._started.dialect)
            return b""
        told = for_caller(part, current.index, self._started.dialect, self._losses)
        return b"" if told is None else self._part(write_piece(told, {}))

    def _part(self, body: dict[str, Any]) -> bytes:
        return self._content(_encode(self._marked(body)))

    def _marked(self, body: dict[str, Any]) -> dict[str, Any]:
        """The part with the signature that was waiting for it."""
        if self._seal is None:
            return body
        seal, self._seal = self._seal, None
        return {**body, SIGNATURE: seal}

    def _content(self, part: bytes) -> bytes:
        """A chunk of one part: only the part is encoded anew."""
        return self._chunk(_HEAD + part + self._tail)

    def _chunk(self, data: bytes) -> bytes:
        begun, self._begun = self._begun, True
        if self._array:
            return (b",\n" if begun else b"[") + data
        return event_bytes(data)
