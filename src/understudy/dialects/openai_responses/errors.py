"""Errors inside a stream of this dialect: an `error` event and a failed response. Outside one, see `openai_errors`."""

import msgspec

from understudy.canon.faults import Fault
from understudy.canon.request import Request
from understudy.dialects.openai_errors import ERROR_OF_KIND, code_of
from understudy.dialects.openai_responses.output import answer_id
from understudy.dialects.openai_responses.words import FAILED
from understudy.dialects.sse import event_bytes

# The number of the event that ends a broken stream. Numbers rise strictly, and no stream has this many events.
LAST_SEQUENCE = 1_000_000_000


def write_failure(fault: Fault, request_id: str, request: Request) -> bytes:
    """The events that end a stream in a fault: some clients read the first, some the second; nothing may follow."""
    code = code_of(fault)
    told = {"type": ERROR_OF_KIND[fault.kind][0], "code": code, "message": fault.message, "param": fault.param}
    error = {**told, "type": "error", "error": told, "sequence_number": LAST_SEQUENCE, "request_id": request_id}
    response = {
        "id": answer_id(request_id),
        "object": "response",
        "created_at": 0,
        "status": FAILED,
        "error": {"code": code, "message": fault.message},
        "incomplete_details": None,
        "model": request.model,
        "output": [],
        "usage": None,
    }
    failed = {"type": "response.failed", "response": response, "sequence_number": LAST_SEQUENCE + 1}
    return b"".join(event_bytes(msgspec.json.encode(body), str(body["type"])) for body in (error, failed))
