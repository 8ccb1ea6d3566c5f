"""What journeys share: a scripted upstream on loopback that speaks both dialects, and the real server in front of it.

The upstream is a real HTTP server; the model's name says what it does. Nothing of the product's own dialect code is
used to make its answers, so that a mistake there cannot hide itself.
"""

import asyncio
import base64
import contextlib
import json
import re
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

# A machine that has other things to do is slow: a wait ends this late, where what it waits for is surely lost.
PATIENCE_S = 300.0
LOOK_S = 0.01
LISTENS = re.compile(rb"listening on (http://127\.0\.0\.1:\d+) ")
WORDS = ("The harbour ", "is calm ", "today.")
# Streams that begin as any other does.
SCRIPTS = ("cut", "stall", "eof", "inband", "garbage", "early", "falters")
ARGUMENTS = '{"city": "Oslo", "days": 3}'


@dataclass
class Upstream:
    """A scripted provider: what it was sent, and which of its answers were given up by the other side."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    # Files that lie under the account.
    kept: dict[str, bytes] = field(default_factory=dict)
    # Whether `falters` has: it breaks off once before its first word.
    faltered: bool = False
    # Set once a caller has heard words; where a test lays one down, streams break off only then.
    heard: threading.Event | None = None
    started: threading.Event = field(default_factory=threading.Event)
    aborted: threading.Event = field(default_factory=threading.Event)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/chat/completions."""
        return await self._answer(request, CHAT)

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/messages."""
        return await self._answer(request, MESSAGES)

    async def models(self, request: web.Request) -> web.Response:
        """GET /v1/models."""
        return web.json_response({"object": "list", "data": [{"id": "plain", "object": "model"}]})

    async def embeddings(self, request: web.Request) -> web.Response:
        """POST /v1/embeddings: a text's vector is its length, its number and its first character."""
        body = await self._noted(request)
        if body["model"].startswith("status-"):
            status = int(body["model"].removeprefix("status-"))
            return web.json_response(CHAT.error(status), status=status)
        if body["model"] == "silent":
            await self._silence()
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        vectors: list[Any] = [[float(len(text)), float(n), float(ord(text[0]))] for n, text in enumerate(texts)]
        if body.get("encoding_format") == "base64":
            vectors = [base64.b64encode(struct.pack("<3f", *vector)).decode() for vector in vectors]
        data = [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)]
        usage = {"prompt_tokens": 9, "total_tokens": 9}
        return web.json_response({"object": "list", "data": data[::-1], "model": body["model"], "usage": usage})

    async def gemini_embeddings(self, request: web.Request) -> web.Response:
        """POST models/{model}:embedContent or :batchEmbedContents: the same vectors."""
        body = await self._noted(request)
        single = request.match_info["verb"] == "embedContent"
        texts = [one["content"]["parts"][0]["text"] for one in ([body] if single else body["requests"])]
        told = [{"values": [float(len(text)), float(n), float(ord(text[0]))]} for n, text in enumerate(texts)]
        return web.json_response({"embedding": told[0]} if single else {"embeddings": told})

    async def completions(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/completions: the middle of a text, whole or streamed, cut off where the model is called `cut`."""
        body = await self._noted(request)
        head: dict[str, Any] = {"id": "cmpl_1", "object": "text_completion", "created": 1, "model": body["model"]}
        usage = {"prompt_tokens": 6, "completion_tokens": 3, "total_tokens": 9}
        if not body.get("stream"):
            choice = {"text": "".join(WORDS), "index": 0, "finish_reason": "stop", "logprobs": None}
            return web.json_response({**head, "choices": [choice], "usage": usage})
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for number, word in enumerate(WORDS):
            finish = "stop" if number == len(WORDS) - 1 else None
            if finish and body["model"] in ("cut", "inband"):
                if body["model"] == "inband":
                    await response.write(CHAT.inband())
                break
            choice = {"text": word, "index": 0, "finish_reason": finish, "logprobs": None}
            event = {**head, "choices": [choice], **({"usage": usage} if finish else {})}
            await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        else:
            await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response

    async def speech(self, request: web.Request) -> web.Response:
        """POST /v1/audio/speech: bytes that are no text."""
        await self._noted(request)
        return web.Response(body=bytes(range(256)), content_type="audio/mpeg")

    async def transcriptions(self, request: web.Request) -> web.Response:
        """POST /v1/audio/transcriptions: a form with a file; what came is kept as the fields' values."""
        form = await request.post()
        sent = {name: value.file.read() if isinstance(value, web.FileField) else value for name, value in form.items()}
        self.bodies.append(sent)
        return web.json_response({"text": "calm", "usage": {"type": "tokens", "input_tokens": 14, "output_tokens": 3}})

    async def files(self, request: web.Request) -> web.Response:
        """What lies under the account: files are taken, listed, read and deleted, and a batch is begun."""
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        method, path = request.method, request.path.removeprefix("/v1/")
        if path == "batches":
            body = await self._noted(request)
            return web.json_response({"id": "batch_1", "object": "batch", "status": "validating", **body})
        if method == "POST":
            sent = (await request.post())["file"]
            self.kept["file-1"] = sent.file.read() if isinstance(sent, web.FileField) else b""
        if path.endswith("/content"):
            return web.Response(body=self.kept[path.split("/")[1]], content_type="application/jsonl")
        if method == "GET":
            told = [{"id": name, "object": "file", "bytes": len(data)} for name, data in self.kept.items()]
            return web.json_response({"object": "list", "data": told, "has_more": False})
        if method == "DELETE":
            del self.kept[path.split("/")[1]]
            return web.json_response({"id": "file-1", "object": "file", "deleted": True})
        return web.json_response({"id": "file-1", "object": "file", "bytes": 0, "purpose": "batch"})

    async def _noted(self, request: web.Request) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(await request.read())
        self.bodies.append(body)
        return body

    async def _answer(self, request: web.Request, dialect: "Wire") -> web.StreamResponse:
        body = json.loads(await request.read())
        self.bodies.append(body)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.started.set()
        script = body["model"]
        if script.startswith("status-"):
            status = int(script.removeprefix("status-"))
            headers = {"retry-after": "1"} if status in (429, 503, 529) else {}
            return web.json_response(dialect.error(status), status=status, headers=headers)
        if script == "html":
            return web.Response(text="<html>maintenance</html>", content_type="text/html")
        if not body.get("stream"):
            if script == "silent":
                await self._silence()
            return web.json_response(dialect.whole(script))
        return await self._stream(request, dialect, script)

    async def _stream(self, request: web.Request, dialect: "Wire", script: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        try:
            if script == "silent":
                await self._silence()
            frames = dialect.frames("plain" if script in SCRIPTS else script)
            half = len(frames) // 2
            falters, self.faltered = script == "falters" and not self.faltered, True
            for number, frame in enumerate(frames):
                if number == half and self.heard is not None:
                    await asyncio.to_thread(self.heard.wait, PATIENCE_S)
                if number == 1 and (script == "early" or falters):
                    await response.write(dialect.inband())
                    break
                if number == half and script == "cut":
                    if request.transport is not None:
                        request.transport.abort()
                    return response
                if number == half and script == "eof":
                    break
                if number == half and script == "stall":
                    await self._silence()
                if number == half and script == "garbage":
                    await response.write(b'data: {"broken":\n\n')
                if number == half and script == "inband":
                    await response.write(dialect.inband())
                    break
                await response.write(frame)
                await asyncio.sleep(0)
        except (ConnectionResetError, asyncio.CancelledError):
            self.aborted.set()
            raise
        await response.write_eof()
        return response

    async def _silence(self) -> None:
        """Say nothing until the other side gives up."""
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.aborted.set()
            raise


class Wire:
    """How one dialect tells the scripted answers."""

    def whole(self, script: str) -> dict[str, Any]:
        """A whole answer."""
        raise NotImplementedError

    def frames(self, script: str) -> list[bytes]:
        """A streamed answer."""
        raise NotImplementedError

    def error(self, status: int) -> dict[str, Any]:
        """An error body."""
        raise NotImplementedError

    def inband(self) -> bytes:
        """An error in the middle of a stream."""
        raise NotImplementedError


class ChatWire(Wire):
    """OpenAI Chat Completions."""

    usage = {
        "prompt_tokens": 20,
        "completion_tokens": 7,
        "total_tokens": 27,
        "prompt_tokens_details": {"cached_tokens": 5},
    }

    def whole(self, script: str) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": "".join(WORDS)}
        finish = "stop"
        if script == "tools":
            calls = [
                {"id": f"call_{n}", "type": "function", "function": {"name": "weather", "arguments": ARGUMENTS}}
                for n in range(2)
            ]
            message, finish = {"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls"
        choice = {"index": 0, "message": message, "finish_reason": finish}
        head = {"id": "chatcmpl-9", "object": "chat.completion", "created": 1700000000, "model": f"{script}-2026"}
        return {**head, "choices": [choice], "usage": self.usage}

    def frames(self, script: str) -> list[bytes]:
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        finish = "stop"
        if script == "tools":
            finish = "tool_calls"
            for n in range(2):
                function: dict[str, Any] = {"name": "weather", "arguments": ""}
                deltas.append(
                    {"tool_calls": [{"index": n, "id": f"call_{n}", "type": "function", "function": function}]}
                )
                for piece in (ARGUMENTS[:9], ARGUMENTS[9:]):
                    deltas.append({"tool_calls": [{"index": n, "function": {"arguments": piece}}]})
        else:
            deltas += [{"content": word} for word in WORDS]
        head = {"id": "chatcmpl-9", "object": "chat.completion.chunk", "created": 1700000000, "model": f"{script}-2026"}
        chunks = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
        chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        chunks.append({**head, "choices": [], "usage": self.usage})
        return [b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks] + [b"data: [DONE]\n\n"]

    def error(self, status: int) -> dict[str, Any]:
        return {"error": {"message": f"scripted {status}", "type": "server_error", "param": None, "code": None}}

    def inband(self) -> bytes:
        return b'data: {"error": {"message": "scripted overload", "type": "overloaded", "code": 503}}\n\n'


class MessagesWire(Wire):
    """Anthropic Messages."""

    usage = {"input_tokens": 15, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 0, "output_tokens": 7}

    def _blocks(self, script: str) -> list[dict[str, Any]]:
        if script == "tools":
            call = {"type": "tool_use", "name": "weather", "input": json.loads(ARGUMENTS)}
            return [{**call, "id": f"toolu_{n}"} for n in range(2)]
        return [{"type": "text", "text": "".join(WORDS)}]

    def whole(self, script: str) -> dict[str, Any]:
        stop = "tool_use" if script == "tools" else "end_turn"
        head = {"id": "msg_9", "type": "message", "role": "assistant", "model": f"{script}-2026"}
        return {
            **head,
            "content": self._blocks(script),
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": self.usage,
        }

    def frames(self, script: str) -> list[bytes]:
        message = {
            **self.whole(script),
            "content": [],
            "stop_reason": None,
            "usage": {**self.usage, "output_tokens": 1},
        }
        events: list[dict[str, Any]] = [{"type": "message_start", "message": message}]
        for index, block in enumerate(self._blocks(script)):
            empty = {key: {"text": "", "input": {}}.get(key, value) for key, value in block.items()}
            events.append({"type": "content_block_start", "index": index, "content_block": empty})
            events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in self._deltas(block)]
            events.append({"type": "content_block_stop", "index": index})
        stop = {"stop_reason": self.whole(script)["stop_reason"], "stop_sequence": None}
        events += [{"type": "message_delta", "delta": stop, "usage": {"output_tokens": 7}}, {"type": "message_stop"}]
        return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]

    def _deltas(self, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if block["type"] == "text":
            for word in WORDS:
                yield {"type": "text_delta", "text": word}
        else:
            text = json.dumps(block["input"])
            for piece in (text[:9], text[9:]):
                yield {"type": "input_json_delta", "partial_json": piece}

    def error(self, status: int) -> dict[str, Any]:
        return {"type": "error", "error": {"type": "api_error", "message": f"scripted {status}"}}

    def inband(self) -> bytes:
        error = {"type": "error", "error": {"type": "overloaded_error", "message": "scripted overload"}}
        return b"event: error\ndata: " + json.dumps(error).encode() + b"\n\n"


CHAT, MESSAGES = ChatWire(), MessagesWire()


@contextlib.contextmanager
def upstream() -> Iterator[Upstream]:
    """A scripted upstream, up, on a thread of its own."""
    scripted = Upstream()
    application = web.Application()
    application.router.add_post("/v1/chat/completions", scripted.chat)
    application.router.add_post("/v1/messages", scripted.messages)
    application.router.add_post("/v1/embeddings", scripted.embeddings)
    application.router.add_post("/v1/completions", scripted.completions)
    application.router.add_post("/v1/audio/speech", scripted.speech)
    for path in ("/v1/files", "/v1/files/{path:.*}", "/v1/batches"):
        application.router.add_route("*", path, scripted.files)
    application.router.add_post("/v1/audio/transcriptions", scripted.transcriptions)
    application.router.add_post("/v1/models/{model}:{verb}", scripted.gemini_embeddings)
    application.router.add_get("/v1/models", scripted.models)
    with serving(application) as url:
        scripted.url = f"{url}/v1"
        yield scripted


def completion(model: str, text: str, *, prompt_tokens: int = 10) -> web.Response:
    """A whole answer of an OpenAI-compatible upstream, of five tokens."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": prompt_tokens, "completion_tokens": 5, "total_tokens": prompt_tokens + 5}
    head = {"id": "c1", "object": "chat.completion", "created": 1, "model": model}
    return web.json_response({**head, "choices": [choice], "usage": usage})


@contextlib.contextmanager
def completing(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Iterator[str]:
    """A server that gives these answers at /chat/completions; its URL."""
    application = web.Application()
    application.router.add_post("/chat/completions", answer)
    with serving(application) as url:
        yield url


@contextlib.contextmanager
def serving(application: web.Application, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """An application on loopback, on a thread of its own; its URL."""
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    urls: list[str] = []

    async def serve() -> None:
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        urls.append(f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE_S)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE_S)
        loop.close()


@dataclass
class Server:
    """The real server: `understudy serve` as a subprocess."""

    url: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        return self.process.pid


@contextlib.contextmanager
def server(folder: Path, config: str, **environ: str) -> Iterator[Server]:
    """`understudy serve` with a configuration, up."""
    path = folder / "understudy.yaml"
    path.write_text(config, encoding="utf-8")
    running = start(folder, path, environ)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait(PATIENCE_S)


def start(folder: Path, path: Path | None, environ: dict[str, str], *options: str) -> Server:
    """Start the server and wait until all of it works; its log is in `server.log`. With no path it looks around itself.

    It listens where the system lets it and says where: a port that was looked for before could be another's by now.
    """
    chosen = ["--config", str(path)] if path is not None else []
    with (folder / "server.log").open("ab") as log:
        before = log.tell()
        process = subprocess.Popen(
            [sys.executable, "-m", "understudy", "serve", "--port", "0", *chosen, *options],
            cwd=folder,
            stdout=log,
            stderr=log,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environ},
            start_new_session=True,
        )

    def listens() -> "re.Match[bytes] | None":
        told = (folder / "server.log").read_bytes()[before:]
        assert process.poll() is None, told.decode()
        return LISTENS.search(told)

    return Server(eventually(listens)[1].decode(), folder, process)


def get(url: str, **headers: str) -> Any:
    """A page of the server: JSON as its value, anything else as text."""
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        body = answer.read()
        return json.loads(body) if "json" in answer.headers["content-type"] else body.decode()


def post(
    url: str, body: bytes, begun: Callable[[], None] | None = None, /, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """A POST to the server: status, headers in lower case, body; an error status is no exception.

    `begun` is called once the answer has begun and not all of it is read.
    """
    request = urllib.request.Request(url, data=body, headers={"content-type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            if begun is not None:
                begun()
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def eventually(ask: Any) -> Any:
    """The first true answer of a question asked again and again; an AssertionError if none comes in time."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := ask():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{ask} stayed false for {PATIENCE_S:g} s")


def within(limit_s: float, seen: Callable[[], Any]) -> bool:
    """Whether something is seen by a limit, which is counted in looks and not by a clock.

    While the machine holds this process up it sees nothing, and that is not the doing of what it looks at.
    """
    for _ in range(round(limit_s / LOOK_S)):
        if seen():
            return True
        time.sleep(LOOK_S)
    return bool(seen())


async def chunks(stream: AsyncIterator[Any]) -> list[Any]:
    """Everything that a stream yields."""
    return [chunk async for chunk in stream]
