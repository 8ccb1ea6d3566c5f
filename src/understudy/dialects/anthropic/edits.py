"""Edits of a same-dialect stream: the two places where a caller must read something other than the upstream wrote.

The first event names the model that the caller asked for; the last `message_delta` gets the extension. Every other
frame leaves as it came, byte for byte.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.canon.reply import Started
from understudy.dialects.contract import Echo
from understudy.dialects.passage import EXTENSION
from understudy.dialects.sse import SseParser, event_bytes

_Body = dict[str, msgspec.Raw]


def edit_frame(frame: Frame, echo: Echo) -> bytes:
    """The frame's bytes for the caller."""
    if frame.events and isinstance(frame.events[0], Started):
        return _edited(frame.raw, "message_start", lambda body: {**body, "message": _renamed(body, echo.model)})
    if frame.terminal and echo.extension:
        return _edited(frame.raw, "message_delta", lambda body: {**body, EXTENSION: echo.extension})
    return frame.raw


def _renamed(body: _Body, model: str) -> dict[str, Any]:
    message: dict[str, Any] = msgspec.json.decode(body["message"], type=_Body)
    return {**message, "model": model}


def _edited(raw: bytes, kind: str, edit: Callable[[_Body], dict[str, Any]]) -> bytes:
    """The raw bytes with one event of that kind told anew, key order kept."""
    parser = SseParser()
    out = []
    for piece in parser.feed(raw) + parser.close():
        out.append(piece.raw)
        if piece.data is not None and _kind(piece.data) == kind:
            try:
                body = edit(msgspec.json.decode(piece.data, type=_Body))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                # A name of a field may be no text where its value is none of ours: the event stays as it came.
                continue
            out[-1] = event_bytes(msgspec.json.encode(body), piece.event)
    return b"".join(out)


class _Kind(msgspec.Struct):
    type: str = ""


def _kind(data: bytes) -> str:
    try:
        return msgspec.json.decode(data, type=_Kind).type
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
