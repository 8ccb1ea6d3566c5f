"""The coding upstream: an HTTP server that answers coding clients by the script, in the dialect that it is asked in."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from understudy.conformance.answers import Wire
from understudy.conformance.clients.requests import ENDS, Seen
from understudy.conformance.clients.script import answer_to
from understudy.conformance.upstream import WIRES

# A coding client's request with its tools; the largest seen has 150 kB.
MAX_BODY_BYTES = 16 * 1024 * 1024


@dataclass
class Upstream:
    """The upstream's address, and what it was asked, by dialect, since somebody last looked."""

    url: str = ""
    asked: list[tuple[str, Seen]] = field(default_factory=list)

    def taken(self) -> list[tuple[str, Seen]]:
        """What was asked since the last look."""
        taken, self.asked = self.asked, []
        return taken


@asynccontextmanager
async def coding_upstream(port: int = 0) -> AsyncIterator[Upstream]:
    """The upstream, up on loopback."""
    upstream = Upstream()

    async def answer(request: web.Request) -> web.StreamResponse:
        path = request.path
        name, read = next((ENDS[end] for end in ENDS if path.endswith(end)), (None, None))
        if name is None or read is None:
            return web.json_response({"error": {"message": f"nothing is at {path}"}}, status=404)
        seen = read(json.loads(await request.read()), path)
        upstream.asked.append((name, seen))
        wire = next(wire for wire in WIRES if wire.name == name)
        return await _answered(request, wire, seen)

    application = web.Application(client_max_size=MAX_BODY_BYTES)
    application.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        upstream.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield upstream
    finally:
        await runner.cleanup()


async def _answered(request: web.Request, wire: Wire, seen: Seen) -> web.StreamResponse:
    said = answer_to(seen)
    if not seen.streamed:
        return web.json_response(wire.whole(said))
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    for frame in wire.frames(said):
        await response.write(frame)
    await response.write_eof()
    return response
