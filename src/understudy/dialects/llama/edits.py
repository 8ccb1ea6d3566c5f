"""Edits of a same-dialect stream: the extension in its last event. Everything else leaves byte for byte."""

from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.dialects.contract import Echo
from understudy.dialects.passage import EXTENSION
from understudy.dialects.sse import SseParser, event_bytes


def edit_frame(frame: Frame, echo: Echo) -> bytes:
    """The frame's bytes for the caller; no event of this dialect names a model."""
    if not frame.terminal or not echo.extension:
        return frame.raw
    parser = SseParser()
    (piece,) = parser.feed(frame.raw) + parser.close()
    try:
        body: dict[str, Any] = msgspec.json.decode(piece.data or b"", type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # A name of a field may be no text where its value is none of ours: the event stays as it came.
        return frame.raw
    return event_bytes(msgspec.json.encode({**body, EXTENSION: echo.extension}), piece.event)
