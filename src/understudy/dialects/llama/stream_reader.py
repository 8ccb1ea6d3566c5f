"""Streams, read: an upstream's events into frames.

Every event has a delta, an empty text where there is nothing to say. Calls have no numbers: a new id, or a name, begins
the next. The answer is complete with the event `complete`; its usage comes after it, with `metrics`.
"""

from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.canon.parts import Text, ToolCall
from understudy.canon.reply import Delta, Event, Failed, Finished, Metered, PartEnded, PartStarted, Started
from understudy.canon.usage import NO_USAGE
from understudy.dialects.llama.metering import read_usage
from understudy.dialects.llama.words import NAME, stop_of
from understudy.dialects.openai_errors import kind_of, told
from understudy.dialects.sse import SseFrame, SseParser


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Delta(msgspec.Struct):
    type: str = "text"
    text: str | None = None
    id: str | None = None
    function: _Function | None = None


class _Told(msgspec.Struct):
    event_type: str = ""
    delta: _Delta | None = None
    stop_reason: str | None = None
    metrics: Any = None


class _Chunk(msgspec.Struct):
    id: str | None = None
    event: _Told | None = None
    error: Any = None


_DECODER = msgspec.json.Decoder(_Chunk)


class StreamReader:
    """The decoder of one upstream stream."""

    def __init__(self) -> None:
        self._parser = SseParser()
        self._started = False
        self._finished = False
        self._over = False
        # The open part: None, a text, or the call with this id.
        self._open: str | None = None
        self._index = -1
        self._out: list[Event] = []

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        return [self._frame(piece) for piece in self._parser.feed(data)]

    def close(self) -> list[Frame]:
        """What the closed stream left over."""
        return [self._frame(piece) for piece in self._parser.close()]

    def _frame(self, piece: SseFrame) -> Frame:
        if not piece.data or self._over:
            return Frame(piece.raw)
        try:
            chunk = _DECODER.decode(piece.data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Frame(piece.raw, malformed=True)
        terminal = self._read(chunk)
        events = tuple(self._out)
        self._out.clear()
        return Frame(piece.raw, events, terminal=terminal)

    def _read(self, chunk: _Chunk) -> bool:
        if chunk.error:
            self._over = True
            body = {"error": chunk.error}
            message, word, _ = told(body)
            self._out.append(Failed(message or "the upstream broke off without a message", kind_of(body), word))
            return False
        event = chunk.event
        if event is None:
            return False
        if not self._started:
            self._started = True
            self._out.append(Started(chunk.id or "", "", NAME))
        if event.delta is not None and not self._finished:
            self._delta(event.delta)
        if event.stop_reason is not None and not self._finished:
            self._finish(event.stop_reason)
        usage = read_usage(event.metrics)
        if usage is not NO_USAGE:
            self._out.append(Metered(usage))
        return event.event_type == "metrics"

    def _delta(self, delta: _Delta) -> None:
        if delta.type == "text":
            if delta.text:
                if self._open != "":
                    self._begin("", Text(""))
                self._out.append(Delta(self._index, delta.text))
        elif delta.function is not None:
            call = delta.function
            # A name begins a call too: two calls may have one id.
            if self._open in (None, "") or (delta.id and (delta.id != self._open or call.name)):
                call_id = delta.id or f"call_{self._index + 1}"
                self._begin(call_id, ToolCall(call_id, call.name or ""))
            if call.arguments:
                self._out.append(Delta(self._index, call.arguments))

    def _begin(self, key: str, part: Text | ToolCall) -> None:
        self._end()
        self._open = key
        self._index += 1
        self._out.append(PartStarted(self._index, part))

    def _end(self) -> None:
        if self._open is not None:
            self._out.append(PartEnded(self._index))
            self._open = None

    def _finish(self, word: str) -> None:
        self._end()
        self._finished = True
        reason = stop_of(word)
        if reason is not None:
            self._out.append(Finished(reason, word))
