"""Streams, read: an upstream's chunks into frames.

A chunk is decoded straight into typed structs, since chunks are nearly all there is; what hosts disagree on is left
untyped and read with more patience. Words and thinking have one part open at a time, a change of kind ends it; tool
calls may interleave, so a call stays open until another part opens after its arguments are whole, or the answer ends.

An answer is complete once a finish reason came; `[DONE]` is the end of the stream, not of the answer. An empty finish
word counts only if usage or `[DONE]` follows, since some hosts write one into every chunk. Choices after the first
pass as bytes and tell nothing.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Delta, Event, Failed, Finished, Metered, PartEnded, PartStarted, Sealed, Started
from understudy.canon.usage import NO_USAGE
from understudy.dialects.arguments import is_json
from understudy.dialects.freetext import CLOSING, OPENING, escaped
from understudy.dialects.openai_chat.answers import made_id, reason_of
from understudy.dialects.openai_chat.thinking import SHORT, WORDS_OF, known, maker_of, read_block
from understudy.dialects.openai_chat.thinktags import ThinkTags
from understudy.dialects.openai_chat.words import NAME
from understudy.dialects.openai_errors import kind_of, told
from understudy.dialects.openai_metering import read_usage
from understudy.dialects.sse import SseFrame, SseParser


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: Any = None


class _FreeText(msgspec.Struct):
    name: str | None = None
    input: str | None = None


class _CallDelta(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: _Function | None = None
    custom: _FreeText | None = None


class _Words(msgspec.Struct):
    content: Any = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: Any = None
    reasoning_details: Any = None
    tool_calls: list[_CallDelta] | None = None
    annotations: Any = None


class _Choice(msgspec.Struct):
    index: int | None = 0
    delta: _Words | None = None
    finish_reason: str | None = None
    native_finish_reason: Any = None
    error: Any = None


class _Chunk(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    created: Any = None
    choices: list[_Choice] | None = None
    usage: Any = None
    x_groq: Any = None
    error: Any = None


_DECODER = msgspec.json.Decoder(_Chunk)
# Fields of the first chunk that are read, or say nothing of the answer.
_READ = {*_Chunk.__struct_fields__, "object", "obfuscation", "p"}
_DONE = b"[DONE]"
_SEALED = "reasoning.encrypted"


@dataclass(slots=True)
class _Call:
    """A tool call on its way; `index` is its part's once that has started."""

    id: str
    name: str = ""
    index: int = -1
    # Whether its arguments are a free text on its way.
    free: bool = False
    ended: bool = False
    pieces: list[str] = field(default_factory=list)

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)


