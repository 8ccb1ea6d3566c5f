"""Sample bodies of this dialect, written by hand for these tests."""

import json
from typing import Any

from tests.dialects.openai_chat.samples import refused as refused
from tests.dialects.reading import collected_of, events_of

from understudy.canon.reply import Collector, Event, Reply
from understudy.canon.request import Request
from understudy.dialects.contract import Echo, Target
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.dialects.openai_responses import DIALECT

TARGET = Target("up-1", "openai_responses")
ELSEWHERE = Target("up-1", "another")
ECHO = Echo("asked", {"owned": True})
USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 14,
}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "add", "arguments": '{"a":1}'}
SAID = {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}
THOUGHT = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "So "}, {"type": "summary_text", "text": "then."}],
    "encrypted_content": "gAAA",
}


def asked(**fields: Any) -> Request:
    whole = {"model": "asked", "input": "Hello", **fields}
    return DIALECT.decode_request(json.dumps(whole).encode())


def from_chat(**fields: Any) -> Request:
    whole = {"model": "asked", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return CHAT.decode_request(json.dumps(whole).encode())


def sent(request: Request, target: Target = TARGET) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(DIALECT.encode_request(request, target).body)
    return value


def left_out(request: Request, target: Target = TARGET) -> list[str]:
    return [omission.field for omission in DIALECT.encode_request(request, target).omissions]


def response(*items: dict[str, Any], status: str = "completed", **fields: Any) -> dict[str, Any]:
    head = {"id": "resp_1", "object": "response", "created_at": 7, "model": "up-1", "status": status}
    return {**head, "output": list(items), "usage": USAGE, **fields}


def whole(*items: dict[str, Any], status: str = "completed", **fields: Any) -> bytes:
    return json.dumps(response(*items, status=status, **fields)).encode()


def sse(*events: dict[str, Any]) -> bytes:
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


OPENING = event("created", response=response(status="in_progress", usage=None))


def events_in(raw: bytes, *, step: int = 0) -> list[Event]:
    return events_of(DIALECT, "openai_responses", raw, step)


def collected(raw: bytes, *, step: int = 0) -> Collector:
    return collected_of(events_in(raw, step=step))


def reply_in(raw: bytes, *, step: int = 0) -> Reply:
    return collected(raw, step=step).reply()


def data_of(raw: bytes) -> list[dict[str, Any]]:
    """The events of a stream as clients read them."""
    lines = [line for line in raw.decode().split("\n") if line.startswith("data: ")]
    return [json.loads(line.removeprefix("data: ")) for line in lines]
