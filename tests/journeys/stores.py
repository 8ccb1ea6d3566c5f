"""Scripted hosts that keep things under an account: real HTTP servers on loopback, one form of API each.

What they were sent is kept as it came. The places that they name in their answers lie at a host that is not there, so
that a client that follows one past the gateway fails.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

ELSEWHERE = "https://api.provider.invalid"
PICTURE = b'{"predictions": [{"bytesBase64Encoded": "AAEC", "mimeType": "image/png"}]}'
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


class GeminiStore(Store):
    """Files, caches and batches of Gemini, and the makers of pictures and films."""

    def application(self) -> web.Application:
        """The host, to be served."""
        application = web.Application()
        application.router.add_route("*", "/upload/v1beta/files", self.upload)
        application.router.add_route("*", "/v1beta/files{path:.*}", self.files)
        application.router.add_route("*", "/v1beta/cachedContents{path:.*}", self.caches)
        application.router.add_route("*", "/v1beta/batches{path:.*}", self.batches)
        application.router.add_get("/v1beta/models/{model}/operations/{operation}", self.film)
        application.router.add_post("/v1beta/models/{model}:{verb}", self.made)
        return application

    async def upload(self, request: web.Request) -> web.Response:
        """A file is announced, then sent in pieces to a place that the answer names."""
        body = await self.noted(request)
        if request.headers["x-goog-upload-command"] == "start":
            place = f"{ELSEWHERE}/upload/v1beta/files?upload_id=u-1&key=host-secret-7&upload_protocol=resumable"
            return web.Response(headers={"x-goog-upload-url": place, "x-goog-upload-status": "active"})
        assert request.query["upload_id"] == "u-1"
        assert int(request.headers["x-goog-upload-offset"]) == len(self.kept.get("abc", b""))
        self.kept["abc"] = self.kept.get("abc", b"") + body
        final = "finalize" in request.headers["x-goog-upload-command"]
        status = {"x-goog-upload-status": "final" if final else "active"}
        return web.json_response({"file": self._file("abc")} if final else {}, headers=status)

    async def files(self, request: web.Request) -> web.Response:
        """Files are listed, read and deleted."""
        await self.noted(request)
        name, _, verb = request.match_info["path"].strip("/").partition(":")
        if verb == "download":
            return web.Response(body=self.kept[name], content_type="text/plain")
        if request.method == "DELETE":
            del self.kept[name]
            return web.json_response({})
        return web.json_response(self._file(name) if name else {"files": [self._file(one) for one in self.kept]})

    def _file(self, name: str) -> dict[str, Any]:
        about = {"uri": f"{ELSEWHERE}/v1beta/files/{name}", "state": "ACTIVE", "mimeType": "text/plain"}
        return {"name": f"files/{name}", "sizeBytes": str(len(self.kept[name])), **about}

    async def caches(self, request: web.Request) -> web.Response:
        """Contents are kept for longer."""
        body = await self.noted(request)
        told = json.loads(body) if body else {}
        return web.json_response({"name": "cachedContents/c-1", "model": "models/deep", **told})

    async def batches(self, request: web.Request) -> web.Response:
        """A batch that is done."""
        await self.noted(request)
        answer = {
            "candidates": [{"content": {"role": "model", "parts": [{"text": "calm"}]}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": 2},
            "modelVersion": "deep-001",
        }
        done = {"inlinedResponses": {"inlinedResponses": [{"response": answer}]}}
        about = {"state": "BATCH_STATE_SUCCEEDED", "model": "models/deep", "createTime": DAY, "output": done}
        return web.json_response({"name": "batches/b-1", "metadata": about, "done": True, "response": done})

    async def film(self, request: web.Request) -> web.Response:
        """An operation, done."""
        await self.noted(request)
        name = request.path.removeprefix("/v1beta/")
        sample = {"video": {"uri": f"{ELSEWHERE}/v1beta/files/film-1:download?alt=media"}}
        told = {"generateVideoResponse": {"generatedSamples": [sample]}}
        return web.json_response({"name": name, "done": True, "response": told})

    async def made(self, request: web.Request) -> web.Response:
        """Pictures at once; films and batches in a while."""
        await self.noted(request)
        model, verb = request.match_info["model"], request.match_info["verb"]
        if verb == "predict":
            return web.Response(body=PICTURE, content_type="application/json")
        if verb == "predictLongRunning":
            return web.json_response({"name": f"models/{model}/operations/op-1"})
        return web.json_response({"name": "batches/b-1", "metadata": {"state": "BATCH_STATE_PENDING"}})


class LlamaStore(Store):
    """Moderations and uploads of the Llama API."""

    def application(self) -> web.Application:
        """The host, to be served."""
        application = web.Application()
        application.router.add_post("/v1/moderations", self.moderations)
        application.router.add_route("*", "/v1/uploads{path:.*}", self.uploads)
        return application

    async def moderations(self, request: web.Request) -> web.Response:
        """One message is flagged, whoever judges."""
        body = json.loads(await self.noted(request))
        flagged = {"flagged": True, "flagged_categories": ["storms"]}
        return web.json_response({"model": body["model"], "results": [flagged]})

    async def uploads(self, request: web.Request) -> web.Response:
        """A file is announced, then sent in pieces."""
        body = await self.noted(request)
        name = request.match_info["path"].strip("/")
        if not name:
            return web.json_response({"id": "up-1", **json.loads(body)})
        if request.method == "POST":
            assert int(request.headers["x-upload-offset"]) == len(self.kept.get(name, b""))
            self.kept[name] = self.kept.get(name, b"") + body
        return web.json_response({"upload_id": name, "offset": len(self.kept.get(name, b""))})
