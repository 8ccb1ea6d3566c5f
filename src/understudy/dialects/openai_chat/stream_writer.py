"""Streams, written: events of any dialect as chunks of this one.

One id and one time of creation for all chunks, the role once and first. Words are deltas of `content`, thinking of
`reasoning_content`, a seal one entry of `reasoning_details` with the words that it seals, and calls interleave freely
by their indexes, so nothing waits. Nothing that looks like an ending leaves before `end`: then the finish reason, the
usage if the caller asked for it, the extension on the last chunk, `[DONE]`.
"""

from typing import Any

import msgspec

from understudy.canon.omissions import Omission
from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Delta, Event, Finished, Metered, PartEnded, PartStarted, Sealed, Started
from understudy.canon.request import Request
from understudy.canon.usage import NO_USAGE, Usage, merge
from understudy.dialects.contract import Echo
from understudy.dialects.freetext import customs, unwrapped
from understudy.dialects.openai_chat.answers import carried
from understudy.dialects.openai_chat.blocks import write_call
from understudy.dialects.openai_chat.thinking import DETAILS, NAMES, on_call, sealed_entry
from understudy.dialects.openai_chat.words import HIDDEN, NAME, stop_word
from understudy.dialects.openai_fields import Losses, at
from understudy.dialects.openai_metering import write_usage
from understudy.dialects.passage import EXTENSION, extended
from understudy.dialects.sse import event_bytes

DONE = event_bytes(b"[DONE]")
_encode = msgspec.json.encode
_TAIL = b',"finish_reason":null}]}\n\n'
_FIELD_OF = {Text: "content", Refusal: "refusal", Thinking: NAMES[0]}


class _Part:
    """A part under way: `head` opens the JSON of its deltas and `tail` closes it."""

    __slots__ = ("head", "part", "tail", "words")

    def __init__(self, part: ReplyPart, head: bytes, tail: bytes) -> None:
        self.part = part
        self.head = head
        self.tail = tail
        self.words: list[str] = []


