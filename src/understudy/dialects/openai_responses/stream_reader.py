"""Streams, read: an upstream's events into frames.

A response grows item by item, and each item says its own beginning and end; hosts leave out now this event, now that,
so whatever an item's end says that was not told before is told then, and so is what only the whole response at the
end holds. An answer is complete once that came. Items of kinds that only this dialect knows are told whole.
"""

from typing import Any

import msgspec

from understudy.canon.faults import Fault
from understudy.canon.frames import Frame
from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Delta, Event, Failed, Finished, Metered, PartEnded, PartStarted, Sealed, Started
from understudy.canon.usage import NO_USAGE
from understudy.dialects import openai_errors
from understudy.dialects.openai_metering import read_newer_usage
from understudy.dialects.openai_responses.answers import read_item, reason_of
from understudy.dialects.openai_responses.words import COMPLETED, FAILED, INCOMPLETE, NAME
from understudy.dialects.sse import SseFrame, SseParser


class _Event(msgspec.Struct):
    type: str = ""
    output_index: int | None = None
    item_id: str | None = None
    content_index: int = 0
    delta: Any = None
    item: Any = None
    response: Any = None
    error: Any = None
    code: Any = None
    message: Any = None


_DECODER = msgspec.json.Decoder(_Event)
_DONE = b"[DONE]"
_ENDS = {f"response.{status}" for status in (COMPLETED, INCOMPLETE, FAILED)}
_BEGINS = {"response.created", "response.queued", "response.in_progress"}
# What the words of a delta are.
_PART_OF: dict[str, type[Text | Refusal | Thinking]] = {
    "response.output_text.delta": Text,
    "response.refusal.delta": Refusal,
    "response.reasoning_summary_text.delta": Thinking,
    "response.reasoning_text.delta": Thinking,
}
_ARGUMENTS = "response.function_call_arguments.delta"
_Key = int | str | None


class _Told:
    """A part that was begun: its index, and what was told of it."""

    __slots__ = ("ended", "index", "part", "words")

    def __init__(self, index: int, part: ReplyPart) -> None:
        self.index = index
        self.part = part
        self.words: list[str] = []
        self.ended = False


