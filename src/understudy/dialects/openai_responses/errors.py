"""Errors of this dialect: OpenAI's envelope with the codes that its clients know, and how a stream fails.

A stream ends in an `error` event and a failed response, which go on from what was sent: the next numbers, the same
response, the items that were complete.
"""

import msgspec

from understudy.canon.faults import Blame, Fault, FaultKind
from understudy.canon.request import Request
from understudy.dialects import openai_errors
from understudy.dialects.openai_errors import ERROR_OF_KIND
from understudy.dialects.openai_responses.output import answer_id
from understudy.dialects.openai_responses.words import FAILED
from understudy.dialects.sse import SseParser, event_bytes

# The event that a failure repeats items from.
ITEM_DONE = "response.output_item.done"
# Codes by which clients decide what to do next; every other one of a model that failed is the last of them.
RATE_LIMITED, SERVER_ERROR = "rate_limit_exceeded", "server_error"
_KNOWN = (RATE_LIMITED, SERVER_ERROR, "insufficient_quota", "server_is_overloaded", "slow_down")


def code_of(fault: Fault) -> str:
    """The code of a fault: the upstream's own word where clients here know it, or where the caller is to blame."""
    if fault.native in _KNOWN or (fault.native is not None and fault.blame is Blame.CALLER):
        return fault.native
    if fault.kind is FaultKind.RATE_LIMITED:
        return RATE_LIMITED
    status = ERROR_OF_KIND[fault.kind][1]
    return SERVER_ERROR if status >= 500 else fault.native or fault.kind.value


def write_fault(fault: Fault, request_id: str) -> tuple[int, bytes]:
    """The status and body for a caller."""
    return openai_errors.write_fault(fault, request_id, code=code_of(fault))


def write_failure(fault: Fault, request_id: str, request: Request, sent: bytes) -> bytes:
    """The events that end a stream in a fault: some clients read the first, some the second; nothing may follow."""
    code = code_of(fault)
    told = {"type": ERROR_OF_KIND[fault.kind][0], "code": code, "message": fault.message, "param": fault.param}
    number, begun, items = _reached(sent)
    error = {**told, "type": "error", "error": told, "sequence_number": number, "request_id": request_id}
    response = {
        "id": answer_id(request_id),
        "object": "response",
        "created_at": 0,
        "model": request.model,
        **begun,
        "status": FAILED,
        "error": {"code": code, "message": fault.message},
        "incomplete_details": None,
        "output": [items[place] for place in sorted(items)],
        "usage": None,
    }
    failed = {"type": "response.failed", "response": response, "sequence_number": number + 1}
    return b"".join(event_bytes(msgspec.json.encode(body), str(body["type"])) for body in (error, failed))


class _Sent(msgspec.Struct):
    type: str = ""
    sequence_number: int = -1
    output_index: int = 0
    item: msgspec.Raw = msgspec.Raw()
    response: dict[str, msgspec.Raw] = {}


def _reached(sent: bytes) -> tuple[int, dict[str, msgspec.Raw], dict[int, msgspec.Raw]]:
    """The number of the next event, the response as it began, and its complete items by their places."""
    parser = SseParser()
    number, begun = 0, dict[str, msgspec.Raw]()
    items: dict[int, msgspec.Raw] = {}
    for frame in (*parser.feed(sent), *parser.close()):
        try:
            event = msgspec.json.decode(frame.data or b"{}", type=_Sent)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        number = max(number, event.sequence_number + 1)
        begun = begun or event.response
        if event.type == ITEM_DONE:
            items[event.output_index] = event.item
    return number, begun, items
