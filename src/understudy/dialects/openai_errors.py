"""Errors of OpenAI's dialects: faults in their envelope, and what an upstream's error body says.

The envelope is `{"error": {"message", "type", "param", "code"}}`, whole with a status or as the last data of a
stream. Every host of this dialect fails in an envelope of its own, so the reader takes any.
"""

from typing import Any

import msgspec

from understudy.canon.faults import Fault, FaultKind, kind_of_status
from understudy.canon.value import Value
from understudy.dialects import envelopes
from understudy.dialects.overflow import narrowed
from understudy.dialects.sse import event_bytes

# The code by which clients know a prompt that is too long.
TOO_LONG = "context_length_exceeded"
# Type word and HTTP status of each fault. This dialect has no 529: an overload is a 503.
ERROR_OF_KIND = {
    FaultKind.BAD_REQUEST: ("invalid_request_error", 400),
    FaultKind.AUTHENTICATION: ("authentication_error", 401),
    FaultKind.PERMISSION: ("permission_error", 403),
    FaultKind.NOT_FOUND: ("not_found_error", 404),
    FaultKind.TOO_LARGE: ("invalid_request_error", 413),
    FaultKind.TOO_LONG: ("invalid_request_error", 400),
    FaultKind.RATE_LIMITED: ("rate_limit_error", 429),
    FaultKind.BUDGET: ("budget_exceeded", 429),
    FaultKind.TIMEOUT: ("timeout", 504),
    FaultKind.OVERLOADED: ("overloaded_error", 503),
    FaultKind.UPSTREAM: ("upstream_error", 502),
    FaultKind.UPSTREAM_INTERNAL: ("server_error", 500),
    FaultKind.UPSTREAM_REFUSED: ("authentication_error", 401),
    FaultKind.TRUNCATED: ("upstream_error", 502),
    FaultKind.UNAVAILABLE: ("overloaded_error", 503),
    FaultKind.INTERNAL: ("server_error", 500),
}

# What an upstream's error word says where no status does: inside a stream, or in an error body sent with 200.
KIND_OF_ERROR = {
    "invalid_request_error": FaultKind.BAD_REQUEST,
    TOO_LONG: FaultKind.TOO_LONG,
    "authentication_error": FaultKind.UPSTREAM_REFUSED,
    "invalid_api_key": FaultKind.UPSTREAM_REFUSED,
    "permission_error": FaultKind.UPSTREAM_REFUSED,
    "insufficient_quota": FaultKind.RATE_LIMITED,
    "not_found_error": FaultKind.NOT_FOUND,
    "model_not_found": FaultKind.NOT_FOUND,
    "rate_limit_error": FaultKind.RATE_LIMITED,
    "rate_limit_exceeded": FaultKind.RATE_LIMITED,
    "RESOURCE_EXHAUSTED": FaultKind.RATE_LIMITED,
    "timeout": FaultKind.TIMEOUT,
    "overloaded_error": FaultKind.OVERLOADED,
    "UNAVAILABLE": FaultKind.OVERLOADED,
    "server_error": FaultKind.UPSTREAM_INTERNAL,
    "api_error": FaultKind.UPSTREAM_INTERNAL,
    "internal_server_error": FaultKind.UPSTREAM_INTERNAL,
    "INTERNAL": FaultKind.UPSTREAM_INTERNAL,
}

# The fields that class an error, the narrower one first.
CLASSING = ("code", "type", "status")


class Failure(Value, frozen=True):
    """What went wrong: in words, the class of the error, the field at fault, and the code that clients know it by."""

    message: str
    type: str
    param: str | None
    code: str | None


class Envelope(Value, frozen=True):
    """An error as it is told."""

    error: Failure
    request_id: str


def write_fault(fault: Fault, request_id: str, *, code: str | None = None) -> tuple[int, bytes]:
    """The status and body for a caller; the request's id goes in a header of this dialect, and here too.

    The code is the upstream's own word unless the dialect has a better one.
    """
    return ERROR_OF_KIND[fault.kind][1], _envelope(fault, request_id, code or code_of(fault))


def write_failure(fault: Fault, request_id: str) -> bytes:
    """The data that ends a stream in a fault; no `[DONE]` may follow."""
    return event_bytes(write_fault(fault, request_id)[1])


def _envelope(fault: Fault, request_id: str, code: str) -> bytes:
    word = ERROR_OF_KIND[fault.kind][0]
    return msgspec.json.encode(Envelope(Failure(fault.message, word, fault.param, code), request_id))


def code_of(fault: Fault) -> str:
    """The code that classes a fault: the upstream's own word, but for what clients know by one alone."""
    return TOO_LONG if fault.kind is FaultKind.TOO_LONG else fault.native or fault.kind.value


def read_fault(status: int, body: bytes, retry_after_s: float | None = None) -> Fault:
    """The fault that an upstream's error answer stands for, whatever its envelope."""
    (message, word, param), value = envelopes.read(body, CLASSING)
    kind = narrowed(kind_of_status(status) if status >= 400 else kind_of(value), message, word)
    if message is None:
        message = f"the upstream answered {status} without a message"
    return Fault(message, kind=kind, param=param, native=word, retry_after_s=retry_after_s)


def kind_of(body: Any) -> FaultKind:
    """The kind of fault that an error body tells by its words, or by the status that some put into it."""
    error = body.get("error") if isinstance(body, dict) else None
    for place in (error, body):
        if not isinstance(place, dict):
            continue
        for name in ("type", "code", "status"):
            value = place.get(name)
            if isinstance(value, str) and value in KIND_OF_ERROR:
                return KIND_OF_ERROR[value]
            if isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600:
                return kind_of_status(value)
    return FaultKind.UPSTREAM


def told(body: Any) -> envelopes.Told:
    """The message of an error value, the word that classes it, and the field at fault."""
    return envelopes.told(body, CLASSING)
