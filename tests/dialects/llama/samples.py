"""Sample bodies of this dialect, written by hand for these tests, and the maker's types as an oracle."""

import json
from typing import Any

from llama_api_client.types import CreateChatCompletionResponse, CreateChatCompletionResponseStreamChunk
from tests.dialects.openai_chat.samples import refused as refused
from tests.dialects.reading import collected_of, events_of

from understudy.canon.messages import Message
from understudy.canon.reply import Event, Reply
from understudy.canon.request import Request
from understudy.dialects.contract import Echo, Target
from understudy.dialects.llama import DIALECT
from understudy.dialects.openai_chat import DIALECT as CHAT

TARGET = Target("up-1", "meta")
ECHO = Echo("asked", {"owned": True})
METRICS = [
    {"metric": "num_prompt_tokens", "value": 9, "unit": "tokens"},
    {"metric": "num_completion_tokens", "value": 5, "unit": "tokens"},
    {"metric": "num_total_tokens", "value": 14, "unit": "tokens"},
]
CALL = {"id": "call_1", "function": {"name": "add", "arguments": '{"a":1}'}}
FUNCTION = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


def asked(**fields: Any) -> Request:
    whole = {"model": "asked", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return DIALECT.decode_request(json.dumps(whole).encode())


def said(*messages: Message, **fields: Any) -> Request:
    return Request(model="m", messages=messages, dialect="elsewhere", **fields)


def from_chat(**fields: Any) -> Request:
    whole = {"model": "asked", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return CHAT.decode_request(json.dumps(whole).encode())


def sent(request: Request, target: Target = TARGET) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(DIALECT.encode_request(request, target).body)
    return value


def left_out(request: Request, target: Target = TARGET) -> list[str]:
    return [omission.field for omission in DIALECT.encode_request(request, target).omissions]


def answer(content: Any = "Hi", *, stop: str | None = "stop", **message: Any) -> bytes:
    told = {"role": "assistant", "content": content, "stop_reason": stop, **message}
    return json.dumps({"id": "1", "completion_message": told, "metrics": METRICS}).encode()


def event(kind: str, text: str = "", **fields: Any) -> bytes:
    body = {"event_type": kind, "delta": {"type": "text", "text": text}, **fields}
    return b"data: " + json.dumps({"id": "1", "event": body}).encode() + b"\n\n"


def call(arguments: str, *, call_id: str | None = None, name: str | None = None) -> bytes:
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return event("progress", delta={"type": "tool_call", "id": call_id, "function": function})


def events_in(raw: bytes, *, step: int = 0) -> list[Event]:
    return events_of(DIALECT, "meta", raw, step)


def reply_in(raw: bytes, *, step: int = 0) -> Reply:
    return collected_of(events_in(raw, step=step)).reply()


def data_of(raw: bytes) -> list[dict[str, Any]]:
    """The events of a stream, each of the form that the maker's types ask for."""
    lines = [line for line in raw.decode().split("\n") if line.startswith("data: ")]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    for one in events:
        CreateChatCompletionResponseStreamChunk.model_validate(one)
    return events


def checked(raw: bytes) -> dict[str, Any]:
    """A whole answer, of the form that the maker's types ask for."""
    value: dict[str, Any] = json.loads(raw)
    CreateChatCompletionResponse.model_validate(value)
    return value
