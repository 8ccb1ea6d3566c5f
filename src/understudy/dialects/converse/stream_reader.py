"""Streams, read: an upstream's messages into frames.

Blocks of words need no beginning; calls have one. The answer is complete with `messageStop`; its usage comes after it,
with `metadata`, which closes the stream. Blocks of kinds that only this dialect knows are told whole at their end.
"""

from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.canon.parts import Opaque, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Delta, Event, Failed, Finished, Metered, PartEnded, PartStarted, Sealed, Started
from understudy.canon.usage import NO_USAGE
from understudy.dialects.converse.errors import kind_of
from understudy.dialects.converse.metering import read_usage
from understudy.dialects.converse.words import NAME, stop_of
from understudy.dialects.eventstream import EventStreamParser, StreamMessage
from understudy.dialects.fields import object_of

_ERRORS = ("exception", "error")


class _Block:
    """A block under way: its part's index once that has started, and the body of one that is told whole."""

    __slots__ = ("index", "opaque", "part")

    def __init__(self) -> None:
        self.index: int | None = None
        self.part: ReplyPart | None = None
        self.opaque: dict[str, Any] | None = None


class _ToolUse(msgspec.Struct):
    input: str | None = None


class _Reasoning(msgspec.Struct, rename="camel"):
    text: str | None = None
    signature: str | None = None
    redacted_content: str | None = None


class _Delta(msgspec.Struct, rename="camel"):
    text: str | None = None
    tool_use: _ToolUse | None = None
    reasoning_content: _Reasoning | None = None


class _Said(msgspec.Struct, rename="camel"):
    """More of a block, which nearly all messages are: they have a decoder of their own."""

    content_block_index: int | None = None
    delta: _Delta | None = None


_SAID = "contentBlockDelta"
_decode_said = msgspec.json.Decoder(_Said).decode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class StreamReader:
    """The decoder of one upstream stream; `maker` is whose signatures it brings."""

    def __init__(self, maker: str) -> None:
        self._maker = maker
        self._parser = EventStreamParser()
        self._started = False
        self._over = False
        self._blocks: dict[int, _Block] = {}
        self._parts = 0
        self._out: list[Event] = []

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        return [self._frame(message) for message in self._parser.feed(data)]

    def close(self) -> list[Frame]:
        """Nothing: a message that was cut off says nothing."""
        self._parser.close()
        return []

    def _frame(self, message: StreamMessage) -> Frame:
        if self._over:
            return Frame(message.raw)
        payload = message.payload or b"{}"
        try:
            if message.kind in _ERRORS:
                return self._failed(message, _decode(payload))
            if message.name == _SAID:
                self._said(_decode_said(payload))
            else:
                self._read(message.name, _decode(payload))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Frame(message.raw, malformed=True)
        events = tuple(self._out)
        self._out.clear()
        return Frame(message.raw, events, terminal=message.name == "metadata")

    def _failed(self, message: StreamMessage, body: dict[str, Any]) -> Frame:
        self._over = True
        text = body.get("message") or body.get("Message")
        why = text if isinstance(text, str) and text else "the upstream broke off without a message"
        return Frame(message.raw, (Failed(why, kind_of(message.name), message.name),))

    def _read(self, name: str, body: dict[str, Any]) -> None:
        if name == "contentBlockStart":
            self._start(self._block(body.get("contentBlockIndex")), object_of(body.get("start")))
        elif name == "messageStart" and not self._started:
            self._started = True
            self._out.append(Started("", "", NAME))
        elif name == "contentBlockStop":
            self._stop(self._block(body.get("contentBlockIndex")))
        elif name == "messageStop":
            self._finish(body)
        elif name == "metadata":
            usage = read_usage(body.get("usage"))
            if usage is not NO_USAGE:
                self._out.append(Metered(usage))

    def _block(self, place: Any) -> _Block:
        place = place if isinstance(place, int) else 0
        block = self._blocks.get(place)
        if block is None:
            block = self._blocks[place] = _Block()
        return block

    def _start(self, block: _Block, start: dict[str, Any]) -> None:
        match start:
            case {"toolUse": {"type": "server_tool_use"}}:
                block.opaque = start
            case {"toolUse": {"toolUseId": str(call_id), "name": str(name)}}:
                self._open(block, ToolCall(call_id, name))
            case _ if start:
                block.opaque = start

    def _open(self, block: _Block, part: ReplyPart) -> int:
        block.part = part
        if block.index is None:
            block.index = self._parts
            self._parts += 1
            self._out.append(PartStarted(block.index, part))
        return block.index

    def _said(self, said: _Said) -> None:
        block, delta = self._block(said.content_block_index), said.delta
        if delta is None or block.opaque is not None:
            return
        if delta.text is not None:
            self._say(block, Text(""), delta.text)
        elif delta.tool_use is not None:
            if isinstance(block.part, ToolCall):
                self._say(block, block.part, delta.tool_use.input)
        elif delta.reasoning_content is not None:
            self._thought(block, delta.reasoning_content)

    def _thought(self, block: _Block, thought: _Reasoning) -> None:
        if thought.text is not None:
            self._say(block, Thinking(), thought.text)
        elif thought.signature is not None:
            self._seal(block, Thinking(), thought.signature)
        else:
            self._seal(block, Thinking(redacted=True), thought.redacted_content)

    def _say(self, block: _Block, part: ReplyPart, text: str | None) -> None:
        if text:
            index = self._open(block, part) if block.index is None else block.index
            self._out.append(Delta(index, text))

    def _seal(self, block: _Block, part: ReplyPart, seal: str | None) -> None:
        if seal:
            index = self._open(block, part) if block.index is None else block.index
            self._out.append(Sealed(index, seal, self._maker))

    def _stop(self, block: _Block) -> None:
        if block.opaque is not None:
            self._open(block, Opaque(next(iter(block.opaque)), block.opaque))
        if block.index is not None and block.part is not None:
            self._out.append(PartEnded(block.index))
            block.part = None

    def _finish(self, body: dict[str, Any]) -> None:
        for block in self._blocks.values():
            if block.part is not None:
                self._stop(block)
        native = body.get("stopReason")
        reason = stop_of(native if isinstance(native, str) else None)
        if reason is not None:
            self._out.append(Finished(reason, native))
