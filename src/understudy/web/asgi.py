"""The ASGI application: model routes straight to the corridor, the rest to Starlette.

A caller's going is seen while its answer is made, and cancels it: the upstream is let go within a moment, streamed or
not. Bodies are read whole before they are judged, up to a limit; what is beyond is read and dropped so that the caller
lives to see the answer.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, NamedTuple

from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.contract import Dialect
from understudy.gateway.account import METHODS
from understudy.gateway.corridor import Gateway
from understudy.gateway.places import PREFIX, at_home
from understudy.gateway.site import Call
from understudy.ports import Headers, Sender

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
# Beyond this many bytes a too large body is no longer read to its end: the caller is cut off instead.
MAX_DRAIN_BYTES = 256 * 1024 * 1024


_NAMED = re.compile(r"\{\w+\}")


class Door(NamedTuple):
    """What is served at a path: the dialect of its callers, and who answers them."""

    dialect: Dialect
    serve: Callable[[Call, Sender], Coroutine[Any, Any, None]]


class CallerGone(Exception):
    """The caller closed the connection before its request was complete."""


class AsgiSender:
    """The way back to one caller. Satisfies ports.Sender.

    The head waits for the first bytes: of a body that is whole by then it tells the length.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._head: Message | None = None

    async def start(self, status: int, headers: Headers) -> None:
        """The status and the headers, which go out before the first bytes."""
        raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
        self._head = {"type": "http.response.start", "status": status, "headers": raw}

    async def write(self, data: bytes) -> None:
        """Hand body bytes to the socket."""
        await self._begin()
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes = b"") -> None:
        """Hand over the last bytes."""
        if self._head is not None:
            self._head["headers"].append((b"content-length", b"%d" % len(data)))
        await self._begin()
        await self._send({"type": "http.response.body", "body": data, "more_body": False})

    async def _begin(self) -> None:
        head, self._head = self._head, None
        if head is not None:
            await self._send(head)


class ModelRoutes:
    """Serves the dialects' own paths; every other path goes to `rest`."""

    def __init__(self, gateway: Gateway, dialects: tuple[Dialect, ...], rest: App, *, max_body_bytes: int) -> None:
        self._gateway = gateway
        doors = [(path, Door(dialect, gateway.answer)) for dialect in dialects for path in dialect.served]
        doors += [
            (path, Door(dialect, gateway.embed))
            for dialect in dialects
            if dialect.embedding is not None
            for path in dialect.embedding.paths
        ]
        doors += [
            (path, Door(dialect, gateway.pass_on))
            for dialect in dialects
            if dialect.passing is not None
            for path in dialect.passing.paths
        ]
        # Until the path is read, its caller is one of the dialect that is the default.
        self._account = Door(next((one for one in dialects if not one.markers), dialects[0]), gateway.reach)
        self._homes = [(dialect.account, Door(dialect, gateway.reach)) for dialect in dialects if dialect.account]
        self._polled = [
            (_pattern(path), Door(dialect, gateway.pass_on))
            for dialect in dialects
            if dialect.passing is not None
            for path in dialect.passing.polled
        ]
        self._by_path = {path: door for path, door in doors if "{" not in path}
        self._patterns = [(_pattern(path), door) for path, door in doors if "{" in path]
        self._rest = rest
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI conversation."""
        door = self.door(scope) if scope["type"] == "http" else None
        if door is None:
            await self._rest(scope, receive, send)
            return
        sender = AsgiSender(send)
        call = await self.called(door, scope, receive, sender)
        if call is not None:
            await _answer(door, call, sender, receive)

    async def called(self, door: Door, scope: Scope, receive: Receive, sender: Sender) -> Call | None:
        """The call that a request is, its body read; None if its caller is gone, or was refused."""
        # What passes does so as it was written, not as it is meant.
        address = _written(scope) if door.serve == self._account.serve else scope["path"]
        if scope["query_string"]:
            address += "?" + scope["query_string"].decode("latin-1")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            body = await read_body(scope, receive, self._max_body_bytes)
        except CallerGone:
            return None
        except Fault as fault:
            await self._gateway.refuse(Call(door.dialect, headers, b"", address), fault, sender)
            return None
        return Call(door.dialect, headers, body, address, scope["method"], scope["scheme"])

    def door(self, scope: Scope) -> Door | None:
        """What is served at a path."""
        path, method = scope["path"], scope["method"]
        if method == "POST" and (found := self._by_path.get(path)):
            return found
        patterns = {"POST": self._patterns, "GET": self._polled}.get(method, [])
        if found := next((door for pattern, door in patterns if pattern.fullmatch(path)), None):
            return found
        if method not in METHODS:
            return None
        written = _written(scope)
        if written.startswith(PREFIX):
            return self._account
        return next((door for means, door in self._homes if at_home(means, written)), None)


async def _answer(door: Door, call: Call, sender: AsgiSender, receive: Receive) -> None:
    async with asyncio.TaskGroup() as group:
        answering = group.create_task(door.serve(call, sender))
        watching = group.create_task(_cancel_when_gone(receive, answering))
        answering.add_done_callback(lambda _: watching.cancel())


def _written(scope: Scope) -> str:
    """The path as it came, with what is escaped in it."""
    return str(scope["raw_path"].decode("latin-1"))


def _pattern(path: str) -> re.Pattern[str]:
    """A served path with names in it; a model's may hold slashes, as `provider/upstream-id` does."""
    parts = _NAMED.split(path)
    names = [".+" if name == "{model}" else "[^/]+" for name in _NAMED.findall(path)]
    return re.compile("".join(map("".join, zip(map(re.escape, parts), [*names, ""], strict=True))))


async def _cancel_when_gone(receive: Receive, answering: asyncio.Task[None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    answering.cancel()


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body; a Fault(TOO_LARGE) beyond the limit, CallerGone if the caller left."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        data = message.get("body", b"")
        size += len(data)
        if size <= limit:
            parts.append(data)
        if not message.get("more_body", False) or size > MAX_DRAIN_BYTES:
            break
    if size > limit:
        raise Fault(
            f"the body has {size} bytes; at most {limit} are taken (server.max_body_bytes)", kind=FaultKind.TOO_LARGE
        )
    return b"".join(parts)
