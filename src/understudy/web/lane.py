"""The fast lane: model routes served by the server's own protocol, without a message for each step between.

A subclass of uvicorn's HTTP/1.1 protocol, which goes on doing all else: it parses, reads bodies with back-pressure,
keeps connections alive, queues pipelined requests and closes. What differs: a caller's going cancels its answer at once
and not by way of a second task, the head goes out in one write with the first bytes, and whose scheme to believe is
looked up only where a proxy has said one. Every other path is ASGI, and with `server.fast_lane: false` these are, too.
What is used of uvicorn beyond its public names is pinned by tests/web/test_lane.py.
"""

import asyncio
import logging

from uvicorn._types import ASGI3Application
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from understudy.ports import Headers
from understudy.web.asgi import Door, ModelRoutes, Scope

log = logging.getLogger(__name__)
_SCHEMES = (b"http", b"https")


class LaneSender:
    """The way back to one caller, as bytes on its connection. Satisfies ports.Sender.

    The head waits for the first bytes: of a body that is whole by then it tells the length.
    """

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._head: list[str] | None = None
        self._status = b""
        self._chunked = False

    async def start(self, status: int, headers: Headers) -> None:
        """The status and the headers, which go out before the first bytes."""
        self._cycle.response_started = True
        self._status = STATUS_LINE[status]
        self._head = [f"{name}: {value}" for name, value in headers]

    async def write(self, data: bytes) -> None:
        """Hand body bytes to the socket; of none nothing is seen, since an empty chunk would be the end."""
        if not data:
            return
        if self._head is not None:
            # A caller that speaks an older HTTP knows the end by the connection's.
            self._chunked = self._cycle.scope["http_version"] != "1.0"
            if self._chunked:
                self._head.append("transfer-encoding: chunked")
        await self._send(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    async def end(self, data: bytes = b"") -> None:
        """Hand over the last bytes."""
        if self._head is not None:
            self._head.append(f"content-length: {len(data)}")
        elif self._chunked:
            data = b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data) if data else b"0\r\n\r\n"
        await self._send(data)
        cycle = self._cycle
        if cycle.disconnected:
            return
        cycle.response_complete = True
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()

    async def _send(self, data: bytes) -> None:
        cycle, head = self._cycle, self._head
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        if not cycle.disconnected:
            self._head = None
            cycle.transport.write(data if head is None else self._begun(head) + data)

    def _begun(self, lines: list[str]) -> bytes:
        """The head, from the lines of its headers."""
        if not self._cycle.keep_alive:
            lines.append("connection: close")
        head = "".join(f"{line}\r\n" for line in lines)
        if head.count("\n") != len(lines) or head.count("\r") != len(lines):
            raise RuntimeError("a header of an answer holds a line break")
        own = b"".join(b"%b: %b\r\n" % header for header in self._cycle.default_headers)
        return b"%b%b%b\r\n" % (self._status, own, head.encode("latin-1", "replace"))


class LaneProtocol(HttpToolsProtocol):
    """One connection of a caller."""

    _serving: asyncio.Task[None] | None = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Where uvicorn would call the application: whoever calls a model is served here."""
        routes, self._serving = self.config.app, None
        if isinstance(routes, ModelRoutes) and app is self.app and (door := routes.door(_open(cycle))):
            self._serving = self.loop.create_task(self._serve(routes, door, cycle))
            self._serving.add_done_callback(self.tasks.discard)
            self.tasks.add(self._serving)
        else:
            super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone; its answer is no longer needed unless it has it all."""
        needed = self.cycle is not None and not self.cycle.response_complete
        super().connection_lost(exc)
        serving, self._serving = self._serving, None
        if needed and serving is not None:
            serving.cancel()

    async def _serve(self, routes: ModelRoutes, door: Door, cycle: RequestResponseCycle) -> None:
        try:
            sender = LaneSender(cycle)
            call = await routes.called(door, self._scope(cycle), cycle.receive, sender)  # type: ignore[arg-type]
            if call is not None:
                await door.serve(call, sender)
        except Exception:
            # The supervisor of a connection: what the corridor could not tell, such as a header that is none.
            log.exception("an answer could not be handed over")
            cycle.transport.close()
        finally:
            # Each knows the other.
            cycle.on_response = _nothing

    def _scope(self, cycle: RequestResponseCycle) -> Scope:
        """What is known of the request; by which scheme it came, a proxy may have told."""
        scope, app = _open(cycle), self.app
        told = next((value for name, value in scope["headers"] if name == b"x-forwarded-proto"), b"").strip()
        if told in _SCHEMES and self.client is not None and isinstance(app, ProxyHeadersMiddleware):
            scope["scheme"] = told.decode() if self.client[0] in app.trusted_hosts else scope["scheme"]
        return scope


def _open(cycle: RequestResponseCycle) -> Scope:
    """A request's scope as the routes read it."""
    return cycle.scope  # type: ignore[return-value]  # uvicorn's own type of the same dictionary


def _nothing() -> None:
    pass
