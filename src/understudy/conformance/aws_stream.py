"""AWS event streams, by hand: binary messages with checksums.

Reference: https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream
"""

import json
import struct
import zlib
from typing import Any

from understudy.conformance.answers import Event

TYPE = "application/vnd.amazon.eventstream"
_STRING = 7


def told(kind: str, name: str, body: Any) -> bytes:
    """One message: `kind` is event or exception; a body that is bytes goes as it is."""
    headers = b"".join(
        struct.pack(">B", len(key)) + key.encode() + struct.pack(">BH", _STRING, len(value)) + value.encode()
        for key, value in ((f":{kind}-type", name), (":content-type", "application/json"), (":message-type", kind))
    )
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


def read(raw: bytes) -> list[Event]:
    """The messages of a stream; one that is cut off at the end is none, and a wrong checksum is a ValueError."""
    events: list[Event] = []
    while len(raw) >= 12:
        size, head, check = struct.unpack_from(">III", raw)
        if zlib.crc32(raw[:8]) != check:
            raise ValueError("a prelude's checksum is wrong")
        if len(raw) < size:
            break
        message, raw = raw[:size], raw[size:]
        if zlib.crc32(message[:-4]) != struct.unpack(">I", message[-4:])[0]:
            raise ValueError("a message's checksum is wrong")
        headers = _headers(message[12 : 12 + head])
        kind = headers.get(":message-type", "")
        name = headers.get(f":{kind}-type", "")
        events.append(Event(name, json.loads(message[12 + head : -4] or b"{}"), failed=kind != "event"))
    return events


def _headers(raw: bytes) -> dict[str, str]:
    """The headers, all of them texts here."""
    headers = {}
    while raw:
        size = raw[0]
        name, kind = raw[1 : 1 + size].decode(), raw[1 + size]
        if kind != _STRING:
            raise ValueError(f"the header {name} is no text")
        (length,) = struct.unpack_from(">H", raw, 2 + size)
        headers[name] = raw[4 + size : 4 + size + length].decode()
        raw = raw[4 + size + length :]
    return headers