class StreamReader:
    """The decoder of one upstream stream; `maker` is whose seals it brings where the stream names nobody."""

    def __init__(self, maker: str) -> None:
        self._maker = maker
        self._parser = SseParser()
        self._started: Started | None = None
        self._finished = False
        self._failed = False
        self._blank = False
        self._metered = False
        self._parts = 0
        # The open part of words or thinking: what continues it, and its index.
        self._flow: object = None
        self._flow_index = -1
        self._thought: list[str] = []
        self._calls: list[_Call] = []
        self._call_of: dict[int | str, _Call] = {}
        self._tags: ThinkTags | None = ThinkTags()
        self._annotations: list[Any] = []
        self._out: list[Event] = []

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        return [self._frame(piece) for piece in self._parser.feed(data)]

    def close(self) -> list[Frame]:
        """What the closed stream left over; an empty finish word with usage behind it ends the answer here."""
        frames = [self._frame(piece) for piece in self._parser.close()]
        if self._blank and self._metered and not self._finished and not self._failed:
            self._finish("", None)
            frames.append(Frame(b"", self._told()))
        return frames

    def _frame(self, piece: SseFrame) -> Frame:
        data = piece.data
        if not data or self._failed:
            return Frame(piece.raw)
        if data[-1:] != b"}" and data.strip() == _DONE:
            if self._blank and not self._finished:
                self._finish("", None)
            return Frame(piece.raw, self._told(), terminal=True)
        try:
            chunk = _DECODER.decode(data)
            # The opening tells fields of the whole answer that no struct knows by name.
            whole = msgspec.json.decode(data) if self._started is None else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Frame(piece.raw, malformed=True)
        self._read(chunk, whole)
        return Frame(piece.raw, self._told(), usage_only=not chunk.choices and isinstance(chunk.usage, dict))

    def _told(self) -> tuple[Event, ...]:
        events = tuple(self._out)
        self._out.clear()
        return events

    def _read(self, chunk: _Chunk, whole: dict[str, Any]) -> None:
        if chunk.error:
            self._fail(chunk.error)
            return
        usage = chunk.usage
        if usage is None and isinstance(chunk.x_groq, dict):
            usage = chunk.x_groq.get("usage")
        if self._started is None and (chunk.choices or chunk.id or usage):
            self._start(chunk, whole)
        for choice in chunk.choices or ():
            # Only the first choice is the answer; the others are for the caller who asked for several.
            if not choice.index and not self._finished and not self._failed:
                self._choice(choice)
        if usage is not None and not self._failed:
            self._meter(usage)

    def _fail(self, error: Any) -> None:
        """The upstream broke the answer off: whatever it says afterwards tells nothing."""
        self._failed = True
        body = {"error": error}
        message, word, _ = told(body)
        self._out.append(Failed(message or "the upstream broke off without a message", kind_of(body), word))

    def _start(self, chunk: _Chunk, whole: dict[str, Any]) -> None:
        created = int(chunk.created) if isinstance(chunk.created, int | float) else None
        extras = {name: value for name, value in whole.items() if name not in _READ and value is not None}
        self._started = Started(chunk.id or "", chunk.model or "", NAME, created, extras)
        self._out.append(self._started)

    def _meter(self, body: Any) -> None:
        usage = read_usage(body)
        if usage is not NO_USAGE:
            self._metered = True
            self._out.append(Metered(usage))

    def _choice(self, choice: _Choice) -> None:
        if choice.error:
            self._fail(choice.error)
            return
        before = len(self._out)
        if choice.delta is not None:
            self._delta(choice.delta)
        if choice.finish_reason:
            self._finish(choice.finish_reason, choice.native_finish_reason)
        elif len(self._out) > before:
            self._blank = self._metered = False
        elif choice.finish_reason == "":
            self._blank = True
            self._metered = False

    def _delta(self, delta: _Words) -> None:
        if delta.reasoning_details:
            self._details(delta)
        elif delta.reasoning_content or delta.reasoning:
            self._think(delta)
        content = delta.content
        if content:
            if isinstance(content, str):
                self._words(content)
            elif isinstance(content, list):
                self._pieces(content)
        if delta.refusal or delta.tool_calls:
            self._untag()
        if delta.refusal:
            self._say(Refusal, Refusal(""), delta.refusal)
        if delta.tool_calls:
            for call in delta.tool_calls:
                self._call(call)
        if isinstance(delta.annotations, list):
            self._annotations += delta.annotations

    def _words(self, content: str) -> None:
        """Words, of which the first may be thinking between tags."""
        if self._tags is None:
            self._say(Text, Text(""), content)
            return
        self._tell(self._tags.feed(content))
        if self._tags.past:
            self._tags = None

    def _untag(self) -> None:
        """Something else comes, or the end: what could have become a tag is words."""
        if self._tags is not None:
            self._tell(self._tags.close())
            self._tags = None

    def _tell(self, told: list[tuple[type[Text | Thinking], str]]) -> None:
        for kind, text in told:
            self._say(SHORT if kind is Thinking else Text, kind(text=""), text)

    def _next(self, part: ReplyPart) -> int:
        """Open the next part, after the calls that still waited for the rest of their names."""
        self._begin_waiting()
        return self._open(part)

    def _open(self, part: ReplyPart) -> int:
        self._end_flow()
        for call in self._calls:
            if call.index >= 0 and not call.ended and call.arguments.startswith("{") and is_json(call.arguments):
                self._end(call)
        index = self._parts
        self._parts += 1
        self._out.append(PartStarted(index, part))
        return index

    def _say(self, flow: object, part: ReplyPart, text: str) -> None:
        if self._flow != flow:
            self._flow_index = self._next(part)
            self._flow = flow
        self._out.append(Delta(self._flow_index, text))

    def _end_flow(self) -> None:
        if self._flow is not None:
            self._flow = None
            self._out.append(PartEnded(self._flow_index))

    def _think(self, delta: _Words) -> None:
        text = delta.reasoning_content or delta.reasoning
        if isinstance(text, str):
            if self._flow != SHORT:
                self._thought.clear()
            self._thought.append(text)
            self._say(SHORT, Thinking(), text)

    def _details(self, delta: _Words) -> None:
        entries = delta.reasoning_details
        if not known(entries):
            self._think(delta)
            return
        if not any(isinstance(entry.get(WORDS_OF.get(entry["type"])), str) for entry in entries):
            self._think(delta)
        for entry in entries:
            kind = entry["type"]
            seal = entry.get("data") if kind == _SEALED else entry.get("signature")
            text = entry.get(WORDS_OF.get(kind))
            # An entry with its seal may repeat the words that came beside it.
            again = (
                bool(seal) and self._flow == SHORT and isinstance(text, str) and "".join(self._thought).endswith(text)
            )
            if isinstance(text, str) and text and not again:
                self._say((kind, entry.get("index")), Thinking(), text)
            if isinstance(seal, str) and seal:
                self._seal(seal, maker_of(entry.get("format"), self._maker), redacted=kind == _SEALED)

    def _seal(self, seal: str, maker: str, *, redacted: bool) -> None:
        """The seal of the thinking that is open, or thinking that is nothing but a seal."""
        open_thinking = self._flow == SHORT or isinstance(self._flow, tuple)
        if redacted or not open_thinking:
            self._flow_index = self._next(Thinking(redacted=redacted))
            self._flow = SHORT
        self._out.append(Sealed(self._flow_index, seal, maker))
        self._end_flow()

    def _pieces(self, content: list[Any]) -> None:
        """Content as a list: words, blocks of thinking, and kinds that only this dialect knows."""
        for piece in content:
            match piece:
                case {"type": "text", "text": str(text)}:
                    if text:
                        self._say(Text, Text(""), text)
                case {"type": "thinking"} if (part := read_block(piece)) is not None:
                    if part.text:
                        self._say(SHORT, Thinking(), part.text)
                case {"type": str(kind)}:
                    self._out.append(PartEnded(self._next(Opaque(kind, piece))))

    def _call(self, delta: _CallDelta) -> None:
        if delta.custom is not None:
            delta.function = _Function(delta.custom.name, delta.custom.input)
        said = delta.function
        call = self._found(delta)
        if call is None:
            if said is None:
                return
            call = self._new_call(delta)
            call.free = delta.custom is not None
        if said is None or call.ended:
            return
        if not call.id and delta.id:
            call.id = delta.id
        repeated = bool(delta.id) and said.name == call.name
        if said.name and call.index < 0 and not repeated:
            call.name += said.name
        text = said.arguments
        if text is not None and not isinstance(text, str):
            text = msgspec.json.encode(text).decode()
        if text and call.free:
            text = escaped(text) if call.pieces else OPENING + escaped(text)
        if not text:
            return
        call.pieces.append(text)
        if call.index >= 0:
            self._out.append(Delta(call.index, text))
        elif call.name:
            self._begin(call)

    def _found(self, delta: _CallDelta) -> _Call | None:
        """The call that a delta goes on with: by its index, else by its id, else the last one."""
        names = delta.function is not None and bool(delta.function.name)
        if delta.index is not None:
            call = self._call_of.get(delta.index)
            # One host gives every call the index 0.
            other = call is not None and names and bool(delta.id) and bool(call.id) and delta.id != call.id
            return None if other else call
        if delta.id:
            return self._call_of.get(delta.id)
        last = self._calls[-1] if self._calls else None
        return None if last is not None and names and last.pieces else last

    def _new_call(self, delta: _CallDelta) -> _Call:
        self._begin_waiting()
        call = _Call(delta.id or "")
        self._calls.append(call)
        for key in (delta.index, delta.id):
            if key is not None and key != "":
                self._call_of[key] = call
        return call

    def _begin_waiting(self) -> None:
        for call in self._calls:
            if call.index < 0:
                self._begin(call)

    def _begin(self, call: _Call) -> None:
        """Start a call's part, with its name whole: its first arguments are here, or what comes next is another's."""
        answer_id = self._started.id if self._started is not None else ""
        call.id = call.id or made_id(answer_id, self._calls.index(call))
        call.index = self._open(ToolCall(call.id, call.name))
        if call.pieces:
            self._out.append(Delta(call.index, call.arguments))

    def _end(self, call: _Call) -> None:
        call.ended = True
        if call.free:
            text = CLOSING if call.pieces else OPENING + CLOSING
            call.pieces.append(text)
            self._out.append(Delta(call.index, text))
        self._out.append(PartEnded(call.index))

    def _finish(self, word: str, native: Any) -> None:
        self._untag()
        self._begin_waiting()
        self._end_flow()
        for call in self._calls:
            if not call.ended:
                self._end(call)
        calls = tuple(ToolCall(call.id, call.name, call.arguments) for call in self._calls)
        reason = reason_of(word, native, calls)
        if reason is not None:
            extras = {"annotations": self._annotations} if self._annotations else {}
            self._out.append(Finished(reason, word, extras=extras))
        self._finished = True
