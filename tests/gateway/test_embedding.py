"""The side door for vectors: wrong counts, other places, strict mode; SDKs use it in tests/journeys/test_sdks.py."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.gateway.sites import RENTED, Stage
from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.gemini import DIALECT as GEMINI
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.gateway.draft import Draft
from understudy.gateway.embedding import embed
from understudy.gateway.site import Call, Standing
from understudy.gateway.wheel import Watch
from understudy.policy.keys import Keyring
from understudy.ports import Exchange, Headers, UpstreamAnswer, UpstreamCall
from understudy.routing.board import Board, Endpoint


class Answer:
    headers: Mapping[str, str] = {}

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.status = status
        self._body = body

    async def read(self) -> bytes:
        return self._body

    async def chunks(self) -> Any:
        yield self._body

    def close(self) -> None:
        pass


class Places:
    """An upstream whose first place is broken."""

    def __init__(self, vectors: int) -> None:
        self.urls: list[str] = []
        self._body = json.dumps({"data": [{"index": n, "embedding": [1.0]} for n in range(vectors)]}).encode()

    async def send(self, call: UpstreamCall) -> UpstreamAnswer:
        self.urls.append(call.endpoint.url)
        return Answer(b"{}", 500) if call.endpoint.url.endswith("broken") else Answer(self._body)

    async def get(self, url: str, headers: dict[str, str], timeout_s: float) -> tuple[int, bytes]:
        raise AssertionError("nobody probes here")


class Sender:
    def __init__(self) -> None:
        self.body = b""

    async def start(self, status: int, headers: Headers) -> None:
        pass

    async def write(self, data: bytes) -> None:
        self.body += data

    async def end(self, data: bytes = b"") -> None:
        self.body += data


def served(tmp_path: Path, places: Places, call: Call) -> tuple[Stage, bytes]:
    stage, sender = Stage(tmp_path), Sender()
    endpoints = (Endpoint("http://a/broken"), Endpoint("http://b/works"))
    model = msgspec.structs.replace(RENTED, dialect="openai_chat", endpoints=endpoints)
    standing = Standing(board=Board(models={"rented": model}), keyring=Keyring())
    site = replace(stage.site, dialects={"openai_chat": CHAT}, upstream=places, standing=lambda: standing)
    asyncio.run(embed(site, call, Draft(site, call), sender, Watch(0.0, total_s=1.0)))
    return stage, sender.body


def openai_call(text: Any = "x") -> Call:
    return Call(CHAT, {}, json.dumps({"model": "rented", "input": text}).encode(), "/v1/embeddings")


def test_another_place_of_the_same_model_takes_over(tmp_path: Path) -> None:
    places = Places(1)
    stage, body = served(tmp_path, places, openai_call())
    assert places.urls == ["http://a/broken", "http://b/works"]
    assert json.loads(body)["model"] == "rented"
    (row,) = stage.journal()
    assert isinstance(row, Exchange)
    assert [attempt.outcome for attempt in row.attempts] == ["upstream_internal", "ok"]
    assert (row.asked, row.model, row.route) == ("rented", "rented", None)


def test_a_wrong_number_of_vectors_is_the_upstreams_fault(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="gave 1 vectors for 2 texts") as caught:
        served(tmp_path, Places(1), openai_call(["x", "y"]))
    assert caught.value.kind is FaultKind.UPSTREAM


def test_strict_mode_refuses_what_cannot_be_carried(tmp_path: Path) -> None:
    body = b'{"content": {"parts": [{"text": "x"}]}, "taskType": "RETRIEVAL_QUERY"}'
    call = Call(GEMINI, {}, body, "/v1beta/models/rented:embedContent")
    stage, _ = served(tmp_path / "lax", Places(1), call)
    (row,) = stage.journal()
    assert isinstance(row, Exchange)
    assert [omission.field for omission in row.omissions] == ["taskType"]
    with pytest.raises(Fault, match="strict mode"):
        served(tmp_path / "strict", Places(1), replace(call, headers={"x-understudy-strict": "true"}))
