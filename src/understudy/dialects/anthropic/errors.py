"""Errors: faults in this dialect's envelope, and what an upstream's error body says.

The envelope is `{"type": "error", "error": {"type", "message"}, "request_id"}`, whole with a status or as the last
event of a stream. Upstreams that serve this dialect answer in many envelopes when they fail, so the reader takes any.
"""

from typing import Any

import msgspec

from understudy.canon.faults import Fault, FaultKind, kind_of_status
from understudy.dialects.anthropic.words import ERROR_OF_KIND, KIND_OF_ERROR
from understudy.dialects.sse import event_bytes

# The longest piece of an error body without an envelope that is passed on.
MAX_PLAIN_CHARS = 300


def write_fault(fault: Fault, request_id: str) -> tuple[int, bytes]:
    """The status and body for a caller."""
    return ERROR_OF_KIND[fault.kind][1], _envelope(fault, request_id)


def write_failure(fault: Fault, request_id: str) -> bytes:
    """The event that ends a stream in a fault."""
    return event_bytes(_envelope(fault, request_id), "error")


def _envelope(fault: Fault, request_id: str) -> bytes:
    error = {"type": ERROR_OF_KIND[fault.kind][0], "message": fault.message}
    return msgspec.json.encode({"type": "error", "error": error, "request_id": request_id})


def read_fault(status: int, body: bytes, retry_after_s: float | None = None) -> Fault:
    """The fault that an upstream's error answer stands for, whatever its envelope."""
    try:
        message, word = told(msgspec.json.decode(body))
    except (ValueError, RecursionError):
        message, word = _plain(body), None
    kind = kind_of_status(status) if status >= 400 else kind_of_word(word)
    if message is None:
        message = f"the upstream answered {status} without a message"
    return Fault(message, kind=kind, native=word, retry_after_s=retry_after_s)


def kind_of_word(word: str | None) -> FaultKind:
    """The kind of fault that an error type stands for where no status tells more."""
    return KIND_OF_ERROR.get(word or "", FaultKind.UPSTREAM)


def told(body: Any) -> tuple[str | None, str | None]:
    """The message of an error body, and the word that classes it, from any of the envelopes met upstream."""
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, str):
        return body, None
    if not isinstance(body, dict):
        return None, None
    error = body.get("error")
    if isinstance(error, dict):
        return _first_text(error, "message"), _first_text(error, "type", "status", "code")
    if isinstance(error, str):
        return error, _first_text(body, "type", "code")
    detail = body.get("detail")
    message = _first_text(body, "message", "detail")
    if message is None and detail is not None:
        message = msgspec.json.encode(detail).decode()
    return message, _first_text(body, "type", "code", "error_type")


def _first_text(body: dict[str, Any], *names: str) -> str | None:
    for name in names:
        value = body.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def _plain(body: bytes) -> str | None:
    text = body[:MAX_PLAIN_CHARS].decode("utf-8", "replace").strip()
    # A page is for a browser; it says nothing to a program, and may say too much of the upstream's network.
    return None if not text or text.startswith("<") else text