class StreamReader:
    """The decoder of one upstream stream; `maker` is whose seals it brings where they name nobody."""

    def __init__(self, maker: str) -> None:
        self._maker = maker
        self._parser = SseParser()
        self._started = False
        self._over = False
        # The parts of each item, by the number that the host gives them in it, and how many there are in all.
        self._parts: dict[_Key, dict[int, _Told]] = {}
        self._count = 0
        self._annotations: list[Any] = []
        self._done: set[_Key] = set()
        self._out: list[Event] = []

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        return [self._frame(piece) for piece in self._parser.feed(data)]

    def close(self) -> list[Frame]:
        """What the closed stream left over."""
        return [self._frame(piece) for piece in self._parser.close()]

    def _frame(self, piece: SseFrame) -> Frame:
        data = piece.data
        if not data or self._over:
            return Frame(piece.raw)
        if data[-1:] != b"}" and data.strip() == _DONE:
            return Frame(piece.raw, terminal=True)
        try:
            event = _DECODER.decode(data)
            self._read(event)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Fault):
            # An event whose shape is not this dialect's: what it told before it broke off still holds.
            return Frame(piece.raw, self._flush(), malformed=True)
        return Frame(piece.raw, self._flush(), terminal=event.type in _ENDS)

    def _flush(self) -> tuple[Event, ...]:
        events = tuple(self._out)
        self._out.clear()
        return events

    def _read(self, event: _Event) -> None:
        kind = event.type
        part = _PART_OF.get(kind)
        if part is not None:
            if isinstance(event.delta, str) and event.delta:
                self._say(event, part)
        elif kind == _ARGUMENTS:
            self._argue(event)
        elif kind in _BEGINS:
            self._start(event.response)
        elif kind == "response.output_item.added":
            self._begin(event)
        elif kind == "response.output_item.done":
            self._finish_item(_key(event), event.item)
        elif kind in _ENDS:
            self._end(event)
        elif kind == "error" or (not kind and event.error):
            self._fail({"error": event.error or {"code": event.code, "message": event.message}})

    def _start(self, response: Any) -> None:
        if self._started:
            return
        self._started = True
        body = response if isinstance(response, dict) else {}
        created = body.get("created_at")
        created_s = int(created) if isinstance(created, int | float) else None
        self._out.append(Started(_text(body.get("id")), _text(body.get("model")), NAME, created_s))

    def _open(self, key: _Key, place: int, part: ReplyPart) -> _Told:
        self._start(None)
        opened = _Told(self._count, part)
        self._count += 1
        self._parts.setdefault(key, {})[place] = opened
        self._out.append(PartStarted(opened.index, part))
        return opened

    def _say(self, event: _Event, kind: type[Text | Refusal | Thinking]) -> None:
        key = _key(event)
        # Reasoning is one part, in however many pieces its summary comes.
        place = 0 if kind is Thinking else event.content_index
        parts = self._parts.get(key)
        part = (parts and parts.get(place)) or self._open(key, place, kind(text=""))
        self._add(part, event.delta)

    def _add(self, part: _Told, text: str) -> None:
        if text and not part.ended:
            part.words.append(text)
            self._out.append(Delta(part.index, text))

    def _begin(self, event: _Event) -> None:
        """Open a call, whose name is known from the start; everything else opens with its first words."""
        item = event.item
        if isinstance(item, dict) and item.get("type") == "function_call":
            (part,) = read_item(item, "item", self._maker)
            call = self._open(_key(event), 0, ToolCall(part.id, part.name))
            self._add(call, part.arguments)

    def _argue(self, event: _Event) -> None:
        call = self._parts.get(_key(event), {}).get(0)
        if call is not None and isinstance(event.delta, str):
            self._add(call, event.delta)

    def _finish_item(self, key: _Key, item: Any) -> None:
        """Tell what was not told of an item, and end its parts."""
        if key in self._done:
            return
        self._done.add(key)
        # Hosts number parts as they like; their order is the same.
        begun = iter([*self._parts.get(key, {}).values()])
        for part in read_item(item, "item", self._maker):
            if isinstance(part, Opaque):
                self._close(self._open(key, self._count, part))
            elif isinstance(part, ToolCall) or part.text or getattr(part, "seal", None):
                known = next(begun, None)
                beside = part.extras.get("annotations")
                if known is not None and isinstance(beside, list):
                    # What stands beside words that were told already is told with the ending.
                    self._annotations += beside
                self._complete(known or self._open(key, self._count, _bare(part)), part)

    def _complete(self, begun: _Told, part: Text | Refusal | Thinking | ToolCall) -> None:
        whole = part.arguments if isinstance(part, ToolCall) else part.text
        said = "".join(begun.words)
        if whole.startswith(said):
            self._add(begun, whole[len(said) :])
        if isinstance(part, Thinking) and part.seal is not None:
            self._out.append(Sealed(begun.index, part.seal, part.sealed_by or self._maker))
        self._close(begun)

    def _close(self, part: _Told) -> None:
        if not part.ended:
            part.ended = True
            self._out.append(PartEnded(part.index))

    def _end(self, event: _Event) -> None:
        response = event.response if isinstance(event.response, dict) else {}
        if event.type == f"response.{FAILED}" or response.get("error"):
            self._fail(response)
            return
        self._start(response)
        output = response.get("output")
        # Hosts number items by their places; one that does not has told each of them by then.
        numbered = all(isinstance(key, int) for key in self._done)
        for place, item in enumerate(output if isinstance(output, list) and numbered else ()):
            self._finish_item(place, item)
        told = [part for parts in self._parts.values() for part in parts.values()]
        for part in told:
            self._close(part)
        usage = read_newer_usage(response.get("usage"))
        if usage is not NO_USAGE:
            self._out.append(Metered(usage))
        status = event.type.removeprefix("response.")
        reason = reason_of(status, response.get("incomplete_details"), tuple(part.part for part in told))
        if reason is not None:
            extras = {"annotations": self._annotations} if self._annotations else {}
            self._out.append(Finished(reason, status, extras=extras))
        self._over = True

    def _fail(self, body: Any) -> None:
        message, word, _ = openai_errors.told(body)
        self._out.append(
            Failed(message or "the upstream broke off without a message", openai_errors.kind_of(body), word)
        )
        self._over = True


def _key(event: _Event) -> _Key:
    """What names an item: its place in the output, else its id."""
    if event.output_index is not None:
        return event.output_index
    return event.item_id or (event.item.get("id") if isinstance(event.item, dict) else None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _bare(part: Text | Refusal | Thinking | ToolCall) -> ReplyPart:
    """The part as it opens: what is told later is not in it yet."""
    match part:
        case ToolCall():
            return ToolCall(part.id, part.name)
        case Thinking():
            return Thinking(redacted=part.redacted)
        case Text():
            return Text("", part.extras)
    return Refusal("", part.extras)
