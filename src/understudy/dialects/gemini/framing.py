"""Framing: a stream of this dialect comes as server-sent events or as one JSON array; the first byte tells which.

Sans-IO, like `sse`. Joining the raw bytes of all pieces gives the stream again. What an element says is not read here.
"""

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.value import Value
from understudy.dialects.sse import MAX_FRAME_BYTES, SseParser

_BLANK = b" \t\r\n"
_OPENERS, _CLOSERS = b"{[", b"}]"
_QUOTE, _BACKSLASH = b'"'[0], b"\\"[0]


class Piece(Value, frozen=True):
    """One element of a stream as it came; `data` is None where it says nothing, `last` marks the array's end."""

    raw: bytes
    data: bytes | None
    last: bool = False


class Framing:
    """Cuts a byte stream into pieces."""

    def __init__(self) -> None:
        self._start = bytearray()
        self._sse: SseParser | None = None
        self._array: _ArrayParser | None = None

    @property
    def array(self) -> bool:
        """Whether the stream is a JSON array; False while nobody knows."""
        return self._array is not None

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that these bytes complete."""
        if self._sse is not None:
            return [Piece(frame.raw, frame.data) for frame in self._sse.feed(data)]
        if self._array is not None:
            return self._array.feed(data)
        self._start += data
        begun = self._start.lstrip(_BLANK)
        if not begun:
            return []
        if begun.startswith(b"["):
            self._array = _ArrayParser()
        else:
            self._sse = SseParser()
        start = bytes(self._start)
        self._start.clear()
        return self.feed(start)

    def close(self) -> list[Piece]:
        """What is left when the stream ends; an array that was cut off leaves nothing that could be read."""
        if self._sse is not None:
            return [Piece(frame.raw, frame.data) for frame in self._sse.close()]
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

    def feed(self, data: bytes) -> list[Piece]:
        self._buffer += data
        pieces: list[Piece] = []
        cut = 0
        for place in range(self._scanned, len(self._buffer)):
            piece = self._step(place, cut)
            if piece is not None:
                pieces.append(piece)
                cut = place + 1
        if self._depth <= 1 and not self._buffer[cut:].strip(_BLANK) and len(self._buffer) > cut:
            # White space between elements keeps a connection open, and waits for nothing.
            pieces.append(Piece(bytes(self._buffer[cut:]), None))
            cut = len(self._buffer)
        del self._buffer[:cut]
        self._begin = None if self._begin is None else self._begin - cut
        self._scanned = len(self._buffer)
        if len(self._buffer) > MAX_FRAME_BYTES:
            raise Fault(f"the upstream sent an element of more than {MAX_FRAME_BYTES} bytes", kind=FaultKind.UPSTREAM)
        return pieces

    def _step(self, place: int, cut: int) -> Piece | None:
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
                return Piece(bytes(self._buffer[cut : place + 1]), bytes(self._buffer[begin : place + 1]))
            if self._depth == 0:
                return Piece(bytes(self._buffer[cut : place + 1]), None, last=True)
        return None
