"""The stand-in for a bad deployment: a relay before the own model that passes everything on, until it is broken.

Broken, it spoils the answers of one kind, as a bad build, a wrong template or a half-loaded adapter would. The demo
announces when it does that; nothing in the product knows.
"""

from dataclasses import dataclass, field

import aiohttp
import msgspec
from aiohttp import web

from understudy.demo.tasks import kind_of

SPOILT = "???"


@dataclass
class Relay:
    """Passes chat completions on to the own model; `broken` names the kind that it spoils."""

    url: str
    key: str
    broken: str | None = None
    spoilt: int = 0
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """One call, whole or streamed."""
        if self._session is None:
            # llama.cpp closes kept connections as it likes, so none is kept.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
        body = await request.read()
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.key}"}
        async with self._session.post(f"{self.url}/chat/completions", data=body, headers=headers) as answer:
            data = await answer.read()
            kind = answer.headers.get("content-type", "application/json")
        if self.broken is not None and self._hits(body):
            self.spoilt += 1
            data = _spoil(data, streamed="event-stream" in kind)
        return web.Response(body=data, status=answer.status, headers={"content-type": kind})

    async def models(self, request: web.Request) -> web.Response:
        """The own model's list, for health checks."""
        return web.json_response({"object": "list", "data": [{"id": "own", "object": "model"}]})

    async def aclose(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()

    def application(self) -> web.Application:
        """The relay as an application."""
        application = web.Application()
        application.router.add_post("/v1/chat/completions", self.pass_on)
        application.router.add_get("/v1/models", self.models)
        return application

    def _hits(self, body: bytes) -> bool:
        content = msgspec.json.decode(body)["messages"][-1]["content"]
        text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
        return kind_of(text) == self.broken


def _spoil(data: bytes, *, streamed: bool) -> bytes:
    if not streamed:
        reply = msgspec.json.decode(data)
        reply["choices"][0]["message"]["content"] = SPOILT
        return msgspec.json.encode(reply)
    frames = []
    for frame in data.split(b"\n\n"):
        if frame.startswith(b"data: {"):
            chunk = msgspec.json.decode(frame[6:])
            for choice in chunk.get("choices", []):
                if choice.get("delta", {}).get("content"):
                    choice["delta"]["content"] = "?"
            frame = b"data: " + msgspec.json.encode(chunk)
        frames.append(frame)
    return b"\n\n".join(frames)
