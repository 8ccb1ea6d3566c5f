"""Edits of a same-dialect stream: the model's name where a response is told whole, and the extension in the last one.

Everything else leaves as it came, byte for byte.
"""

from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.dialects.contract import Echo
from understudy.dialects.passage import EXTENSION
from understudy.dialects.sse import SseParser, event_bytes

_Fields = dict[str, msgspec.Raw]
_encode = msgspec.json.encode


def edit_frame(frame: Frame, echo: Echo) -> bytes:
    """The frame's bytes for the caller."""
    if b'"response"' not in frame.raw:
        return frame.raw
    parser = SseParser()
    return b"".join(
        event_bytes(data, piece.event) if (data := _edited(piece.data, echo)) is not None else piece.raw
        for piece in parser.feed(frame.raw) + parser.close()
    )


def _edited(data: bytes | None, echo: Echo) -> bytes | None:
    """The event with its response edited, key order kept; None where it holds none."""
    try:
        event: dict[str, Any] = msgspec.json.decode(data or b"", type=_Fields)
        response: dict[str, Any] = msgspec.json.decode(event.get("response", msgspec.Raw(b"null")), type=_Fields)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if "model" in response:
        response["model"] = echo.model
    if echo.extension:
        response[EXTENSION] = echo.extension
    return _encode({**event, "response": response})
