"""Sample bodies of this dialect, written by hand for these tests, and the maker's own library as an oracle."""

import base64
import functools
import json
from typing import Any

import boto3
from botocore.eventstream import EventStreamBuffer
from botocore.validate import ParamValidator
from tests.dialects.openai_chat.samples import refused as refused
from tests.dialects.reading import collected_of, events_of

from understudy.canon.messages import Message
from understudy.canon.reply import Event, Reply
from understudy.canon.request import Request
from understudy.dialects.contract import Echo, Target
from understudy.dialects.converse import DIALECT
from understudy.dialects.eventstream import message_bytes
from understudy.dialects.openai_chat import DIALECT as CHAT

PATH, STREAM_PATH = "/model/asked/converse", "/model/asked/converse-stream"
TARGET = Target("up-1:0", "anthropic")
ELSEWHERE = Target("up-1:0", "amazon")
ECHO = Echo("asked", {"owned": True})
USAGE = {"inputTokens": 3, "outputTokens": 5, "totalTokens": 14, "cacheReadInputTokens": 4, "cacheWriteInputTokens": 2}
CALL = {"toolUse": {"toolUseId": "tooluse_1", "name": "add", "input": {"a": 1}}}
THOUGHT = {"reasoningContent": {"reasoningText": {"text": "So", "signature": "c2VhbA=="}}}


def asked(path: str = PATH, **fields: Any) -> Request:
    whole = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}], **fields}
    return DIALECT.decode_request(json.dumps(whole).encode(), path)


def said(*messages: Message, **fields: Any) -> Request:
    return Request(model="m", messages=messages, dialect="elsewhere", **fields)


def from_chat(**fields: Any) -> Request:
    whole = {"model": "asked", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return CHAT.decode_request(json.dumps(whole).encode())


def sent(request: Request, target: Target = TARGET) -> dict[str, Any]:
    """The body for an upstream, which the maker's own library would let pass."""
    value: dict[str, Any] = json.loads(DIALECT.encode_request(request, target).body)
    report = ParamValidator().validate({"modelId": "m", **_decoded(value)}, _shape())
    assert not report.has_errors(), report.generate_report()
    return value


def _decoded(value: Any) -> Any:
    """The body as callers of the library write it: with bytes where the wire has base64."""
    if isinstance(value, dict):
        return {
            name: base64.b64decode(part) if name in ("bytes", "redactedContent") else _decoded(part)
            for name, part in value.items()
        }
    return [_decoded(part) for part in value] if isinstance(value, list) else value


@functools.cache
def _shape() -> Any:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client: Any = boto3.client("bedrock-runtime", region_name="us-east-1", **keys)
    return client.meta.service_model.operation_model("Converse").input_shape


def left_out(request: Request, target: Target = TARGET) -> list[str]:
    return [omission.field for omission in DIALECT.encode_request(request, target).omissions]


def answer(*pieces: dict[str, Any], stop: str | None = "end_turn", **fields: Any) -> bytes:
    message = {"role": "assistant", "content": list(pieces)}
    return json.dumps({"output": {"message": message}, "stopReason": stop, "usage": USAGE, **fields}).encode()


def told(name: str, **body: Any) -> bytes:
    return message_bytes("event", name, json.dumps(body).encode())


def delta(place: int, **body: Any) -> bytes:
    return told("contentBlockDelta", contentBlockIndex=place, delta=body)


def ended(place: int) -> bytes:
    return told("contentBlockStop", contentBlockIndex=place)


OPENING = told("messageStart", role="assistant")
CLOSING = told("messageStop", stopReason="end_turn") + told("metadata", usage=USAGE)


def events_in(raw: bytes, *, step: int = 0) -> list[Event]:
    return events_of(DIALECT, "anthropic", raw, step)


def reply_in(raw: bytes, *, step: int = 0) -> Reply:
    return collected_of(events_in(raw, step=step)).reply()


def read_by_aws(raw: bytes) -> list[tuple[str, dict[str, Any]]]:
    """The messages of a stream as the maker's own library reads them."""
    buffer = EventStreamBuffer()
    buffer.add_data(raw)
    messages = [message.to_response_dict() for message in buffer]
    return [
        (one["headers"].get(":event-type") or one["headers"][":exception-type"], json.loads(one["body"]))
        for one in messages
    ]
