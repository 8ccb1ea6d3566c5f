"""Sample bodies of this dialect, written by hand for these tests."""

import json
from typing import Any

from tests.dialects.reading import collected_of, events_of

from understudy.canon.reply import Collector, Event, Reply
from understudy.canon.request import Request
from understudy.dialects.contract import Echo, Target
from understudy.dialects.gemini import DIALECT
from understudy.dialects.openai_chat import DIALECT as CHAT

PATH = "/v1beta/models/asked:generateContent"
STREAM_PATH = "/v1beta/models/asked:streamGenerateContent?alt=sse"
ARRAY_PATH = "/v1beta/models/asked:streamGenerateContent"
TARGET = Target("gem-1", "gemini")
ELSEWHERE = Target("gem-1", "another")
ECHO = Echo("asked", {"owned": True})
USAGE = {"promptTokenCount": 9, "candidatesTokenCount": 3, "thoughtsTokenCount": 2, "totalTokenCount": 14}


def body(**fields: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}], **fields}


def asked(value: dict[str, Any], path: str = PATH) -> Request:
    return DIALECT.decode_request(json.dumps(value).encode(), path)


def from_chat(**fields: Any) -> Request:
    whole = {"model": "asked", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return CHAT.decode_request(json.dumps(whole).encode())


def sent(request: Request, target: Target = TARGET) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(DIALECT.encode_request(request, target).body)
    return value


def left_out(request: Request, target: Target = TARGET) -> list[str]:
    return [omission.field for omission in DIALECT.encode_request(request, target).omissions]


def chunk(*parts: dict[str, Any], finish: str | int | None = None, **fields: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gem-1", "responseId": "r1", **fields}


def sse(*chunks: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(one).encode() + b"\r\n\r\n" for one in chunks)


def array(*chunks: dict[str, Any]) -> bytes:
    return b"[" + b"\n,\r\n".join(json.dumps(one, indent=1).encode() for one in chunks) + b"\n]\n"


def events_in(raw: bytes, *, step: int = 0) -> list[Event]:
    return events_of(DIALECT, "gemini", raw, step)


def collected(raw: bytes, *, step: int = 0) -> Collector:
    return collected_of(events_in(raw, step=step))


def reply_in(raw: bytes, *, step: int = 0) -> Reply:
    return collected(raw, step=step).reply()
