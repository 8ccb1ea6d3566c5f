"""Errors: faults in this dialect's envelope, and what an upstream's error body says.

The envelope is `{"error": {"code", "message", "status", "details"}}`, whole with a status, as the last data of a stream
or as the last element of an array. The request's id and how long to wait are told in the details, in the words of
google.rpc.
"""

import re
from typing import Any

import msgspec

from understudy.canon.faults import Fault, FaultKind, kind_of_status
from understudy.dialects import envelopes
from understudy.dialects.gemini.words import BAD_KEY, ERROR_OF_KIND, KIND_OF_ERROR, STREAM_ERROR_OF_KIND
from understudy.dialects.sse import event_bytes

# The fields that class an error, the one of this dialect first.
_DELAY = re.compile(r"(\d+(?:\.\d+)?)s")
CLASSING = ("status", "type", "code")
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
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
    if fault.retry_after_s is not None:
        details.append({"@type": _RETRY_INFO, "retryDelay": f"{fault.retry_after_s:g}s"})
    return msgspec.json.encode(
        {"error": {"code": status, "message": fault.message, "status": word, "details": details}}
    )


def read_fault(status: int, body: bytes, retry_after_s: float | None = None) -> Fault:
    """The fault that an upstream's error answer stands for, whatever its envelope."""
    (message, word, _), value = envelopes.read(body, CLASSING)
    kind = kind_of_status(status) if status >= 400 else kind_of_word(word)
    if status == 400 and _tells_bad_key(value):
        kind = FaultKind.UPSTREAM_REFUSED
    if message is None:
        message = f"the upstream answered {status} without a message"
    wait_s = _delay_s(value) if retry_after_s is None else retry_after_s
    return Fault(message, kind=kind, native=word, retry_after_s=wait_s)


def _details(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list) and value:
        value = value[0]
    error = value.get("error") if isinstance(value, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []


def _tells_bad_key(value: Any) -> bool:
    return any(detail.get("reason") == BAD_KEY for detail in _details(value))


def _delay_s(value: Any) -> float | None:
    """How long to wait: this dialect says it among the details of an error."""
    for detail in _details(value):
        said = detail.get("retryDelay") if detail.get("@type") == _RETRY_INFO else None
        if isinstance(said, str) and (told := _DELAY.fullmatch(said)):
            return float(told[1])
    return None


def kind_of_word(word: str | None) -> FaultKind:
    """The kind of fault that a google.rpc code stands for where no HTTP status tells more."""
    if word is not None and word.isdecimal():
        return kind_of_status(int(word))
    return KIND_OF_ERROR.get(word or "", FaultKind.UPSTREAM)


def told(body: Any) -> tuple[str | None, str | None]:
    """The message of an error value, and the word that classes it."""
    message, word, _ = envelopes.told(body, CLASSING)
    return message, word
