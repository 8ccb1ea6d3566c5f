"""Edits of a same-dialect answer: the model's name where it stands in a chunk, and the extension in the last one.

Everything else leaves as it came, key order and unknown fields kept; a frame that names no model leaves byte for byte.
An upstream that streams in the other form than it was asked for is brought into the caller's.
"""

from typing import Any

import msgspec

from understudy.canon.frames import Frame
from understudy.canon.reply import Started
from understudy.dialects.contract import Echo
from understudy.dialects.gemini.framing import Framing
from understudy.dialects.passage import EXTENSION, Renaming
from understudy.dialects.sse import SseFrame, event_bytes

_MODEL = b'"modelVersion"'
_renamed = Renaming("modelVersion")


def edit_frame(frame: Frame, echo: Echo, *, array: bool) -> bytes:
    """The frame's bytes for the caller; what is no JSON stays as it came."""
    if not frame.malformed and frame.raw.strip() and _of_array(frame.raw) != array:
        return _reframed(frame, echo, array=array)
    if _MODEL not in frame.raw and not (frame.terminal and echo.extension):
        return frame.raw
    if not frame.terminal and (renamed := _renamed(frame.raw, echo.model)) is not None:
        return renamed
    return _array(frame, echo) if array else _events(frame, echo)


def edited(body: bytes, echo: Echo, *, last: bool) -> bytes:
    """One chunk, or a whole answer, told anew with the edits; an array of chunks has them in each."""
    value = msgspec.json.decode(body, type=msgspec.Raw)
    if bytes(value).lstrip().startswith(b"["):
        chunks = msgspec.json.decode(body, type=list[msgspec.Raw])
        told = [edited(bytes(chunk), echo, last=last and chunk is chunks[-1]) for chunk in chunks]
        return b"[" + b",\n".join(told) + b"]"
    fields: dict[str, Any] = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    if "modelVersion" in fields:
        fields["modelVersion"] = echo.model
    if last and echo.extension:
        fields[EXTENSION] = echo.extension
    return msgspec.json.encode(fields)


def _reframed(frame: Frame, echo: Echo, *, array: bool) -> bytes:
    """The frame's chunks in the other form; what is none, a comment or a bracket, says nothing there."""
    pieces = _cut(frame.raw, array=not array)
    chunks = [piece.data for piece in pieces if piece.data is not None and _is_chunk(piece.data)]
    edits = (_edited(data, echo, last=frame.terminal and data is chunks[-1]) for data in chunks)
    told = [one for one in edits if one is not None]
    if not array:
        return b"".join(event_bytes(msgspec.json.format(one, indent=-1)) for one in told)
    opening = b"[" if any(isinstance(event, Started) for event in frame.events) else b",\n"
    return (opening if told else b"") + b",\n".join(told) + (b"]" if frame.terminal else b"")


def _of_array(raw: bytes) -> bool:
    """Whether bytes were cut out of an array: a line of an event has no place there."""
    return raw.lstrip()[:1] in (b"[", b",", b"]") and b"\ndata:" not in raw


def _cut(raw: bytes, *, array: bool) -> list[SseFrame]:
    """The pieces of a frame; one from the midst of an array is read as if it began it."""
    framing = Framing()
    opening = b"[" if array and not raw.lstrip().startswith(b"[") else b""
    return framing.feed(opening + raw) + framing.close()


def _events(frame: Frame, echo: Echo) -> bytes:
    pieces = _cut(frame.raw, array=False)
    last = next((place for place in range(len(pieces) - 1, -1, -1) if _is_chunk(pieces[place].data)), None)
    out = []
    for place, piece in enumerate(pieces):
        told = None
        if piece.data is not None and _is_chunk(piece.data):
            told = _edited(piece.data, echo, last=frame.terminal and place == last)
        out.append(piece.raw if told is None else event_bytes(told))
    return b"".join(out)


def _array(frame: Frame, echo: Echo) -> bytes:
    """The elements of an array where they stand, told anew between the commas and brackets around them."""
    pieces = _cut(frame.raw, array=True)
    chunks = [place for place, piece in enumerate(pieces) if piece.data is not None]
    out = []
    for place, piece in enumerate(pieces):
        told = None
        if piece.data is not None:
            told = _edited(piece.data, echo, last=frame.terminal and place == chunks[-1])
        before = piece.raw[: len(piece.raw) - len(piece.data or b"")]
        out.append(piece.raw if told is None else before + told)
    return b"".join(out) if frame.raw.lstrip().startswith(b"[") else b"".join(out)[1:]


def _edited(data: bytes, echo: Echo, *, last: bool) -> bytes | None:
    """A chunk with the edits; None where it is none: bytes cut out of a stream may part in another way than in it."""
    try:
        return edited(data, echo, last=last)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _is_chunk(data: bytes | None) -> bool:
    return data is not None and data.lstrip().startswith(b"{")
