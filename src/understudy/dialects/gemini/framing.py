"""Framing: a stream of this dialect comes as server-sent events or as one JSON array; the first byte tells which.

Sans-IO, like `sse`. Joining the raw bytes of all pieces gives the stream again. What an element says is not read here.
An element of an array is a piece like an event: bytes, and the data among them.
"""

from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.sse import MAX_FRAME_BYTES, SseFrame, SseParser

_BLANK = b" \t\r\n"
_OPENERS, _CLOSERS = b"{[", b"}]"
_QUOTE, _BACKSLASH = b'"'[0], b"\\"[0]


class Closing(SseFrame, frozen=True):
    """What closes an array."""


class Framing:
    """Cuts a byte stream into pieces."""

    def __init__(self) -> None:
        self._sse: SseParser | None = None
        self._array: _ArrayParser | None = None

    @property
    def array(self) -> bool:
        """Whether the stream is a JSON array; False while nobody knows."""
        return self._array is not None

    def feed(self, data: bytes) -> list[SseFrame]:
        """The pieces that these bytes complete."""
        if self._sse is not None:
            return self._sse.feed(data)
        if self._array is not None:
            return self._array.feed(data)
        begun = data.lstrip(_BLANK)
        if not begun:
            # White space before the first element: it says that the other side lives, and nothing of the form.
            return [SseFrame(data, None, None)] if data else []
        if begun.startswith(b"["):
            self._array = _ArrayParser()
        else:
            self._sse = SseParser()
        return self.feed(data)

    def close(self) -> list[SseFrame]:
        """What is left when the stream ends; an array that was cut off leaves nothing that could be read."""
        if self._sse is not None:
            return self._sse.close()
        return []


class _ArrayParser:
    """Cuts a JSON array into its elements, wherever the bytes are cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._depth = 0
        self._quoted = False
        self._escaped = False
        # Where the element being read begins, once its first byte was seen.
        self._begin: int | None = None

    def feed(self, data: bytes) -> list[SseFrame]:
        self._buffer += data
        pieces: list[SseFrame] = []
        cut = 0
        for place in range(self._scanned, len(self._buffer)):
            piece = self._step(place, cut)
            if piece is not None:
                pieces.append(piece)
                cut = place + 1
        if self._depth <= 1 and not self._buffer[cut:].strip(_BLANK) and len(self._buffer) > cut:
            # White space between elements keeps a connection open, and waits for nothing.
            pieces.append(SseFrame(bytes(self._buffer[cut:]), None, None))
            cut = len(self._buffer)
        del self._buffer[:cut]
        self._begin = None if self._begin is None else self._begin - cut
        self._scanned = len(self._buffer)
        if len(self._buffer) > MAX_FRAME_BYTES:
            raise Fault(f"the upstream sent an element of more than {MAX_FRAME_BYTES} bytes", kind=FaultKind.UPSTREAM)
        return pieces

    def _step(self, place: int, cut: int) -> SseFrame | None:
        """Take one byte; the piece that it completes."""
        byte = self._buffer[place]
        if self._quoted:
            if self._escaped:
                self._escaped = False
            elif byte == _BACKSLASH:
                self._escaped = True
            elif byte == _QUOTE:
                self._quoted = False
            return None
        if byte == _QUOTE:
            self._quoted = True
        elif byte in _OPENERS:
            self._depth += 1
            if self._depth == 2 and self._begin is None:
                self._begin = place
        elif byte in _CLOSERS:
            self._depth -= 1
            if self._depth == 1 and self._begin is not None:
                begin, self._begin = self._begin, None
                return SseFrame(bytes(self._buffer[cut : place + 1]), None, bytes(self._buffer[begin : place + 1]))
            if self._depth == 0:
                return Closing(bytes(self._buffer[cut : place + 1]), None, None)
        return None
