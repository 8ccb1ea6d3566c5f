"""The scripted upstream: an HTTP server that does what a scenario says, in the dialect of the path that it is asked at.

The scenario is the model's name, in the body or in the path. Every question carries a mark of its own, so that what the
upstream saw of it can be held against what the client saw: that it was asked at all, and when it was let go.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from understudy.conformance.answers import Wire
from understudy.conformance.chat import Chat
from understudy.conformance.converse import Converse
from understudy.conformance.gemini import Gemini, GeminiArray, as_array
from understudy.conformance.llama import Llama
from understudy.conformance.messages import Messages
from understudy.conformance.responses import Responses
from understudy.conformance.scenarios import Scenario, named

WIRES: tuple[Wire, ...] = (Chat(), Responses(), Messages(), Gemini(), Converse(), Llama())
# What else a dialect's clients may ask their streams to be.
FORMS: dict[str, Wire] = {"gemini": GeminiArray()}
BY_NAME = {wire.name: wire for wire in WIRES}
MARK = re.compile(rb"question-\d+")
# What must never reach a client: the words of a page that a proxy put in the place of an answer.
PAGE = "<html><body><h1>502 Bad Gateway</h1><p>host db-7.internal</p></body></html>"
# How often a silent upstream says that it lives, in the scenario that is about it.
PING_S = 0.2
# How late the first event is, in the scenario that is about it: our own gateway has broken the silence by then.
LATE_S = 2.0
# Between the last words and a cut or an error: long enough that they are read, and passed on, before it.
BEFORE_CUT_S = 0.05


@dataclass
class Visit:
    """What the upstream saw of one question: where it was to stop, and whether the gateway closed the connection."""

    stops: list[str] | None = None
    gone: bool = False


@dataclass
class Script:
    """The upstream, up: its address, and the questions that reached it, by their marks."""

    url: str
    # How long it holds a connection that nobody closes.
    hold_s: float
    visits: dict[str, Visit] = field(default_factory=dict)


@asynccontextmanager
async def scripted(port: int, hold_s: float) -> AsyncIterator[Script]:
    """The upstream, up on loopback."""
    script = Script("", hold_s)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await _answer(script, request)

    application = web.Application()
    application.router.add_post("/{path:.*}", answer)
    # Where the peer goes, the answer to it is cancelled: that is how its going is seen.
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        script.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield script
    finally:
        await runner.cleanup()


def asked_of(path: str, body: dict[str, Any]) -> tuple[Wire, str, bool]:
    """The dialect of a path, the model's name, and whether a stream is wanted."""
    model, streamed = str(body.get("model")), bool(body.get("stream"))
    if path.startswith("/model/"):
        return BY_NAME["converse"], unquote(path.split("/")[2]), path.endswith("converse-stream")
    if ":" in path.rsplit("/", 1)[-1]:
        name, _, verb = path.rsplit("/", 1)[-1].partition(":")
        return BY_NAME["gemini"], name, verb.startswith("stream")
    if path.endswith("/chat/completions"):
        return BY_NAME["llama" if "/llama/" in path else "chat"], model, streamed
    return BY_NAME["responses" if path.endswith("/responses") else "messages"], model, streamed


async def _answer(script: Script, request: web.Request) -> web.StreamResponse:
    raw = await request.read()
    body = json.loads(raw)
    wire, model, streamed = asked_of(request.raw_path.partition("?")[0], body)
    scenario = named(model)
    if scenario is None:
        return _refused(wire, 404)
    mark = MARK.search(raw)
    visit = script.visits.setdefault(mark.group().decode(), Visit()) if mark else Visit()
    visit.stops = wire.stop_sequences(body)
    if scenario.group == "errors":
        return _refused(wire, int(str(scenario.cause)))
    if scenario.name == "page":
        return web.Response(text=PAGE, content_type="text/html")
    try:
        if not streamed:
            return await _whole(request, wire, scenario)
        if wire.name in FORMS and request.query.get("alt") != "sse":
            wire = FORMS[wire.name]
        return await _stream(request, wire, scenario, script.hold_s)
    except (asyncio.CancelledError, ConnectionResetError):
        # Seen while it waits, or while it writes.
        visit.gone = True
        raise


def _refused(wire: Wire, status: int) -> web.Response:
    refusal = wire.error(status)
    retry = {"retry-after": "1"} if status in (429, 503, 529) else {}
    return web.json_response(refusal.body, status=refusal.status, headers={**refusal.headers, **retry})


async def _whole(request: web.Request, wire: Wire, scenario: Scenario) -> web.StreamResponse:
    body = json.dumps(wire.whole(scenario.said)).encode()
    if scenario.name != "cut":
        return web.Response(body=body, content_type="application/json")
    response = web.StreamResponse(headers={"content-type": "application/json", "content-length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return await _cut(request, response)


async def _stream(request: web.Request, wire: Wire, scenario: Scenario, hold_s: float) -> web.StreamResponse:
    if scenario.name == "slow":
        await asyncio.sleep(hold_s)
    response = web.StreamResponse(headers={"content-type": wire.stream_type})
    await response.prepare(request)
    if scenario.name == "inband-late":
        await asyncio.sleep(LATE_S)
    told = frames(wire, scenario)
    if wire.name not in BY_NAME:
        told = as_array(told, closed=scenario.cause is None and not scenario.holds)
    for frame in told[:-1]:
        await response.write(frame)
    if scenario.name == "inband":
        await asyncio.sleep(BEFORE_CUT_S)
    for frame in told[-1:]:
        await response.write(frame)
    if scenario.name == "cut":
        return await _cut(request, response)
    if scenario.name == "pings":
        for _ in range(round(hold_s / PING_S)):
            await response.write(wire.ping)
            await asyncio.sleep(PING_S)
    elif scenario.holds:
        await asyncio.sleep(hold_s)
    await response.write_eof()
    return response


async def _cut(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    await asyncio.sleep(BEFORE_CUT_S)
    if request.transport is not None:
        request.transport.abort()
    return response


def frames(wire: Wire, scenario: Scenario) -> list[bytes]:
    """What a stream says in a scenario, before it ends, breaks or falls silent."""
    told = wire.frames(scenario.said)
    middle = len(told) // 2
    match scenario.name:
        case "cut" | "eof" | "stall" | "hangup":
            return told[:middle]
        case "garbage":
            return [*told[:middle], wire.garbage, *told[middle:]]
        case "inband":
            return [*told[:middle], wire.inband(int(str(scenario.cause)))]
        case "inband-first" | "inband-late":
            return [wire.inband(int(str(scenario.cause)))]
        case "halftool":
            return wire.half(scenario.said)
        case "slow" | "pings":
            return []
        case "nodone":
            # Another dialect of the same maker has no such line to leave out.
            return told[:-1] if wire.name in scenario.upstreams else told
        case _:
            return told
