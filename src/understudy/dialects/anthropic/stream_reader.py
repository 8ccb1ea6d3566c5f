"""Streams, read: an upstream's events into frames.

Deltas are decoded straight into typed structs, since they are nearly all there is; the few other events are read with
more patience. What this dialect may add tomorrow (event types, kinds of delta) passes as a frame that tells nothing.

An answer is complete at `message_stop` and not before. The `message_delta` with the stop reason already looks like an
ending, so its bytes wait here and leave together with `message_stop`, as one terminal frame. If `message_stop` never
comes they never leave: what they said of usage is told on a frame without bytes.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.canon.parts import Opaque, Text, Thinking, ToolCall
from understudy.canon.reply import (
    Delta,
    Event,
    Failed,
    Finished,
    Metered,
    PartEnded,
    PartStarted,
    Sealed,
    Started,
)
from understudy.dialects.anthropic.answers import unread
from understudy.dialects.anthropic.errors import kind_of_word, told
from understudy.dialects.anthropic.metering import read_usage
from understudy.dialects.anthropic.words import NAME, stop_of
from understudy.dialects.seals import read_seal
from understudy.dialects.sse import SseFrame, SseParser


class _TextDelta(msgspec.Struct, tag="text_delta"):
    text: str


class _ThinkingDelta(msgspec.Struct, tag="thinking_delta"):
    text: str = msgspec.field(name="thinking")


class _InputDelta(msgspec.Struct, tag="input_json_delta"):
    text: str = msgspec.field(name="partial_json")


class _SignatureDelta(msgspec.Struct, tag="signature_delta"):
    seal: str = msgspec.field(name="signature")


class _CitationsDelta(msgspec.Struct, tag="citations_delta"):
    citation: dict[str, Any]


class _BlockDelta(msgspec.Struct, tag="content_block_delta"):
    index: int
    delta: _TextDelta | _ThinkingDelta | _InputDelta | _SignatureDelta | _CitationsDelta


class _BlockStart(msgspec.Struct, tag="content_block_start"):
    index: int
    content_block: dict[str, Any]


class _BlockStop(msgspec.Struct, tag="content_block_stop"):
    index: int


class _MessageStart(msgspec.Struct, tag="message_start"):
    message: dict[str, Any]


class _MessageDelta(msgspec.Struct, tag="message_delta"):
    delta: dict[str, Any] = {}
    usage: dict[str, Any] | None = None


class _MessageStop(msgspec.Struct, tag="message_stop"):
    pass


class _Ping(msgspec.Struct, tag="ping"):
    pass


class _Error(msgspec.Struct, tag="error"):
    error: dict[str, Any] | str


_Known = _BlockDelta | _BlockStart | _BlockStop | _MessageStart | _MessageDelta | _MessageStop | _Ping | _Error
_DECODER: msgspec.json.Decoder[_Known] = msgspec.json.Decoder(_Known)
_EVENTS = {kind.__struct_config__.tag for kind in _Known.__args__}
_DELTAS = {kind.__struct_config__.tag for kind in _BlockDelta.__annotations__["delta"].__args__}
# Which delta goes with which kind of block.
_FITS = {"text": _TextDelta, "thinking": _ThinkingDelta, "tool_use": _InputDelta}


class _Malformed(Exception):
    """An event that says nothing this dialect allows at its place."""


@dataclass(slots=True)
class _Block:
    """A block that is open upstream. An opaque one is gathered here, since canon tells it whole."""

    kind: str
    index: int = -1
    body: dict[str, Any] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)


class StreamReader:
    """The decoder of one upstream stream; `maker` is whose seals it brings."""

    def __init__(self, maker: str) -> None:
        self._maker = maker
        self._parser = SseParser()
        self._blocks: dict[int, _Block] = {}
        self._parts = 0
        self._usage: dict[str, Any] = {}
        self._citations: list[dict[str, Any]] = []
        self._finish: Finished | None = None
        self._held: list[bytes] = []
        self._held_events: list[Event] = []

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        return self._frames(self._parser.feed(data))

    def close(self) -> list[Frame]:
        """What the closed stream left over; an ending that was never completed leaves its usage and no bytes."""
        frames = self._frames(self._parser.close())
        if self._held:
            frames.append(Frame(b"", tuple(self._held_events)))
            self._held.clear()
        return frames

    def _frames(self, pieces: list[SseFrame]) -> list[Frame]:
        frames = []
        for piece in pieces:
            frame = self._frame(piece)
            if frame is not None:
                frames.append(frame)
        return frames

    def _frame(self, piece: SseFrame) -> Frame | None:
        """The frame of one event, or None while it is held back."""
        if piece.data is None or piece.data == b"[DONE]":
            return self._held_or(piece.raw, ())
        try:
            event = _DECODER.decode(piece.data)
            events = self._events(event)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, _Malformed):
            return self._held_or(piece.raw, ()) if _from_tomorrow(piece.data) else Frame(piece.raw, malformed=True)
        if isinstance(event, _MessageStop):
            raw = b"".join((*self._held, piece.raw))
            events = (*self._held_events, *events)
            self._held, self._held_events = [], []
            return Frame(raw, events, terminal=True)
        if isinstance(event, _Error):
            events = (*self._held_events, *events)
            self._held, self._held_events = [], []
            return Frame(piece.raw, events)
        if isinstance(event, _MessageDelta) and self._finish is not None:
            self._held.append(piece.raw)
            self._held_events.extend(events)
            return None
        return self._held_or(piece.raw, events)

    def _held_or(self, raw: bytes, events: tuple[Event, ...]) -> Frame | None:
        """Once an ending waits, all that follows waits behind it: the order of the bytes is the upstream's."""
        if not self._held:
            return Frame(raw, events)
        self._held.append(raw)
        self._held_events.extend(events)
        return None

    def _events(self, event: _Known) -> tuple[Event, ...]:
        if isinstance(event, _BlockDelta):
            return self._delta(event)
        if isinstance(event, _BlockStart):
            return tuple(self._open(event.index, event.content_block))
        if isinstance(event, _BlockStop):
            return tuple(self._close(event.index))
        if isinstance(event, _MessageStart):
            return self._start(event.message)
        if isinstance(event, _MessageDelta):
            return self._message_delta(event)
        if isinstance(event, _MessageStop):
            return () if self._finish is None else (self._finish,)
        if isinstance(event, _Error):
            message, word = told({"error": event.error})
            return (Failed(message or "the upstream broke off without a message", kind_of_word(word), word),)
        return ()

    def _delta(self, event: _BlockDelta) -> tuple[Event, ...]:
        block = self._blocks.get(event.index)
        if block is None:
            raise _Malformed
        delta = event.delta
        if isinstance(delta, _CitationsDelta):
            self._citations.append(delta.citation)
            return ()
        if isinstance(delta, _SignatureDelta):
            if block.kind != "thinking":
                raise _Malformed
            return (self._sealed(block.index, delta.seal),) if delta.seal else ()
        if block.index < 0:
            if isinstance(delta, _InputDelta):
                block.pieces.append(delta.text)
            return ()
        if not isinstance(delta, _FITS[block.kind]):
            raise _Malformed
        if not delta.text:
            return ()
        # Input that was there at the start gives way to input that is streamed.
        if block.body:
            block.body = {}
        return (Delta(block.index, delta.text),)

    def _sealed(self, index: int, text: str) -> Sealed:
        seal = read_seal(text, self._maker)
        return Sealed(index, seal.text, seal.maker)

    def _start(self, message: dict[str, Any]) -> tuple[Event, ...]:
        rest = dict(message)
        usage = rest.get("usage")
        started = Started(
            id=_text(rest.pop("id", None)),
            model=_text(rest.pop("model", None)),
            dialect=NAME,
            extras=unread({name: value for name, value in rest.items() if name != "stop_sequence"}, usage),
        )
        return (started, *self._meter(usage))

    def _meter(self, usage: Any) -> tuple[Metered, ...]:
        if not isinstance(usage, dict):
            return ()
        # Counts are cumulative: the last word on each field wins, and a null is no word.
        self._usage |= {name: value for name, value in usage.items() if value is not None}
        return (Metered(read_usage(self._usage)),)

    def _message_delta(self, event: _MessageDelta) -> tuple[Event, ...]:
        word = event.delta.get("stop_reason")
        if isinstance(word, str):
            extras = {
                name: value
                for name, value in event.delta.items()
                if value is not None and name not in ("stop_reason", "stop_sequence")
            }
            if self._citations:
                extras["citations"] = self._citations
            sequence = event.delta.get("stop_sequence")
            reason = stop_of(word)
            if reason is not None:
                self._finish = Finished(reason, word, sequence if isinstance(sequence, str) else None, extras)
        return self._meter(event.usage)

    def _open(self, wire: int, body: dict[str, Any]) -> list[Event]:
        if wire in self._blocks:
            raise _Malformed
        match body:
            case {"type": "text", "text": str(text), **extras}:
                return self._opened(wire, _Block("text"), Text("", _said(extras)), text)
            case {"type": "thinking", "thinking": str(text), **extras}:
                seal = _text(extras.pop("signature", None))
                events = self._opened(wire, _Block("thinking"), Thinking(extras=_said(extras)), text)
                return [*events, self._sealed(self._parts - 1, seal)] if seal else events
            case {"type": "redacted_thinking", "data": str(data), **extras}:
                part = Thinking(redacted=True, extras=_said(extras))
                events = self._opened(wire, _Block("thinking"), part, "")
                return [*events, self._sealed(self._parts - 1, data)]
            case {"type": "tool_use", "id": str(call_id), "name": str(name), **extras}:
                given = extras.pop("input", None)
                block = _Block("tool_use", body=given if isinstance(given, dict) else {})
                return self._opened(wire, block, ToolCall(call_id, name, extras=_said(extras)), "")
            case {"type": "text" | "thinking" | "redacted_thinking" | "tool_use"}:
                raise _Malformed
            case {"type": str(kind)}:
                self._blocks[wire] = _Block(kind, body=body)
                return []
        raise _Malformed

    def _opened(self, wire: int, block: _Block, part: Text | Thinking | ToolCall, text: str) -> list[Event]:
        block.index = self._parts
        self._parts += 1
        self._blocks[wire] = block
        events: list[Event] = [PartStarted(block.index, part)]
        return [*events, Delta(block.index, text)] if text else events

    def _close(self, wire: int) -> list[Event]:
        block = self._blocks.pop(wire, None)
        if block is None:
            raise _Malformed
        if block.index >= 0:
            given = [Delta(block.index, msgspec.json.encode(block.body).decode())] if block.body else []
            return [*given, PartEnded(block.index)]
        body = block.body
        if block.pieces:
            body = {**body, "input": _input("".join(block.pieces))}
        index = self._parts
        self._parts += 1
        return [PartStarted(index, Opaque(block.kind, body)), PartEnded(index)]


def _input(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _said(extras: dict[Any, Any]) -> dict[str, Any]:
    return {name: value for name, value in extras.items() if value is not None}


def _from_tomorrow(data: bytes) -> bool:
    """Whether an event that did not decode is of a kind that this dialect did not have when this was written."""
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    match body:
        case {"type": "content_block_delta", "index": int(), "delta": {"type": str(kind)}}:
            return kind not in _DELTAS
        case {"type": str(kind)}:
            return kind not in _EVENTS
    return False
