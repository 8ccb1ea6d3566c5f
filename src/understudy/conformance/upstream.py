"""The scripted upstream: an HTTP server that says a known answer in the dialect of the path that it is asked at.

The scenario is the model's name, in the body or in the path.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from understudy.conformance.answers import BROKEN, ERROR_STATUS, SAID, SCENARIOS, Scenario, Wire
from understudy.conformance.chat import Chat
from understudy.conformance.gemini import Gemini
from understudy.conformance.messages import Messages
from understudy.conformance.responses import Responses

WIRES: tuple[Wire, ...] = (Chat(), Responses(), Messages(), Gemini())
_ENDS = {"/chat/completions": "chat", "/responses": "responses", "/messages": "messages"}


@asynccontextmanager
async def scripted(port: int = 0) -> AsyncIterator[str]:
    """The upstream, up on loopback: its address."""
    application = web.Application()
    application.router.add_post("/{path:.*}", _answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _answer(request: web.Request) -> web.StreamResponse:
    body = json.loads(await request.read())
    end = next((end for end in _ENDS if request.path.endswith(end)), None)
    name = "gemini" if end is None else _ENDS[end]
    wire = next(wire for wire in WIRES if wire.name == name)
    asked = request.path.rsplit("/", 1)[-1].split(":")[0] if end is None else str(body.get("model"))
    # Another gateway may put its own prefix before the name.
    scenario = next((one for one in SCENARIOS if asked.endswith(one)), None)
    if scenario is None:
        return web.json_response(wire.error(404), status=404)
    streamed = "streamGenerateContent" in request.path if end is None else bool(body.get("stream"))
    if scenario == "error":
        return web.json_response(wire.error(ERROR_STATUS), status=ERROR_STATUS, headers={"retry-after": "1"})
    if not streamed:
        return web.json_response(wire.whole(SAID[scenario]))
    return await _stream(request, wire, scenario)


async def _stream(request: web.Request, wire: Wire, scenario: Scenario) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    frames = wire.frames(SAID[scenario])
    if scenario in BROKEN:
        # Half of it: words were told, and no word of an end.
        frames = frames[: len(frames) // 2] + ([wire.inband()] if scenario == "inband" else [])
    for frame in frames:
        await response.write(frame)
    await response.write_eof()
    return response
