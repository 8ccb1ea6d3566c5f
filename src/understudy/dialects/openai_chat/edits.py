"""Edits of a same-dialect stream: what a caller must read other than the upstream wrote it.

Every chunk names the model that the caller asked for; a chunk that exists only for its usage goes to those who asked
for usage; the extension stands where the last usage does; a finish word that cut arguments belie becomes the right one.
Everything else leaves as it came, byte for byte.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.canon.reply import Delta, Finished, Metered, StopReason
from understudy.canon.request import Request
from understudy.dialects.contract import Echo
from understudy.dialects.openai_chat.words import WORD_OF_STOP, belied
from understudy.dialects.passage import EXTENSION, Renaming
from understudy.dialects.sse import SseParser, event_bytes

_encode = msgspec.json.encode


_renamed = Renaming("model")


def edit_frame(frame: Frame, request: Request, echo: Echo) -> bytes:
    """The frame's bytes for the caller."""
    if any(isinstance(event, Finished) and belied(event.reason, event.native) for event in frame.events):
        frame = msgspec.structs.replace(frame, raw=_told_anew(frame.raw, shortened))
    if frame.usage_only and request.stream_usage is not True:
        return b""
    if frame.terminal or b'"model"' not in frame.raw:
        return frame.raw
    if echo.extension and _closes(frame):
        return _edited(frame.raw, {"model": echo.model, EXTENSION: echo.extension})
    renamed = _renamed(frame.raw, echo.model)
    return _edited(frame.raw, {"model": echo.model}) if renamed is None else renamed


def _closes(frame: Frame) -> bool:
    """Whether usage stands here for the last time, as far as one can tell: some hosts repeat it on every chunk."""
    told = {type(event) for event in frame.events}
    return Metered in told and Delta not in told


def shortened(fields: dict[str, msgspec.Raw]) -> dict[str, Any]:
    """The edit of an answer whose finish word is belied: nobody must run the calls."""
    choices = msgspec.json.decode(fields["choices"], type=list[dict[str, Any]])
    first = (choice for choice in choices if not choice.get("index"))
    next(first)["finish_reason"] = WORD_OF_STOP[StopReason.LENGTH]
    return {"choices": choices}


def _edited(raw: bytes, edits: dict[str, Any]) -> bytes:
    """The event told anew with some fields set."""
    return _told_anew(raw, lambda fields: edits)


def _told_anew(raw: bytes, edits: Callable[[dict[str, msgspec.Raw]], dict[str, Any]]) -> bytes:
    """The event told anew with edits of its fields, key order kept; what is no JSON object stays as it came."""
    parser = SseParser()
    out = []
    for piece in parser.feed(raw) + parser.close():
        try:
            body = msgspec.json.decode(piece.data or b"", type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            out.append(piece.raw)
        else:
            out.append(event_bytes(_encode({**body, **edits(body)}), piece.event))
    return b"".join(out)