class StreamWriter:
    """The encoder of one caller's stream."""

    def __init__(self, request: Request, echo: Echo) -> None:
        self._usage_wanted = request.stream_usage is True
        self._free = customs(request.spelling)
        self._echo = echo
        self._losses = Losses()
        self._usage: Usage = NO_USAGE
        self._started = Started("", "", "")
        self._finished: Finished | None = None
        self._head = b""
        self._parts: dict[int, _Part] = {}
        self._calls = 0
        # The calls of whose arguments nothing was told yet.
        self._silent: set[int] = set()
        self._entries = 0
        # The calls with free text, whose words are on their way.
        self._waiting_texts: dict[int, _Part] = {}
        # A seal that stands on the part after it, which may be a call.
        self._waiting: Thinking | None = None

    @property
    def omissions(self) -> tuple[Omission, ...]:
        """What this stream could not carry so far."""
        return tuple(self._losses.items)

    def send(self, event: Event) -> bytes:
        """The bytes that tell this event; empty where it waits for the end or says nothing here."""
        # By the type itself, which takes a fifth of the time; words are nearly all there is, and then counts.
        if type(event) is Delta:
            return self._delta(event)
        if type(event) is Metered:
            self._usage = merge(self._usage, event.usage)
        elif isinstance(event, PartStarted):
            return self._release(event.part) + self._open(event)
        elif isinstance(event, PartEnded):
            if event.index in self._waiting_texts:
                return self._end_free(event.index)
            # Clients read the arguments as JSON, which nothing is not.
            return self._delta(Delta(event.index, "{}")) if event.index in self._silent else b""
        elif isinstance(event, Sealed):
            return self._seal(event)
        elif isinstance(event, Started):
            return self._start(event)
        elif isinstance(event, Finished):
            self._finish(event)
            return self._release(None)
        return b""

    def end(self, echo: Echo) -> bytes:
        """The terminal bytes: finish reason, usage if asked for, extension, closing line."""
        finished = self._finished
        choice: dict[str, Any] = {"index": 0, "delta": {}, "finish_reason": None}
        extension = echo.extension
        if finished is not None:
            own = self._started.dialect == NAME
            choice["finish_reason"] = stop_word(finished.reason, finished.native, own=own, calls=self._calls > 0)
            extension = extended(echo, finished.reason, finished.native, own=own, losses=self._losses, hidden=HIDDEN)
        last = [{**self._frame(), "choices": [choice]}]
        if self._usage_wanted:
            last.append({**self._frame(), "choices": [], "usage": write_usage(self._usage)})
        if extension:
            last[-1][EXTENSION] = extension
        return b"".join(event_bytes(_encode(chunk)) for chunk in last) + DONE

    def _frame(self) -> dict[str, Any]:
        started = self._started
        return {
            "id": started.id,
            "object": "chat.completion.chunk",
            "created": started.created_s or 0,
            "model": self._echo.model,
        }

    def _start(self, event: Started) -> bytes:
        self._started = event
        frame = self._frame()
        if event.dialect == NAME:
            frame |= event.extras
        else:
            self._losses.extras("", event.extras, event.dialect)
        self._head = b"data: " + _encode(frame)[:-1] + b',"choices":[{"index":0,"delta":'
        return self._chunk({"role": "assistant", "content": ""})

    def _chunk(self, delta: dict[str, Any]) -> bytes:
        return self._head + _encode(delta) + _TAIL

    def _open(self, event: PartStarted) -> bytes:
        part = event.part
        path = at("content", event.index)
        if not carried(part, path, self._started.dialect, self._losses):
            return b""
        if isinstance(part, Opaque):
            return self._chunk({"content": [part.body]})
        if isinstance(part, ToolCall):
            return self._open_call(event.index, part)
        head = f'{{"{_FIELD_OF[type(part)]}":'
        self._parts[event.index] = _Part(part, self._head + head.encode(), b"}" + _TAIL)
        told = self._delta(Delta(event.index, part.text))
        if isinstance(part, Thinking) and part.seal is not None:
            told += self._seal(Sealed(event.index, part.seal, part.sealed_by or ""))
        return told

    def _open_call(self, index: int, call: ToolCall) -> bytes:
        place = self._calls
        self._calls += 1
        if call.name in self._free:
            return self._open_free(index, call, place)
        if not call.arguments:
            self._silent.add(index)
        head = f'{{"tool_calls":[{{"index":{place},"function":{{"arguments":'
        self._parts[index] = _Part(call, self._head + head.encode(), b"}}]}" + _TAIL)
        body = write_call(call, own=self._started.dialect == NAME)
        body["function"]["arguments"] = call.arguments
        return self._chunk({"tool_calls": [{"index": place, **body}]})

    def _open_free(self, index: int, call: ToolCall, place: int) -> bytes:
        """A call with free text: the text is known when the arguments are whole."""
        head = f'{{"tool_calls":[{{"index":{place},"custom":{{"input":'
        self._waiting_texts[index] = _Part(call, self._head + head.encode(), b"}}]}" + _TAIL)
        self._waiting_texts[index].words.append(call.arguments)
        body = write_call(msgspec.structs.replace(call, arguments=""), self._free, own=False)
        return self._chunk({"tool_calls": [{"index": place, **body}]})

    def _end_free(self, index: int) -> bytes:
        call = self._waiting_texts.pop(index)
        return call.head + _encode(unwrapped("".join(call.words))) + call.tail

    def _delta(self, event: Delta) -> bytes:
        open_part = self._parts.get(event.index)
        if open_part is None or not event.text:
            if event.index in self._waiting_texts:
                self._waiting_texts[event.index].words.append(event.text)
            return b""
        if isinstance(open_part.part, Thinking):
            open_part.words.append(event.text)
        if self._silent:
            self._silent.discard(event.index)
        return open_part.head + _encode(event.text) + open_part.tail

    def _seal(self, event: Sealed) -> bytes:
        open_part = self._parts.get(event.index)
        if open_part is None or not isinstance(open_part.part, Thinking):
            return b""
        part = Thinking("".join(open_part.words), event.seal, event.sealed_by, open_part.part.redacted)
        if part.redacted:
            told, self._waiting = self._release(None), part
            return told
        return self._entry(part)

    def _release(self, following: ReplyPart | None) -> bytes:
        """The seal that waited to know what it stands on."""
        part, self._waiting = self._waiting, None
        return b"" if part is None else self._entry(on_call(part, following))

    def _entry(self, part: Thinking) -> bytes:
        entry = sealed_entry(part, self._entries)
        self._entries += 1
        return self._chunk({DETAILS: [entry]})

    def _finish(self, event: Finished) -> None:
        self._finished = event
        if self._started.dialect == NAME:
            return
        self._losses.extras("", event.extras, self._started.dialect)
        if event.stop_sequence is not None:
            self._losses.add("stop_sequence", f"the {NAME} dialect does not say which stop sequence was met")
