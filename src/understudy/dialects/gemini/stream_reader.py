"""Streams, read: an upstream's chunks into frames.

This dialect has no closing line: an answer is complete once a chunk told why the model stopped and the stream ended
(or the array closed). Such a chunk looks like an ending, so it waits here with all that follows it; if more of the
answer comes after all, as from older models that say STOP in every chunk, it is let go and the newer one waits.
"""

import msgspec

from understudy.canon.frames import Frame
from understudy.canon.reply import Event, Failed, Metered, Started
from understudy.dialects.gemini.chunks import Chunks, Malformed
from understudy.dialects.gemini.framing import Closing, Framing
from understudy.dialects.sse import SseFrame


class StreamReader:
    """The decoder of one upstream stream; `maker` is whose seals it brings."""

    def __init__(self, maker: str) -> None:
        self._chunks = Chunks(maker)
        self._framing = Framing()
        self._held: list[bytes] = []
        self._held_events: list[Event] = []

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        frames: list[Frame] = []
        for piece in self._framing.feed(data):
            frames += self._frames(piece)
        return frames

    def close(self) -> list[Frame]:
        """The ending, where one was told; an array that never closed is cut off, whatever its last element said."""
        frames = [frame for piece in self._framing.close() for frame in self._frames(piece)]
        if self._held and self._framing.array:
            # What was told of usage is booked; the bytes that look like an ending never leave.
            frames.append(Frame(b"", tuple(self._held_events)))
            self._held, self._held_events = [], []
        elif self._held:
            frames.append(self._ending(b""))
        return frames

    def _frames(self, piece: SseFrame) -> list[Frame]:
        if piece.data is None or piece.data == b"[DONE]":
            if isinstance(piece, Closing) and self._chunks.word is not None:
                return [self._ending(piece.raw)]
            if self._held:
                self._held.append(piece.raw)
                return []
            return [Frame(piece.raw)]
        chunks = self._chunks
        before = chunks.word
        try:
            events = chunks.read(piece.data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Malformed):
            return [Frame(piece.raw, malformed=True)]
        if events and type(events[0]) is Failed:
            self._held.clear()
            held, self._held_events = self._held_events, []
            return [Frame(piece.raw, (*held, *events))]
        frames = [self._released()] if before is not None and self._held and _tells_more(events) else []
        if chunks.word is None:
            return [Frame(piece.raw, tuple(events))]
        self._held.append(piece.raw)
        self._held_events += events
        return frames

    def _released(self) -> Frame:
        """What looked like an ending and was none."""
        frame = Frame(b"".join(self._held), tuple(self._held_events))
        self._held, self._held_events = [], []
        return frame

    def _ending(self, raw: bytes) -> Frame:
        whole, events = b"".join((*self._held, raw)), (*self._held_events, *self._chunks.finish())
        self._held, self._held_events = [], []
        return Frame(whole, events, terminal=True)


def _tells_more(events: list[Event]) -> bool:
    """Whether a chunk carries more of the answer, not only figures."""
    return any(not isinstance(event, Metered | Started) for event in events)
