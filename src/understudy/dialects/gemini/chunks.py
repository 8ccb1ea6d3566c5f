"""Chunks: the pieces in which this dialect tells an answer, each a small answer of its own, into events.

A stream is read through here chunk by chunk, and so is an answer that came as an array of chunks. Which bytes a chunk
was, and when an answer is over, is not known here: `finish` is called once nothing more can come. Nearly all chunks of
a stream say a few words and the counts so far, and have a decoder of their own, which takes nothing else.
"""

from typing import Any, Literal

import msgspec

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
from understudy.dialects.gemini.assembly import Assembly
from understudy.dialects.gemini.errors import kind_of_word, told
from understudy.dialects.gemini.metering import NO_COUNTS, Counts, counts_in, merged, read_usage, unread_usage
from understudy.dialects.gemini.pieces import SIGNATURE
from understudy.dialects.gemini.toolids import made
from understudy.dialects.gemini.words import NAME, finish_word, stop_of

# What is read of a chunk and of a candidate; the rest goes into the extras of the ending.
_READ = frozenset(("candidates", "usageMetadata", "modelVersion", "responseId", "promptFeedback"))
_READ_OF_CANDIDATE = frozenset(("content", "finishReason", "index"))


class Malformed(Exception):
    """A chunk that says nothing this dialect allows."""


