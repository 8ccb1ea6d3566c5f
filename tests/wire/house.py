"""Bytes -> running server -> bytes: a scripted upstream of every provider, the real server, and plain readers.

Dialects go by the letters of the table of requirements: C OpenAI Chat, R OpenAI Responses, A Anthropic Messages, G
Gemini, L the Llama API, V Bedrock Converse. Nothing of the product's own dialect code writes or reads a byte here, so
that a mistake there cannot hide itself.
"""

import asyncio
import json
import re
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, unquote

import yaml
from aiohttp import web
from botocore.eventstream import EventStreamBuffer

from tests.journeys.house import PATIENCE_S, Server, eventually, get, post, server, serving

SOURCE = Path(__file__).parents[2] / "src"
Dialect = Literal["C", "R", "A", "G", "L", "V"]
C: Dialect = "C"
R: Dialect = "R"
A: Dialect = "A"
G: Dialect = "G"
L: Dialect = "L"
V: Dialect = "V"
ALL: tuple[Dialect, ...] = (C, R, A, G, L, V)
# Who speaks each dialect where a test does not care which of its providers it is.
PROVIDER = {C: "openai", R: "responses", A: "anthropic", G: "gemini", L: "llama", V: "bedrock"}
DONE = b"data: [DONE]\n\n"
# In the place of a frame: the upstream breaks the connection off, or goes on only once the caller's answer has begun.
# What comes in one piece with a break may be lost, and a machine that is busy makes one piece of two.
CUT, HEARD = "cut", "heard"
EVENT_STREAM = "application/vnd.amazon.eventstream"
_MODEL_IN_PATH = re.compile(r"/models?/(.+?)(?::\w+|/converse|/converse-stream)$")

# Rows that the catalogue does not have: dialects without a provider of their own, and Claude at Bedrock.
_ROWS: dict[str, dict[str, str]] = {
    "responses": {"dialect": "openai_responses", "auth": "none"},
    "llama": {"dialect": "llama", "auth": "none"},
    "bedrock_claude": {"dialect": "converse", "auth": "none", "maker": "anthropic"},
}
_CONFIG: dict[str, Any] = {
    "server": {"host": "127.0.0.1", "port": 0},
    "models": [
        {"name": "first", "provider": "openai", "model": "first"},
        {"name": "second", "provider": "anthropic", "model": "second"},
        {
            "name": "priced",
            "provider": "anthropic",
            "model": "priced",
            "price": {"input_usd": 4, "output_usd": 20, "cache_read_usd": 0.4, "cache_write_usd": 5}
            | {"cache_write_1h_usd": 8},
        },
    ],
    "routes": [{"name": "fails-over", "incumbent": "first", "fallbacks": ["second"]}],
}


class Said(NamedTuple):
    """One answer of the upstream: pieces of its body, pauses between them, or the end of the connection."""

    pieces: tuple[bytes | float | str, ...]
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)


class Sent(NamedTuple):
    """One request as it reached the upstream."""

    provider: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Answer(NamedTuple):
    """What a caller got."""

    dialect: Dialect
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """A whole answer, read."""
        return json.loads(self.body)

    @property
    def lines(self) -> list[str]:
        """The lines of a stream of events that say something, comments and `[DONE]` among them."""
        return [line for line in self.body.decode().split("\n") if line]

    @property
    def events(self) -> list[Any]:
        """What a stream's events say, in order: of Converse each under its name, of the rest the JSON of each."""
        if self.dialect == V:
            buffer = EventStreamBuffer()
            buffer.add_data(self.body)
            told = [message.to_response_dict() for message in buffer]
            kinds = [one["headers"].get(":event-type") or one["headers"][":exception-type"] for one in told]
            return [{kind: json.loads(one["body"] or b"{}")} for kind, one in zip(kinds, told, strict=True)]
        if self.body[:1] == b"[":
            return list(json.loads(self.body))
        data = [line.removeprefix("data:").strip() for line in self.lines if line.startswith("data:")]
        return [json.loads(one) for one in data if one != "[DONE]"]

    @property
    def omitted(self) -> set[str]:
        """The fields that the answer says were left out, by its header."""
        return set(self.headers.get("x-understudy-omitted", "").split(", ")) - {""}


def framed(dialect: Dialect, event: Any) -> bytes:
    """One event in the framing of a dialect; of Converse a dict with the event's name as its one key."""
    if dialect == V:
        ((name, payload),) = event.items()
        return binary_event(name, json.dumps(payload).encode())
    data = f"data: {json.dumps(event)}\n\n"
    return (f"event: {event['type']}\n{data}" if dialect in (A, R) else data).encode()


def binary_event(name: str, payload: bytes, kind: str = "event") -> bytes:
    """One message of a binary event stream."""
    pairs = ((":message-type", kind), (f":{kind}-type", name), (":content-type", "application/json"))
    headers = b"".join(
        bytes([len(key)]) + key.encode() + b"\7" + struct.pack(">H", len(value)) + value.encode()
        for key, value in pairs
    )
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


