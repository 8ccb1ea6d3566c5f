"""AWS event streams: bytes cut anywhere -> messages, each with its raw bytes, its kind and its payload; and back.

Sans-IO. A message is a prelude (its length, that of its headers, a checksum), headers, a payload and a checksum over
all of it. Bytes that do not add up are a Fault: nothing after them could be trusted. Form:
https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream
"""

import struct
import zlib
from functools import lru_cache

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.value import Value

EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream"
# The format's own limit on a payload is 24 MiB; with its headers a message stays below this.
MAX_MESSAGE_BYTES = 32 * 1024 * 1024
_PRELUDE = struct.Struct(">III")
_CHECK = struct.Struct(">I")
_LENGTH = struct.Struct(">H")
_STRING = 7
# How many bytes the value of each other type of header has; two types say their length themselves.
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
_BYTES = 6


class StreamMessage(Value, frozen=True):
    """One message: `kind` is event, exception or error; `name` says which of them."""

    raw: bytes
    kind: str
    name: str
    payload: bytes


class EventStreamParser:
    """Cuts a byte stream into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        # What the buffer must hold before there is anything to read in it.
        self._needed = _PRELUDE.size

    def feed(self, data: bytes) -> list[StreamMessage]:
        """The messages that these bytes complete; a Fault if they are none."""
        if self._buffer:
            self._buffer += data
            if len(self._buffer) < self._needed:
                return []
            data = bytes(self._buffer)
        messages = []
        place, self._needed = 0, _PRELUDE.size
        while len(data) - place >= _PRELUDE.size:
            total, headers, check = _PRELUDE.unpack_from(data, place)
            if zlib.crc32(data[place : place + 8]) != check:
                raise _broken("a prelude's checksum is wrong")
            if not _PRELUDE.size + headers + _CHECK.size <= total <= MAX_MESSAGE_BYTES:
                raise _broken(f"a message says that it has {total} bytes, {headers} of them headers")
            if len(data) - place < total:
                self._needed = total
                break
            messages.append(_message(data[place : place + total], headers))
            place += total
        if self._buffer or place < len(data):
            self._buffer = bytearray(data[place:])
        return messages

    def close(self) -> None:
        """Nothing can be left: a message that was cut off is dropped, and whoever reads sees no end."""
        self._buffer.clear()


def _broken(why: str) -> Fault:
    return Fault(f"the upstream sent bytes that are no event stream: {why}", kind=FaultKind.UPSTREAM)


def _message(raw: bytes, size: int) -> StreamMessage:
    (check,) = _CHECK.unpack_from(raw, len(raw) - _CHECK.size)
    if zlib.crc32(raw[: -_CHECK.size]) != check:
        raise _broken("a message's checksum is wrong")
    start = _PRELUDE.size + size
    kind, name = _named(raw[_PRELUDE.size : start])
    return StreamMessage(raw, kind, name, raw[start : -_CHECK.size])


# A host has one form of headers for each kind of message, of which there are a dozen.
@lru_cache(maxsize=64)
def _named(raw: bytes) -> tuple[str, str]:
    headers = _headers(raw)
    kind = headers.get(":message-type", "event")
    return kind, headers.get(f":{kind}-type") or headers.get(":error-code", "")


def _headers(raw: bytes) -> dict[str, str]:
    """The headers that are texts; the others are stepped over."""
    found = {}
    place = 0
    try:
        while place < len(raw):
            end = place + 1 + raw[place]
            name, kind = raw[place + 1 : end].decode(), raw[end]
            place = end + 1
            if kind in _SIZES:
                place += _SIZES[kind]
                continue
            (length,) = _LENGTH.unpack_from(raw, place)
            place += _LENGTH.size + length
            if kind == _STRING:
                found[name] = raw[place - length : place].decode()
            elif kind != _BYTES:
                raise _broken(f"a header of the unknown type {kind}")
    except (IndexError, struct.error, UnicodeDecodeError):
        raise _broken("its headers are cut off or no text") from None
    return found


def message_bytes(kind: str, name: str, payload: bytes) -> bytes:
    """One message for the wire, its payload JSON."""
    headers = _told(kind, name)
    head = struct.pack(">II", _PRELUDE.size + len(headers) + len(payload) + _CHECK.size, len(headers))
    body = head + _CHECK.pack(zlib.crc32(head)) + headers + payload
    return body + _CHECK.pack(zlib.crc32(body))


@lru_cache(maxsize=64)
def _told(kind: str, name: str) -> bytes:
    told = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    return b"".join(map(_header, told.items()))


def _header(pair: tuple[str, str]) -> bytes:
    name, value = (text.encode() for text in pair)
    return bytes([len(name)]) + name + bytes([_STRING]) + _LENGTH.pack(len(value)) + value
