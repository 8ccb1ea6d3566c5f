"""Streams, written: events of any dialect as events of this one.

`response.created` and `.in_progress`, then items one after another, each with its beginning, its deltas and its end,
then the whole response: completed or incomplete. Every event has a number, and numbers rise strictly. A call of a tool
that takes free text is told at its end, since its text stands inside arguments until they are whole. Nothing that looks
like an ending leaves before `end`.
"""

from typing import Any

import msgspec

from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import Delta, Finished, PartStarted, Sealed, Started
from understudy.canon.request import Request
from understudy.dialects.contract import Echo
from understudy.dialects.freetext import unwrapped
from understudy.dialects.openai_fields import Losses, at
from understudy.dialects.openai_responses.answers import carried, ending, frame_of, note_stop
from understudy.dialects.openai_responses.metering import write_usage
from understudy.dialects.openai_responses.output import Item, answer_id
from understudy.dialects.openai_responses.tools import names_of
from understudy.dialects.openai_responses.words import HIDDEN, NAME, status_of
from understudy.dialects.ordering import PartEvent
from understudy.dialects.passage import EXTENSION, extended
from understudy.dialects.sse import event_bytes
from understudy.dialects.writing import OrderedWriter

_encode = msgspec.json.encode
# Events of an item's words, the field that places them in it, and the field of the whole text at their end.
_WORDS = {
    Text: ("response.output_text", "content_index", "text"),
    Refusal: ("response.refusal", "content_index", "refusal"),
    Thinking: ("response.reasoning_summary_text", "summary_index", "text"),
    ToolCall: ("response.function_call_arguments", "", "arguments"),
}
_CUSTOM = ("response.custom_tool_call_input", "", "input")
_PIECES = {
    Text: "response.content_part",
    Refusal: "response.content_part",
    Thinking: "response.reasoning_summary_part",
}


class StreamWriter(OrderedWriter):
    """The encoder of one caller's stream."""

    here = NAME

    def __init__(self, request: Request, echo: Echo) -> None:
        super().__init__(echo, Losses())
        self._request = request
        self._names = names_of(request)
        self._item: Item | None = None
        self._begun = self._speaking = False
        self._head = b""
        self._tail = b""
        # The answer around its output.
        self._response: dict[str, Any] = {}
        self._output: list[dict[str, Any]] = []
        self._number = 0

    def end(self, echo: Echo) -> bytes:
        """The whole response: its status, its output, the usage, the extension."""
        stop, native = self.stop
        response = self._response | ending(stop, self._output)
        response["usage"] = write_usage(self._usage)
        if extension := extended(echo, stop, native, own=self.own, losses=self._losses, hidden=HIDDEN):
            response[EXTENSION] = extension
        return self._event({"type": f"response.{status_of(stop)}", "response": response})

    def _event(self, body: dict[str, Any]) -> bytes:
        body["sequence_number"] = self._number
        self._number += 1
        return event_bytes(_encode(body), body["type"])

    def _begin(self, event: Started) -> bytes:
        self._response = response = frame_of(self._request, self._echo, event.id, event.created_s)
        return b"".join(
            self._event({"type": f"response.{word}", "response": response}) for word in ("created", "in_progress")
        )

    def _leave(self, event: Started | Finished) -> None:
        super()._leave(event)
        if isinstance(event, Finished):
            note_stop(event.stop_sequence, self._losses)

    def _tell(self, event: PartEvent) -> bytes:
        item = self._item
        if type(event) is Delta:
            return b"" if item is None else self._delta(item, event.text)
        if isinstance(event, PartStarted):
            return self._open(event)
        if item is None:
            return b""
        if isinstance(event, Sealed):
            item.seal(event.seal, event.sealed_by)
            return b"" if self._begun else self._open_item(item)
        self._item = None
        return self._close(item)

    def _open(self, event: PartStarted) -> bytes:
        part = event.part
        self._item, self._begun, self._speaking = None, False, False
        if isinstance(part, Opaque) and not carried(
            part, at("output", event.index), self._started.dialect, self._losses
        ):
            return b""
        if not isinstance(part, Opaque) and not self.own:
            self._losses.extras(at("output", event.index), part.extras, self._started.dialect)
        item = self._item = Item(part, len(self._output), answer_id(self._started.id), self._names)
        # Words begin with the first of them; calls, and what is told whole, at once.
        return self._open_item(item) if isinstance(part, Opaque | ToolCall) or item.text else b""

    def _open_item(self, item: Item) -> bytes:
        """The item's beginning, and what was said of it already; one that is only a seal has no words to begin."""
        self._begun = True
        body = item.body(done=False)
        told = self._event({"type": "response.output_item.added", "output_index": item.place, "item": body})
        if isinstance(item.part, ToolCall) or item.text:
            told += self._speak(item)
        return told + (self._said(item.text) if item.text and not item.custom else b"")

    def _speak(self, item: Item) -> bytes:
        """The beginning of its words."""
        self._speaking = True
        kind, index, _ = self._words(item)
        place = {"item_id": item.id, "output_index": item.place, **({index: 0} if index else {})}
        head = _encode({"type": f"{kind}.delta", **place})
        self._head = f"event: {kind}.delta\ndata: ".encode() + head[:-1] + b',"delta":'
        self._tail = b',"logprobs":[],"sequence_number":' if isinstance(item.part, Text) else b',"sequence_number":'
        piece = _PIECES.get(type(item.part))
        return self._event({"type": f"{piece}.added", **place, "part": item.piece("")}) if piece else b""

    def _words(self, item: Item) -> tuple[str, str, str]:
        return _CUSTOM if item.custom else _WORDS[type(item.part)]

    def _delta(self, item: Item, text: str) -> bytes:
        if not text or isinstance(item.part, Opaque):
            return b""
        start = b"" if self._begun else self._open_item(item)
        if not self._speaking:
            start += self._speak(item)
        item.words.append(text)
        return start + (b"" if item.custom else self._said(text))

    def _said(self, text: str) -> bytes:
        number = self._number
        self._number += 1
        return b"".join((self._head, _encode(text), self._tail, str(number).encode(), b"}\n\n"))

    def _close(self, item: Item) -> bytes:
        if not self._begun:
            return b""
        told = self._silent(item) if self._speaking else b""
        whole = item.body(done=True)
        self._output.append(whole)
        return told + self._event({"type": "response.output_item.done", "output_index": item.place, "item": whole})

    def _silent(self, item: Item) -> bytes:
        """The end of its words."""
        kind, index, field = self._words(item)
        place = {"item_id": item.id, "output_index": item.place, **({index: 0} if index else {})}
        text, told = item.text or ("{}" if isinstance(item.part, ToolCall) else ""), b""
        if item.custom:
            text = unwrapped(text)
            told = self._said(text)
        logprobs: dict[str, Any] = {"logprobs": []} if isinstance(item.part, Text) else {}
        told += self._event({"type": f"{kind}.done", **place, field: text, **logprobs})
        piece = _PIECES.get(type(item.part))
        return told + (self._event({"type": f"{piece}.done", **place, "part": item.piece(item.text)}) if piece else b"")
