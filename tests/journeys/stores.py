"""Scripted hosts that keep things under an account: real HTTP servers on loopback, one form of API each.

What they were sent is kept as it came. The places that they name in their answers lie at a host that is not there, so
that a client that follows one past the gateway fails.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

ELSEWHERE = "https://api.provider.invalid"
DAY = "2026-11-01T00:00:00Z"


@dataclass
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Store:
    """What all of them have: what was asked, and what is kept."""

    asked: list[Asked] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)

    async def noted(self, request: web.Request) -> bytes:
        """The body, or the file of a form, once the request is noted."""
        if request.content_type == "multipart/form-data":
            files = [value for value in (await request.post()).values() if isinstance(value, web.FileField)]
            body = files[0].file.read()
        else:
            body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(request.method, request.raw_path, headers, body))
        return body


class AnthropicStore(Store):
    """Files and batches of Messages."""

    def application(self) -> web.Application:
        """The host, to be served."""
        application = web.Application()
        application.router.add_route("*", "/v1/files{path:.*}", self.files)
        application.router.add_route("*", "/v1/messages/batches{path:.*}", self.batches)
        return application

    async def files(self, request: web.Request) -> web.Response:
        """Files are taken, listed, read and deleted."""
        body = await self.noted(request)
        name = request.match_info["path"].strip("/").partition("/")[0]
        if request.method == "POST":
            self.kept["file_1"] = body
            return web.json_response(self._file("file_1"))
        if request.path.endswith("/content"):
            return web.Response(body=self.kept[name], content_type="text/plain")
        if request.method == "DELETE":
            del self.kept[name]
            return web.json_response({"id": name, "type": "file_deleted"})
        listed = [self._file(name) for name in self.kept]
        return web.json_response({"data": listed, "has_more": False, "first_id": None, "last_id": None})

    def _file(self, name: str) -> dict[str, Any]:
        about = {"created_at": DAY, "filename": "notes.txt", "mime_type": "text/plain", "type": "file"}
        return {"id": name, "size_bytes": len(self.kept[name]), **about}

    async def batches(self, request: web.Request) -> web.Response:
        """Batches that are done at once: one request of two models each, and one that failed."""
        body = await self.noted(request)
        if request.path.endswith("/results"):
            return web.Response(body=RESULTS, content_type="application/x-jsonl")
        if request.method == "GET" and request.path.endswith("/batches"):
            return web.json_response({"data": [BATCH], "has_more": False, "first_id": "b_1", "last_id": "b_1"})
        if request.method == "POST" and request.path.endswith("/batches"):
            assert json.loads(body)["requests"]
        return web.json_response(BATCH)


BATCH = {
    "id": "msgbatch_1",
    "type": "message_batch",
    "processing_status": "ended",
    "request_counts": {"processing": 0, "succeeded": 3, "errored": 1, "canceled": 0, "expired": 0},
    "created_at": DAY,
    "expires_at": DAY,
    "ended_at": DAY,
    "archived_at": None,
    "cancel_initiated_at": None,
    "results_url": f"{ELSEWHERE}/v1/messages/batches/msgbatch_1/results",
}


def _result(number: int, model: str) -> dict[str, Any]:
    message = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": "calm"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10 * number, "output_tokens": number, "cache_read_input_tokens": 5},
    }
    return {"custom_id": f"c{number}", "result": {"type": "succeeded", "message": message}}


_FAILED = {
    "custom_id": "c4",
    "result": {"type": "errored", "error": {"type": "error", "error": {"type": "api_error", "message": "no"}}},
}
RESULTS = b"".join(
    json.dumps(line).encode() + b"\n"
    for line in (_result(1, "big-1"), _result(2, "small-1"), _result(3, "big-1"), _FAILED)
)
