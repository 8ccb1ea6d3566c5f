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
_END = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")
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
        if not self._buffer and data.endswith(b"\n\n") and b"\r" not in data:
            if (alone := _alone(data)) is not None:
                return [alone]
            if b"\n\n\n" not in data:
                return [_parse_lf(raw + b"\n\n") for raw in data[:-2].split(b"\n\n")]
        self._buffer += data
        buffer = self._buffer
        # A CR at the very end may be half of a CRLF: it waits for the next byte.
        limit = len(buffer) - 1 if buffer.endswith(b"\r") else len(buffer)
        frames: list[SseFrame] = []
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


def _parse_lf(raw: bytes) -> SseFrame:
    """A frame of what nearly all servers send: whole, with LF alone."""
    return _alone(raw) or _parse_lines(raw, raw.split(b"\n"))


def _alone(raw: bytes) -> SseFrame | None:
    """One event of one data line, its name before it or none, which nearly all are; None for anything else."""
    lines = raw.split(b"\n")
    if len(lines) == 3 and lines[0].startswith(b"data: "):
        return SseFrame(raw, None, lines[0][6:])
    if len(lines) == 4 and lines[0].startswith(b"event: ") and lines[1].startswith(b"data: "):
        return SseFrame(raw, lines[0][7:].strip().decode("utf-8", "replace"), lines[1][6:])
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
