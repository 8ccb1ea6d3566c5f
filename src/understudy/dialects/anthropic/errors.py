"""Errors: faults in this dialect's envelope, and what an upstream's error body says.

The envelope is `{"type": "error", "error": {"type", "message"}, "request_id"}`, whole with a status or as the last
event of a stream. Upstreams that serve this dialect answer in many envelopes when they fail, so the reader takes any.
"""

from typing import Any

import msgspec

from understudy.canon.faults import Fault, FaultKind, kind_of_status
from understudy.dialects import envelopes
from understudy.dialects.anthropic.words import ERROR_OF_KIND, KIND_OF_ERROR
from understudy.dialects.overflow import narrowed, worded
from understudy.dialects.sse import event_bytes

# How clients know a prompt that is too long: there is no word for it but this message.
TOO_LONG_LEAD = "prompt is too long"
TOO_LONG = TOO_LONG_LEAD + ": {asked} tokens > {most} maximum"
# The fields that class an error, the one of this dialect first.
CLASSING = ("type", "status", "code")


def write_fault(fault: Fault, request_id: str) -> tuple[int, bytes]:
    """The status and body for a caller."""
    return ERROR_OF_KIND[fault.kind][1], _envelope(fault, request_id)


def write_failure(fault: Fault, request_id: str) -> bytes:
    """The event that ends a stream in a fault."""
    return event_bytes(_envelope(fault, request_id), "error")


def _envelope(fault: Fault, request_id: str) -> bytes:
    error = {"type": ERROR_OF_KIND[fault.kind][0], "message": worded(fault, TOO_LONG, TOO_LONG_LEAD)}
    return msgspec.json.encode({"type": "error", "error": error, "request_id": request_id})


def read_fault(status: int, body: bytes, retry_after_s: float | None = None) -> Fault:
    """The fault that an upstream's error answer stands for, whatever its envelope."""
    (message, word, _), _ = envelopes.read(body, CLASSING)
    kind = narrowed(kind_of_status(status) if status >= 400 else kind_of_word(word), message, word)
    if message is None:
        message = f"the upstream answered {status} without a message"
    return Fault(message, kind=kind, native=word, retry_after_s=retry_after_s)


def kind_of_word(word: str | None) -> FaultKind:
    """The kind of fault that an error type stands for where no status tells more."""
    return KIND_OF_ERROR.get(word or "", FaultKind.UPSTREAM)


def told(body: Any) -> tuple[str | None, str | None]:
    """The message of an error value, and the word that classes it."""
    message, word, _ = envelopes.told(body, CLASSING)
    return message, word