class _Part(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    thought: bool = False


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    parts: tuple[_Part]
    role: Any = None


class _Candidate(msgspec.Struct, forbid_unknown_fields=True):
    content: _Content
    index: Literal[0] = 0


class _Words(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A chunk that says words, or thoughts, and nothing that ends an answer."""

    candidates: tuple[_Candidate]
    usage_metadata: Counts = NO_COUNTS
    model_version: Any = None
    response_id: Any = None
    # Canon has no word for it, and one of the two hosts tells it in every chunk.
    create_time: str | None = None


_decode_words = msgspec.json.Decoder(_Words).decode


class Chunks:
    """One answer being told; `maker` is whose seals it brings."""

    def __init__(self, maker: str) -> None:
        self._maker = maker
        self._id: str | None = None
        self._parts = 0
        self._calls = 0
        # The part that is open: its index, and whether it is thinking.
        self._open: tuple[int, bool] | None = None
        self._assembly: Assembly | None = None
        # All counts so far, and what else was told with them, which the chunks with words leave to that of the ending.
        self._counts = NO_COUNTS
        self._beside: dict[str, Any] = {}
        # Why the model stopped, in its own word, once a chunk has told.
        self.word: str | None = None
        self._blocked = False
        self._extras: dict[str, Any] = {}

    @property
    def extras(self) -> dict[str, Any]:
        """What canon has no word for in the answer's frame."""
        return self._extras

    def read(self, data: bytes) -> list[Event]:
        """The events of one chunk as it came: words by their own decoder, anything else by `take`."""
        try:
            words = _decode_words(data)
        except msgspec.ValidationError:
            return self.take(msgspec.json.decode(data))
        events = self._started(words.response_id, words.model_version) if self._id is None else []
        part = words.candidates[0].content.parts[0]
        if part.text:
            events += self._words(part.text, thinking=part.thought)
        if words.create_time is not None:
            self._extras["createTime"] = words.create_time
        return events + self._metered(words.usage_metadata)

    def take(self, chunk: Any) -> list[Event]:
        """The events of one chunk; the ending that it may tell waits for `finish`."""
        if not isinstance(chunk, dict):
            raise Malformed
        if chunk.get("error"):
            message, word = told(chunk)
            return [Failed(message or "the upstream broke off without a message", kind_of_word(word), word)]
        events = self._started(chunk.get("responseId"), chunk.get("modelVersion")) if self._id is None else []
        for candidate in _candidates(chunk):
            events += self._candidate(candidate)
        blocked = chunk.get("promptFeedback")
        if isinstance(blocked, dict) and (word := finish_word(blocked.get("blockReason"))):
            self.word, self._blocked = word, True
        usage = chunk.get("usageMetadata")
        if isinstance(usage, dict):
            self._beside |= unread_usage(usage)
            events += self._metered(counts_in(usage))
        self._keep(chunk, _READ)
        return events

    def finish(self) -> list[Event]:
        """The ending, if one was told: open parts end, and what is left over is told with it."""
        if self.word is None:
            return []
        events = self._closed()
        if self._counts != NO_COUNTS:
            events.append(Metered(read_usage(self._counts, final=True)))
        if self._beside:
            self._extras["usageMetadata"] = self._beside
        reason = stop_of("SAFETY" if self._blocked else self.word, calls=self._calls > 0)
        if reason is not None:
            events.append(Finished(reason, self.word, extras=self._extras))
        return events

    def _started(self, response_id: Any, model: Any) -> list[Event]:
        self._id = _text(response_id)
        return [Started(self._id, _text(model), NAME)]

    def _metered(self, counts: Counts) -> list[Event]:
        """What the counts of a chunk add to those so far, if anything."""
        counts = merged(self._counts, counts)
        if counts == self._counts:
            return []
        self._counts = counts
        return [Metered(read_usage(counts, final=False))]

    def _candidate(self, candidate: dict[str, Any]) -> list[Event]:
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        events: list[Event] = []
        for part in parts if isinstance(parts, list) else ():
            events += self._part(part)
        if "finishReason" in candidate:
            self.word = finish_word(candidate["finishReason"]) or self.word
        self._keep(candidate, _READ_OF_CANDIDATE)
        return events

    def _keep(self, body: dict[str, Any], read: frozenset[str]) -> None:
        """What canon has no word for; the last word on each wins."""
        if not body.keys() <= read:
            self._extras |= {name: value for name, value in body.items() if name not in read and value is not None}

    def _part(self, part: Any) -> list[Event]:
        if not isinstance(part, dict):
            raise Malformed
        seal = part.get(SIGNATURE)
        seal = seal if isinstance(seal, str) and seal else None
        call = part.get("functionCall")
        if isinstance(call, dict):
            return [*self._sealed(seal), *self._call(call)]
        text = part.get("text")
        if part.get("thought") is True and (text is None or isinstance(text, str)):
            return self._thought(text or "", seal)
        if isinstance(text, str):
            return [*self._sealed(seal), *(self._words(text, thinking=False) if text else [])]
        kind = next((name for name in part if name not in (SIGNATURE, "thought")), None)
        if kind is None:
            return self._sealed(seal)
        return [*self._closed(), *self._whole(Opaque(kind, part))]

    def _words(self, text: str, *, thinking: bool) -> list[Event]:
        if self._open is not None and self._open[1] is thinking:
            return [Delta(self._open[0], text)]
        events = self._closed()
        index = self._next()
        self._open = (index, thinking)
        return [*events, PartStarted(index, Thinking() if thinking else Text("")), Delta(index, text)]

    def _thought(self, text: str, seal: str | None) -> list[Event]:
        events = self._words(text, thinking=True) if text else []
        if seal is None:
            return events
        if self._open is None or not self._open[1]:
            events += self._closed()
            index = self._next()
            self._open = (index, True)
            events.append(PartStarted(index, Thinking()))
        return [*events, Sealed(self._open[0], seal, self._maker), *self._closed()]

    def _sealed(self, seal: str | None) -> list[Event]:
        """Sealed thinking without words, which stands for a signature on the part after it."""
        if seal is None:
            return []
        events = self._closed()
        index = self._next()
        part = Thinking(redacted=True)
        return [*events, PartStarted(index, part), Sealed(index, seal, self._maker), PartEnded(index)]

    def _call(self, call: dict[str, Any]) -> list[Event]:
        if self._assembly is None:
            name = call.get("name")
            if not isinstance(name, str):
                raise Malformed
            spare = made(self._id or "", self._calls)
            self._assembly = Assembly(_text(call.get("id")) or spare, name)
            self._calls += 1
        assembly = self._assembly
        if not assembly.take(call):
            return []
        self._assembly = None
        return [*self._closed(), *self._whole(ToolCall(assembly.id, assembly.name), assembly.arguments())]

    def _whole(self, part: Opaque | ToolCall, text: str = "") -> list[Event]:
        index = self._next()
        return [PartStarted(index, part), *([Delta(index, text)] if text else []), PartEnded(index)]

    def _closed(self) -> list[Event]:
        if self._open is None:
            return []
        index, self._open = self._open[0], None
        return [PartEnded(index)]

    def _next(self) -> int:
        self._parts += 1
        return self._parts - 1


def _candidates(chunk: dict[str, Any]) -> list[dict[str, Any]]:
    """The first answer's candidate: others are asked for by callers of this dialect alone, who get the bytes."""
    found = chunk.get("candidates")
    if found is None:
        return []
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], dict) and not found[0].get("index"):
        return found
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Malformed
    return [one for one in found if one.get("index") in (None, 0)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
