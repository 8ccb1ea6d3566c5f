"""The scripted upstream of the clients: four dialects on one address, and every body that it was sent.

Answers are written by `understudy.conformance`, by hand and without the gateway's own code.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from tests.clients.received import Received, received
from tests.clients.said import CALLED, SAID, SEAL, UPSTREAMS, Dialect
from tests.journeys.house import serving
from understudy.conformance.answers import Answer, Wire
from understudy.conformance.upstream import WIRES

_WIRES: dict[str, Wire] = {wire.name: wire for wire in WIRES}
_ENDS: dict[str, Dialect] = {"/chat/completions": "chat", "/responses": "responses", "/messages": "messages"}
_ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
_GOOGLE = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
_OPENAI = {400: "invalid_request_error", 401: "invalid_request_error", 404: "invalid_request_error", 429: "requests"}


@dataclass
class Upstream:
    """What was received, by client, dialect and scenario."""

    url: str = ""
    bodies: dict[tuple[str, str, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def received(self, client: str, dialect: Dialect, scenario: str) -> list[Received]:
        """What one client asked for in one scenario, read."""
        return [received(dialect, body) for body in self.bodies[client, dialect, scenario]]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Any POST: a dialect's path."""
        raw = await request.read()
        body = json.loads(raw)
        end = next((end for end in _ENDS if request.path.endswith(end)), None)
        dialect = "gemini" if end is None else _ENDS[end]
        name, _, verb = request.path.rsplit("/", 1)[-1].partition(":")
        scenario = name if end is None else str(body["model"])
        found = re.search(rb"\(([a-z_-]+)\)", raw)
        assert found is not None, raw
        self.bodies[found[1].decode(), dialect, scenario].append(body)
        if scenario.startswith("status-"):
            status = int(scenario.split("-")[1])
            return web.json_response(error(dialect, status), status=status)
        answer, wire = _chosen(scenario, received(dialect, body)), _WIRES[dialect]
        if not (verb == "streamGenerateContent" if end is None else body.get("stream")):
            return web.json_response(_sealed(dialect, wire.whole(answer)))
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for frame in wire.frames(answer):
            head, mark, data = frame.partition(b"data: {")
            value = _sealed(dialect, json.loads(b"{" + data)) if mark else None
            await response.write(head + b"data: " + json.dumps(value).encode() + b"\n\n" if mark else frame)
        await response.write_eof()
        return response


def _chosen(scenario: str, asked: Received) -> Answer:
    """Calls until there are results; a client that wants its schema filled by a call gets it so."""
    answer = SAID[scenario]
    if scenario in CALLED and not asked.results:
        return CALLED[scenario]
    if scenario == "schema" and asked.schema is None:
        return replace(answer, text="", calls=((next(iter(asked.tools)), json.loads(answer.text)),), stop="tools")
    return answer


def _sealed(dialect: str, value: Any) -> Any:
    """An answer with seals where its dialect has them: on calls in Gemini, on reasoning elsewhere, nowhere in Chat."""
    if isinstance(value, list):
        return [_sealed(dialect, one) for one in value]
    if not isinstance(value, dict):
        return value
    told = {name: _sealed(dialect, one) for name, one in value.items()}
    if dialect == "gemini" and "functionCall" in told:
        return {**told, "thoughtSignature": SEAL}
    if dialect == "responses" and told.get("type") == "reasoning":
        return {**told, "encrypted_content": SEAL}
    return {**told, "signature": SEAL} if dialect == "messages" and told.get("signature") else told


def error(dialect: str, status: int) -> dict[str, Any]:
    """An error as the maker of a dialect words it."""
    words = f"scripted {status}"
    if dialect == "messages":
        kind = _ANTHROPIC.get(status, "overloaded_error" if status == 529 else "api_error")
        return {"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_1"}
    if dialect == "gemini":
        return {"error": {"code": status, "message": words, "status": _GOOGLE.get(status, "INTERNAL")}}
    return {"error": {"message": words, "type": _OPENAI.get(status, "server_error"), "param": None, "code": None}}


@contextmanager
def upstream() -> Iterator[Upstream]:
    """The upstream, up."""
    scripted = Upstream()
    application = web.Application()
    application.router.add_post("/{path:.*}", scripted.answer)
    with serving(application) as url:
        scripted.url = url
        yield scripted


_KINDS = {"chat": "openai_chat", "responses": "openai_responses", "messages": "anthropic", "gemini": "gemini"}


def config(url: str, digest: str, scenarios: tuple[str, ...]) -> str:
    """The gateway's configuration: a provider for each dialect, a model for each dialect and scenario, one key."""
    version = {"gemini": "v1beta"}
    providers = {
        f"scripted-{name}": {"dialect": _KINDS[name], "base_url": f"{url}/{version.get(name, 'v1')}", "auth": "none"}
        for name in UPSTREAMS
    }
    models = [
        {"name": f"{name}-{scenario}", "provider": f"scripted-{name}", "model": scenario}
        for name in UPSTREAMS
        for scenario in scenarios
    ]
    keys = [{"name": "clients", "digest": digest}]
    server = {"host": "127.0.0.1", "port": 0}
    # YAML reads JSON.
    return json.dumps({"server": server, "providers": providers, "models": models, "keys": keys})
