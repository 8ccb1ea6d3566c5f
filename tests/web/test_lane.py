"""The fast lane beside plain ASGI, on a real server and bare sockets: callers are told the same on both."""

import asyncio
import contextlib
import gc
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from understudy.canon.faults import Fault
from understudy.dialects.openai_chat import DIALECT
from understudy.gateway.corridor import Gateway
from understudy.gateway.site import Call
from understudy.ports import Sender
from understudy.web.asgi import ModelRoutes
from understudy.web.lane import LaneProtocol

PATH, LIMIT = "/v1/chat/completions", 1_000_000
LANES: list[Any] = [LaneProtocol, "httptools"]
lanes = pytest.mark.parametrize("lane", LANES, ids=["lane", "asgi"])


class Scripted(Gateway):
    """Answers as a call's body says, and remembers what became of it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.begun, self.cancelled, self.go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.written = 0

    async def answer(self, call: Call, sender: Sender) -> None:
        self.calls.append(call)
        self.begun.set()
        try:
            await getattr(self, f"told_{json.loads(call.body)['do']}")(json.loads(call.body), sender)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def refuse(self, call: Call, fault: Fault, sender: Sender) -> None:
        await sender.start(413, [("x-why", fault.kind.value)])
        await sender.end(b"too large")

    async def told_whole(self, told: dict[str, Any], sender: Sender) -> None:
        await sender.start(200, [("content-type", "text/plain"), ("x-say", str(told.get("say", ""))[:9])])
        await sender.end(str(told.get("say", "words")).encode())

    async def told_streams(self, told: dict[str, Any], sender: Sender) -> None:
        await sender.start(200, [("content-type", "text/event-stream")])
        for piece in (b"", b"one ", b"", b"two "):
            await sender.write(piece)
        await sender.end(b"three" if told.get("last", True) else b"")

    async def told_nothing(self, told: dict[str, Any], sender: Sender) -> None:
        await sender.start(200, [])
        await sender.write(b"")
        await sender.end(b"all")

    async def told_waits(self, told: dict[str, Any], sender: Sender) -> None:
        if told.get("first"):
            await sender.start(200, [])
            await sender.write(b"first")
        await self.go_on.wait()
        if not told.get("first"):
            await sender.start(200, [])
        await sender.end(b"last")

    async def told_floods(self, told: dict[str, Any], sender: Sender) -> None:
        await sender.start(200, [])
        for _ in range(400):
            await sender.write(b"x" * 100_000)
            self.written += 100_000
        await sender.end()

    async def told_lingers(self, told: dict[str, Any], sender: Sender) -> None:
        await sender.start(200, [])
        await sender.end(b"last")
        await self.go_on.wait()

    async def told_splits(self, told: dict[str, Any], sender: Sender) -> None:
        await sender.start(200, [("x-a", f"b{told['break']}x-evil: 1")])
        await sender.end(b"never")


class House:
    """A server, up, and what it serves."""

    def __init__(self, gateway: Scripted, server: uvicorn.Server, port: int) -> None:
        self.gateway, self.server, self.port = gateway, server, port
        self._writers: list[asyncio.StreamWriter] = []

    async def call(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(writer)
        return reader, writer

    async def hang_up(self) -> None:
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def house(lane: Any, trusted: str = "10.0.0.1") -> AsyncIterator[House]:
    async def hello(_: object) -> PlainTextResponse:
        return PlainTextResponse("ours")

    gateway = Scripted()
    routes = ModelRoutes(gateway, (DIALECT,), Starlette(routes=[Route("/livez", hello)]), max_body_bytes=LIMIT)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(
            routes,
            http=lane,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            proxy_headers=True,
            forwarded_allow_ips=[trusted],
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)
        async with asyncio.timeout(120), asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(sockets=[listening]))
            try:
                # Nothing tells of it but the server itself.
                while not server.started:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                here = House(gateway, server, listening.getsockname()[1])
                async with contextlib.AsyncExitStack() as left:
                    left.push_async_callback(here.hang_up)
                    yield here
            finally:
                gateway.go_on.set()
                server.should_exit = True
                await serving


def asking(told: dict[str, Any], *more: str, version: str = "1.1", path: str = PATH) -> bytes:
    body = json.dumps(told).encode()
    lines = [f"POST {path} HTTP/{version}", "host: h", f"content-length: {len(body)}", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
    return first, dict(line.split(": ", 1) for line in lines)


async def answer(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """One answer, by whichever framing it has."""
    first, headers = await head(reader)
    if "content-length" in headers:
        return first, headers, await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding") != "chunked":
        return first, headers, await reader.read()
    body = b""
    while size := int((await reader.readline()).strip(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    assert await reader.readline() == b"\r\n"
    return first, headers, body


def played(lane: Any, play: Callable[[House], Awaitable[None]], **how: str) -> None:
    async def run() -> None:
        async with house(lane, **how) as here:
            await play(here)

    asyncio.run(run())


@lanes
def test_whole_and_streamed_answers_go_out_on_one_connection(lane: Any) -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        for told, body in (
            ({"do": "whole", "say": "ü"}, "ü".encode()),
            ({"do": "streams"}, b"one two three"),
            ({"do": "streams", "last": False}, b"one two "),
            ({"do": "nothing"}, b"all"),
            ({"do": "whole"}, b"words"),
        ):
            writer.write(asking(told, "X-Custom: yes"))
            first, headers, said = await answer(reader)
            assert len(headers.keys() & {"content-length", "transfer-encoding"}) == 1
            assert (first, said) == ("HTTP/1.1 200 OK", body)
            assert headers["date"].endswith("GMT")
            assert told["do"] == "nothing" or ("content-length" in headers) is (told["do"] == "whole")
            assert "connection" not in headers
        assert here.gateway.calls[0].headers["x-custom"] == "yes"
        assert (here.gateway.calls[0].address, here.gateway.calls[0].method) == (PATH, "POST")
        writer.write(b"GET /livez HTTP/1.1\r\nhost: h\r\n\r\n")
        assert (await answer(reader))[2] == b"ours"

    played(lane, play)


@lanes
def test_requests_that_are_sent_ahead_are_answered_in_turn(lane: Any) -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        livez = b"GET /livez HTTP/1.1\r\nhost: h\r\n\r\n"
        writer.write(asking({"do": "streams"}) + asking({"do": "whole", "say": "2"}) + livez + asking({"do": "whole"}))
        assert [(await answer(reader))[2] for _ in range(4)] == [b"one two three", b"2", b"ours", b"words"]

    played(lane, play)


@lanes
@pytest.mark.parametrize("how", ["connection: close", "1.0"])
def test_a_connection_that_is_not_kept_is_closed(lane: Any, how: str) -> None:
    async def play(here: House) -> None:
        for told, body in (({"do": "whole"}, b"words"), ({"do": "streams"}, b"one two three")):
            reader, writer = await here.call()
            writer.write(asking(told, version="1.0") if how == "1.0" else asking(told, how))
            _, headers, said = await answer(reader)
            assert said == body
            assert headers["connection"] == "close"
            assert await reader.read() == b""
            writer.close()

    played(lane, play)


def test_an_older_http_is_spared_chunks() -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        writer.write(asking({"do": "streams"}, version="1.0"))
        _, headers = await head(reader)
        assert "transfer-encoding" not in headers
        assert await reader.read() == b"one two three"

    played(LaneProtocol, play)


@lanes
@pytest.mark.parametrize("first", [False, True])
def test_a_caller_that_goes_is_let_go_at_once(lane: Any, first: bool) -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        writer.write(asking({"do": "waits", "first": first}))
        await (reader.readuntil(b"first") if first else here.gateway.begun.wait())
        writer.close()
        async with asyncio.timeout(60):
            await here.gateway.cancelled.wait()

    played(lane, play)


@lanes
def test_a_caller_that_goes_once_it_has_all_takes_nothing_back(lane: Any) -> None:
    async def play(here: House) -> None:
        for _ in range(20):
            reader, writer = await here.call()
            writer.write(asking({"do": "whole"}))
            await answer(reader)
            writer.close()
        await asyncio.sleep(0.05)
        assert not here.gateway.cancelled.is_set()
        assert not here.server.server_state.tasks

    played(lane, play)


def test_what_is_still_to_be_done_once_the_answer_is_out_is_done() -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        writer.write(asking({"do": "lingers"}))
        await answer(reader)
        writer.close()
        await asyncio.sleep(0.05)
        assert not here.gateway.cancelled.is_set()
        assert len(here.server.server_state.tasks) == 1

    played(LaneProtocol, play)


def test_a_connection_leaves_nothing_for_the_collector() -> None:
    async def play(here: House) -> None:
        for told in ({"do": "whole"}, {"do": "streams"}, {"do": "waits", "first": True}):
            reader, writer = await here.call()
            writer.write(asking(told))
            await head(reader)
            writer.close()
        # Nothing tells of it but the server itself.
        while here.server.server_state.connections:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert [one for one in gc.get_objects() if isinstance(one, LaneProtocol)] == []

    gc.collect()
    gc.disable()
    try:
        played(LaneProtocol, play)
    finally:
        gc.enable()


@lanes
def test_a_body_comes_in_pieces_and_no_larger_than_it_may_be(lane: Any) -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        body = json.dumps({"do": "whole", "say": "x" * 300_000}).encode()
        writer.write(f"POST {PATH} HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\n".encode())
        writer.write(f"content-length: {len(body)}\r\n\r\n".encode())
        assert (await head(reader))[0] == "HTTP/1.1 100 Continue"
        for at in range(0, len(body), 50_000):
            writer.write(body[at : at + 50_000])
            await writer.drain()
            await asyncio.sleep(0.001)
        assert len((await answer(reader))[2]) == 300_000
        writer.write(asking({"do": "whole", "say": "x" * LIMIT}))
        first, headers, _ = await answer(reader)
        assert (first.split()[1], headers["x-why"]) == ("413", "too_large")

    played(lane, play)


@lanes
def test_a_caller_that_goes_before_its_body_is_whole_asks_nothing(lane: Any) -> None:
    async def play(here: House) -> None:
        _, writer = await here.call()
        writer.write(asking({"do": "whole"})[:-3])
        await asyncio.sleep(0.05)
        writer.close()
        # Nothing tells of it but the server itself.
        while here.server.server_state.tasks:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert here.gateway.calls == []

    played(lane, play)


@lanes
def test_a_caller_that_reads_slowly_stops_its_answer(lane: Any) -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        writer.write(asking({"do": "floods"}))
        await reader.readuntil(b"\r\n\r\n")
        before = -1
        while before != here.gateway.written:
            before = here.gateway.written
            await asyncio.sleep(0.3)
        # What the sockets of both sides hold.
        assert here.gateway.written < 30_000_000
        while await reader.read(1_000_000):
            if here.gateway.written == 40_000_000:
                break

    played(lane, play)


@lanes
@pytest.mark.parametrize("between", ["\r\n", "\n", "\r"])
def test_a_header_that_would_be_two_is_not_sent(lane: Any, between: str, caplog: pytest.LogCaptureFixture) -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        writer.write(asking({"do": "splits", "break": between}))
        assert b"x-evil" not in await reader.read()
        writer.close()

    with caplog.at_level(logging.ERROR):
        played(lane, play)
    assert caplog.records


@lanes
@pytest.mark.parametrize(("trusted", "scheme"), [("127.0.0.1", "https"), ("10.0.0.1", "http")])
def test_a_proxy_is_believed_if_it_is_trusted(lane: Any, trusted: str, scheme: str) -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        for said in ("https", "gopher"):
            writer.write(asking({"do": "whole"}, f"x-forwarded-proto: {said}"))
            await answer(reader)
        assert [call.scheme for call in here.gateway.calls] == [scheme, "http"]

    played(lane, play, trusted=trusted)


@lanes
def test_what_runs_when_the_server_stops_is_answered_and_its_connection_closed(lane: Any) -> None:
    async def play(here: House) -> None:
        reader, writer = await here.call()
        writer.write(asking({"do": "waits"}))
        await here.gateway.begun.wait()
        here.server.should_exit = True
        await asyncio.sleep(0.3)
        here.gateway.go_on.set()
        _, headers, said = await answer(reader)
        assert (headers["connection"], said) == ("close", b"last")
        assert await reader.read() == b""

    played(lane, play)


def test_what_is_used_of_the_server_is_there() -> None:
    """Another version of it may have other names: then this says so, before a caller does."""
    assert "_start_asgi_task" in vars(HttpToolsProtocol)
    assert "connection_lost" in vars(HttpToolsProtocol)
