"""Server-sent events: bytes cut anywhere -> frames, each with its raw bytes, event name and data.

Sans-IO. Line ends may be LF, CRLF or CR, also mixed; a cut between CR and LF makes no frame of its own. Comments are
frames without data: they prove that the other side lives. Joining the raw bytes of all frames gives the stream again.
Form: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import re

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.value import Value

# One event carries at most one whole tool call or one inline picture; 16 MiB is above every body limit of the field.
MAX_FRAME_BYTES = 16 * 1024 * 1024
SSE_TYPE = "text/event-stream; charset=utf-8"
# Two ends of lines. The first begins with one of two bytes, by which places are skipped quickly; it may be the latter
# half of CRLF, since where all of it begins is nobody's question.
_END = re.compile(rb"(?:\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))")
_BLANKS = (b"\n\n", b"\r\n\r\n")
_LINE = re.compile(rb"\r\n|\n|\r")
# The longest end of a frame, less one byte: how far a new search must step back.
_OVERLAP = 3


class SseFrame(Value, frozen=True):
    """One event as it came: `data` is None for a comment or an empty event."""

    raw: bytes
    event: str | None
    data: bytes | None


class SseParser:
    """Cuts a byte stream into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0

    def feed(self, data: bytes) -> list[SseFrame]:
        """The frames that these bytes complete."""
        if not self._buffer and (frames := _whole(data)) is not None:
            return frames
        self._buffer += data
        buffer = self._buffer
        if buffer.endswith(_BLANKS) and (frames := _whole(bytes(buffer))) is not None:
            buffer.clear()
            self._scanned = 0
            return frames
        # A CR at the very end may be half of a CRLF: it waits for the next byte.
        limit = len(buffer) - 1 if buffer.endswith(b"\r") else len(buffer)
        frames = []
        start = 0
        while match := _END.search(buffer, max(start, self._scanned - _OVERLAP), limit):
            frames.append(_parse(bytes(buffer[start : match.end()])))
            start = self._scanned = match.end()
        del buffer[:start]
        self._scanned = len(buffer)
        if len(buffer) > MAX_FRAME_BYTES:
            raise Fault(f"the upstream sent an event of more than {MAX_FRAME_BYTES} bytes", kind=FaultKind.UPSTREAM)
        return frames

    def close(self) -> list[SseFrame]:
        """What is left when the stream ends: some servers leave out the last blank line."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        self._scanned = 0
        return [_parse(rest)] if rest.strip() else []


def _parse(raw: bytes) -> SseFrame:
    return _parse_lines(raw, _LINE.split(raw))


def _whole(data: bytes) -> list[SseFrame] | None:
    """The frames of bytes that are nothing but whole ones, with lines that all end alike: nearly always so."""
    if (alone := _alone(data)) is not None:
        return [alone]
    if not data.endswith(_BLANKS):
        return None
    newline = b"\r\n" if data.endswith(b"\r\n") else b"\n"
    returns = data.count(b"\r")
    if returns and not returns == data.count(b"\n") == data.count(newline):
        return None
    blank = newline + newline
    if blank + newline in data:
        return None
    events = [event + blank for event in data[: -len(blank)].split(blank)]
    return [_alone(raw) or _parse_lines(raw, raw.split(newline)) for raw in events]


def _alone(raw: bytes) -> SseFrame | None:
    """One event of one data line, which nearly all are; its name may stand before it. None for anything else."""
    end, returned, size = raw.find(b"\n"), raw.find(b"\r"), len(raw)
    if returned == size - 4 and end == size - 3:
        if raw.startswith(b"data: ") and raw.endswith(b"\r\n\r\n"):
            return SseFrame(raw, None, raw[6:returned])
    elif returned < 0 and raw.endswith(b"\n\n"):
        if end == size - 2 and raw.startswith(b"data: "):
            return SseFrame(raw, None, raw[6:end])
        begin = end + 1
        if raw.startswith(b"event: ") and raw.startswith(b"data: ", begin) and raw.find(b"\n", begin) == size - 2:
            return SseFrame(raw, raw[7:end].strip().decode("utf-8", "replace"), raw[begin + 6 : -2])
    return None


def _parse_lines(raw: bytes, lines: list[bytes]) -> SseFrame:
    event: str | None = None
    data: list[bytes] = []
    for line in lines:
        if line.startswith(b"data:"):
            data.append(line[6:] if line[5:6] == b" " else line[5:])
        elif line.startswith(b"event:"):
            event = line[6:].strip().decode("utf-8", "replace")
        elif line == b"data":
            data.append(b"")
    return SseFrame(raw, event, b"\n".join(data) if data else None)


def event_bytes(data: bytes, event: str | None = None) -> bytes:
    """One event for the wire; `data` must hold no line break, as JSON from an encoder never does."""
    if event is None:
        return b"data: " + data + b"\n\n"
    return b"event: " + event.encode() + b"\ndata: " + data + b"\n\n"


def comment(text: str) -> bytes:
    """A comment for the wire: it keeps a connection open and means nothing."""
    return b": " + text.encode() + b"\n\n"
