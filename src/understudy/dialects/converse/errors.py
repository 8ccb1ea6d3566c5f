"""Errors: faults as exceptions of this dialect, and what an upstream's error body says.

A body is `{"message": …}`; the exception's name stands in a header on the wire, and in `__type` here, where clients
look for it too. An upstream's name counts before its status, which several exceptions share. Inside a stream an
exception is a message of its own.
"""

import msgspec

from understudy.canon.faults import Fault, FaultKind, kind_of_status
from understudy.dialects import envelopes
from understudy.dialects.converse.words import ERROR_OF_KIND, KIND_OF_ERROR, STREAM_ERROR, STREAM_ERROR_OF_KIND
from understudy.dialects.eventstream import message_bytes
from understudy.dialects.overflow import narrowed, worded

# How clients know a prompt that is too long: there is no word for it but this message.
TOO_LONG_LEAD = "Input is too long for requested model"
TOO_LONG = TOO_LONG_LEAD + ": {asked} tokens, at most {most}"
# The header and the fields that class an error.
ERROR_HEADER = "x-amzn-errortype"
CLASSING = ("__type", "code", "type")


def write_fault(fault: Fault, request_id: str) -> tuple[int, bytes]:
    """The status and body for a caller."""
    word, status = ERROR_OF_KIND[fault.kind]
    return status, msgspec.json.encode({"message": _message(fault), "__type": word, "request_id": request_id})


def write_failure(fault: Fault, request_id: str) -> bytes:
    """The exception that ends a stream in a fault; nothing may follow."""
    body = msgspec.json.encode({"message": _message(fault), "request_id": request_id})
    return message_bytes("exception", STREAM_ERROR_OF_KIND.get(fault.kind, STREAM_ERROR), body)


def _message(fault: Fault) -> str:
    return worded(fault, TOO_LONG, TOO_LONG_LEAD)


def read_fault(status: int, body: bytes, retry_after_s: float | None, name: str | None = None) -> Fault:
    """The fault that an upstream's error answer stands for; `name` is the exception's where a header tells it."""
    (message, word, _), _ = envelopes.read(body, CLASSING)
    if word is None and name:
        # An address may stand behind it.
        word = name.partition(":")[0]
    kind = kind_of(word)
    if kind is FaultKind.UPSTREAM and status >= 400:
        kind = kind_of_status(status)
    kind = narrowed(kind, message, word)
    message = message or f"the upstream answered {status} without a message"
    return Fault(message, kind=kind, native=word, retry_after_s=retry_after_s)


def kind_of(word: str | None) -> FaultKind:
    """The kind of fault that an exception's name stands for; it may have a namespace before it or an address behind."""
    name = (word or "").partition(":")[0].rpartition("#")[2].lower()
    return KIND_OF_ERROR.get(name, FaultKind.UPSTREAM)
