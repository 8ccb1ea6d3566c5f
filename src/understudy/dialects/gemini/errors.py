"""Errors: faults in this dialect's envelope, and what an upstream's error body says.

The envelope is `{"error": {"code", "message", "status", "details"}}`, whole with a status, as the last data of a stream
or as the last element of an array. The request's id is told in the details, in the words of google.rpc.
"""

from typing import Any

import msgspec

from understudy.canon.faults import Fault, FaultKind, kind_of_status
from understudy.dialects import envelopes
from understudy.dialects.gemini.words import BAD_KEY, ERROR_OF_KIND, KIND_OF_ERROR, STREAM_ERROR_OF_KIND
from understudy.dialects.overflow import narrowed, worded
from understudy.dialects.sse import event_bytes

# How clients know a prompt that is too long: there is no word for it but this message.
TOO_LONG = "The input token count ({asked}) exceeds the maximum number of tokens allowed ({most})."
TOO_LONG_LEAD = "The input token count exceeds the maximum number of tokens allowed"
# The fields that class an error, the one of this dialect first.
CLASSING = ("status", "type", "code")
_REQUEST_INFO = "type.googleapis.com/google.rpc.RequestInfo"


def write_fault(fault: Fault, request_id: str) -> tuple[int, bytes]:
    """The status and body for a caller."""
    status, word = ERROR_OF_KIND[fault.kind]
    return status, _envelope(fault, status, word, request_id)


def write_failure(fault: Fault, request_id: str, *, array: bool, started: bool) -> bytes:
    """What ends a stream in a fault: one more data line, or the array's last element."""
    body = _envelope(fault, *STREAM_ERROR_OF_KIND[fault.kind], request_id)
    if not array:
        return event_bytes(body)
    return (b",\n" if started else b"[") + body + b"]"


def _envelope(fault: Fault, status: int, word: str, request_id: str) -> bytes:
    details = [{"@type": _REQUEST_INFO, "requestId": request_id}]
    message = worded(fault, TOO_LONG, TOO_LONG_LEAD)
    return msgspec.json.encode({"error": {"code": status, "message": message, "status": word, "details": details}})


def read_fault(status: int, body: bytes, retry_after_s: float | None = None) -> Fault:
    """The fault that an upstream's error answer stands for, whatever its envelope."""
    (message, word, _), value = envelopes.read(body, CLASSING)
    kind = narrowed(kind_of_status(status) if status >= 400 else kind_of_word(word), message, word)
    if status == 400 and _tells_bad_key(value):
        kind = FaultKind.UPSTREAM_REFUSED
    if message is None:
        message = f"the upstream answered {status} without a message"
    return Fault(message, kind=kind, native=word, retry_after_s=retry_after_s)


def _tells_bad_key(value: Any) -> bool:
    if isinstance(value, list) and value:
        value = value[0]
    error = value.get("error") if isinstance(value, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    return isinstance(details, list) and any(
        isinstance(detail, dict) and detail.get("reason") == BAD_KEY for detail in details
    )


def kind_of_word(word: str | None) -> FaultKind:
    """The kind of fault that a google.rpc code stands for where no HTTP status tells more."""
    if word is not None and word.isdecimal():
        return kind_of_status(int(word))
    return KIND_OF_ERROR.get(word or "", FaultKind.UPSTREAM)


def told(body: Any) -> tuple[str | None, str | None]:
    """The message of an error value, and the word that classes it."""
    message, word, _ = envelopes.told(body, CLASSING)
    return message, word