@dataclass
class Upstream:
    """Every provider at once: answers what was laid down for a model, and keeps what it was sent."""

    answers: dict[str, list[Said]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    # Models whose answer the other side gave up before it was whole.
    given_up: list[str] = field(default_factory=list)
    # Whether the answer to the last caller has begun.
    heard: threading.Event = field(default_factory=threading.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """POST anything: the next answer of the model that the body or the path names; the last one stays."""
        provider, _, path = request.path_qs.removeprefix("/").partition("/")
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.sent.append(Sent(provider, f"/{path}", headers, body))
        found = _MODEL_IN_PATH.search(request.rel_url.raw_path)
        model = unquote(found[1]) if found else json.loads(body)["model"]
        queue = self.answers[model]
        said = queue.pop(0) if len(queue) > 1 else queue[0]
        response = web.StreamResponse(status=said.status, headers=dict(said.headers))
        try:
            await response.prepare(request)
            for piece in said.pieces:
                if isinstance(piece, bytes):
                    await response.write(piece)
                await asyncio.sleep(piece if isinstance(piece, float) else 0)
                if piece == HEARD:
                    await asyncio.to_thread(self.heard.wait, PATIENCE_S)
                if piece == CUT and request.transport is not None:
                    request.transport.abort()
                    return response
            await response.write_eof()
        except (ConnectionResetError, asyncio.CancelledError):
            self.given_up.append(model)
            raise
        return response


@dataclass
class Wire:
    """The running server with the scripted upstream behind it."""

    server: Server
    upstream: Upstream
    _names: "count[int]" = field(default_factory=lambda: count(1))

    def says(self, dialect: Dialect, *told: Any, provider: str | None = None, model: str | None = None) -> str:
        """Lay down the answers of a new model, one a request; returns the name that callers know it by.

        A dict is a whole answer in JSON; a list is a stream, whose dicts get the dialect's framing and whose bytes,
        pauses, HEARD and CUT stand as they are; bytes are a whole body; a Said is itself. `model` lays them down for a
        model that the configuration names.
        """
        name = model or f"told-{next(self._names)}"
        self.upstream.answers[name] = [_said(dialect, one) for one in told]
        return model or f"{provider or PROVIDER[dialect]}/{name}"

    def ask(
        self,
        dialect: Dialect,
        model: str,
        body: dict[str, Any],
        *,
        stream: bool = False,
        query: str | None = None,
        **headers: str,
    ) -> Answer:
        """Ask a model with a body that names neither it nor whether a stream is wanted.

        A stream of Gemini is asked for as events, unless the query says something else.
        """
        path, body = address(dialect, model, body, stream=stream)
        if query is None and dialect == G and stream:
            query = "alt=sse"
        url = self.server.url + path + (f"?{query}" if query else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.upstream.heard.clear()
        return Answer(dialect, *post(url, json.dumps(body).encode(), self.upstream.heard.set, **named))

    def sent(self) -> Sent:
        """The last request that reached the upstream."""
        return self.upstream.sent[-1]

    def reached(self) -> int:
        """How many requests reached the upstream so far."""
        return len(self.upstream.sent)

    def booked(self, answer: Answer) -> dict[str, Any]:
        """The journal's row of an answer, once the books have it."""

        def rows() -> Any:
            told = get(f"{self.server.url}/understudy/v1/exchanges?limit=1000")["exchanges"]
            return [row for row in told if row["id"] == answer.headers["x-understudy-request-id"]]

        return dict(eventually(rows)[0])


def address(dialect: Dialect, model: str, body: dict[str, Any], *, stream: bool) -> tuple[str, dict[str, Any]]:
    """Where a dialect's callers POST, and their body with the model and the wish for a stream where it holds them."""
    if dialect == G:
        return f"/v1beta/models/{quote(model)}:{'streamGenerateContent' if stream else 'generateContent'}", body
    if dialect == V:
        return f"/model/{quote(model, safe='')}/converse{'-stream' if stream else ''}", body
    paths = {C: "/v1/chat/completions", R: "/v1/responses", A: "/v1/messages", L: "/llama/v1/chat/completions"}
    return paths[dialect], {"model": model, **body, **({"stream": True} if stream else {})}


def _said(dialect: Dialect, told: Any) -> Said:
    if isinstance(told, Said):
        return told
    if isinstance(told, list):
        pieces = tuple(framed(dialect, one) if isinstance(one, dict) else one for one in told)
        kind = EVENT_STREAM if dialect == V else "text/event-stream"
        return Said(pieces, headers=(("content-type", kind),))
    return Said((told if isinstance(told, bytes) else json.dumps(told).encode(),))


@contextmanager
def running(folder: Path, **more: Any) -> Iterator[Wire]:
    """The server and the upstream, up, with more in the configuration."""
    upstream = Upstream()
    application = web.Application(client_max_size=1 << 26)
    application.router.add_post("/{tail:.*}", upstream.answer)
    rows = yaml.safe_load((SOURCE / "understudy" / "providers" / "rows.yaml").read_text(encoding="utf-8"))
    keys = {row["api_key"][2:-1]: f"secret-of-{name}" for name, row in rows.items() if "api_key" in row}
    rented = [name for name, row in rows.items() if not row.get("probe")]
    with serving(application) as url:
        places = {name: {**_ROWS.get(name, {}), "base_url": f"{url}/{name}"} for name in [*rented, *_ROWS]}
        config = yaml.safe_dump({**_CONFIG, "providers": places, **more})
        with server(folder, config, PYTHONPATH=str(SOURCE), **keys) as up:
            yield Wire(up, upstream)
