"""Edits of a same-dialect stream: the extension in its last message. Everything else leaves byte for byte."""

from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.dialects.contract import Echo
from understudy.dialects.eventstream import EventStreamParser, message_bytes
from understudy.dialects.passage import EXTENSION


def edit_frame(frame: Frame, echo: Echo) -> bytes:
    """The frame's bytes for the caller; no message of this dialect names a model."""
    if not frame.terminal or not echo.extension:
        return frame.raw
    (message,) = EventStreamParser().feed(frame.raw)
    body: dict[str, Any] = msgspec.json.decode(message.payload, type=dict[str, msgspec.Raw])
    return message_bytes(message.kind, message.name, msgspec.json.encode({**body, EXTENSION: echo.extension}))
