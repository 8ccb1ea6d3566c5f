"""The transport against real servers on loopback: what goes out, what comes back, and every way in which it breaks."""

import asyncio
import contextlib
import zlib

import pytest
from aiohttp import web

from tests.providers.loopback import closed_url, full, serving, speaking
from understudy.canon.faults import Fault, FaultKind
from understudy.ports import Upstream, UpstreamCall
from understudy.providers import aiohttp_transport
from understudy.providers.aiohttp_transport import AiohttpTransport
from understudy.routing.board import Endpoint, Model

SECRETS = {"${KEY}": "word"}


def call(url: str, body: bytes = b"{}", *, connect_timeout_s: float = 5.0) -> UpstreamCall:
    endpoint = Endpoint(url + "/v1", "${KEY}")
    model = Model(
        name="m",
        provider="p",
        upstream="m",
        dialect="d",
        endpoints=(endpoint,),
        maker="d",
        headers={"x-row": "1"},
    )
    return UpstreamCall(model, endpoint, "/chat/completions", body, connect_timeout_s)


async def failing(url: str, *, connect_timeout_s: float = 5.0) -> Fault:
    """The fault that a call to this place ends with, before its headers or in its body."""
    async with AiohttpTransport({}) as transport:
        try:
            answer = await transport.send(call(url, connect_timeout_s=connect_timeout_s))
            with contextlib.closing(answer):
                await answer.read()
        except Fault as fault:
            return fault
    pytest.fail(f"{url} answered")


def test_a_call_goes_out_as_it_is() -> None:
    seen: list[tuple[str, str, dict[str, str], bytes]] = []

    async def handle(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen.append((request.method, request.path, headers, await request.read()))
        return web.Response(body=b"answer", status=201, headers={"X-Told": "yes"})

    async def run() -> None:
        async with serving(handle) as url, AiohttpTransport(SECRETS) as transport:
            upstream: Upstream = transport
            answer = await upstream.send(call(url, b'{"a": 1}'))
            assert (answer.status, answer.headers["x-told"], await answer.read()) == (201, "yes", b"answer")

    asyncio.run(run())
    [(method, path, headers, body)] = seen
    assert (method, path, body) == ("POST", "/v1/chat/completions", b'{"a": 1}')
    assert headers["authorization"] == "Bearer word"
    assert (headers["content-type"], headers["x-row"]) == ("application/json", "1")
    assert not headers.keys() & {"accept-encoding", "user-agent", "cookie"}


def test_bytes_go_on_as_they_came_even_when_compressed() -> None:
    packed = zlib.compress(b"words")

    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"content-encoding": "deflate"})

    async def run() -> bytes:
        async with serving(handle) as url, AiohttpTransport({}) as transport:
            return await (await transport.send(call(url))).read()

    assert asyncio.run(run()) == packed


def test_a_redirect_is_an_answer_and_never_followed() -> None:
    paths: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=307, headers={"location": "/elsewhere"})

    async def run() -> tuple[int, int]:
        async with serving(handle) as url, AiohttpTransport(SECRETS) as transport:
            posted = await transport.send(call(url))
            await posted.read()
            status, _ = await transport.get(url + "/models", {}, 5.0)
            return posted.status, status

    assert asyncio.run(run()) == (307, 307)
    assert paths == ["/v1/chat/completions", "/models"]


def test_cookies_are_not_kept() -> None:
    cookies: list[str | None] = []

    async def handle(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("cookie"))
        return web.Response(headers={"set-cookie": "who=first; Path=/"})

    async def run() -> None:
        async with serving(handle) as url, AiohttpTransport({}) as transport:
            local = url.replace("127.0.0.1", "localhost")  # a cookie jar ignores addresses
            for _ in range(2):
                await transport.get(local + "/models", {}, 5.0)

    asyncio.run(run())
    assert cookies == [None, None]


def test_the_environments_proxies_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, closed_url())
    monkeypatch.delenv("no_proxy", raising=False)

    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=b"direct")

    async def run() -> bytes:
        async with serving(handle) as url, AiohttpTransport({}) as transport:
            return await (await transport.send(call(url))).read()

    assert asyncio.run(run()) == b"direct"


def test_chunks_come_before_the_answer_ends() -> None:
    async def run() -> list[bytes]:
        go_on = asyncio.Event()

        async def handle(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"first")
            await go_on.wait()
            await response.write(b"second")
            return response

        chunks: list[bytes] = []
        async with asyncio.timeout(60), serving(handle) as url, AiohttpTransport({}) as transport:
            async for chunk in (await transport.send(call(url))).chunks():
                chunks.append(chunk)
                go_on.set()
        return chunks

    assert asyncio.run(run()) == [b"first", b"second"]


def test_a_connection_is_used_again_once_its_answer_was_read() -> None:
    peers: list[object] = []

    async def handle(request: web.Request) -> web.Response:
        peers.append(request.transport.get_extra_info("peername") if request.transport else None)
        return web.Response(body=b"x" * 10)

    async def run() -> None:
        async with serving(handle) as url, AiohttpTransport({}) as transport:
            for _ in range(3):
                answer = await transport.send(call(url))
                await answer.read()
                answer.close()

    asyncio.run(run())
    assert len(peers) == 3
    assert len(set(peers)) == 1


def test_closing_cuts_the_connection_at_once() -> None:
    async def run() -> bytes:
        rest: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nsome")
            await reader.readexactly(2)  # the body
            rest.set_result(await reader.read())

        async with asyncio.timeout(60), speaking(handle) as url, AiohttpTransport({}) as transport:
            answer = await transport.send(call(url))
            assert await anext(answer.chunks()) == b"some"
            answer.close()
            return await rest

    assert asyncio.run(run()) == b""


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-server\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nwords\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
def test_a_broken_answer_is_the_upstreams_fault(said: bytes) -> None:
    async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)

    async def run() -> tuple[Fault, str]:
        async with speaking(handle) as url:
            return await failing(url), url

    fault, url = asyncio.run(run())
    assert fault.kind is FaultKind.UPSTREAM
    assert fault.message.startswith(f"the connection to {url.removeprefix('http://')} failed: ")
    assert not fault.message.endswith(": ")


@pytest.mark.parametrize(
    "url", [closed_url(), "http://nowhere.invalid", "http://[bad"], ids=["closed", "unknown", "nonsense"]
)
def test_a_place_that_cannot_be_reached_is_the_upstreams_fault(url: str) -> None:
    assert asyncio.run(failing(url)).kind is FaultKind.UPSTREAM


def test_a_place_that_never_accepts_is_a_timeout() -> None:
    with full() as url:
        fault = asyncio.run(failing(url, connect_timeout_s=0.2))
    assert fault.kind is FaultKind.TIMEOUT
    assert "in time" in fault.message


def test_an_answer_that_is_too_large_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiohttp_transport, "MAX_ANSWER_BYTES", 1_000)

    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * (1_000 if request.path == "/fits" else 1_001))

    async def run() -> tuple[int, Fault]:
        async with serving(handle) as url:
            async with AiohttpTransport({}) as transport:
                fits = await transport.get(url + "/fits", {}, 5.0)
            return len(fits[1]), await failing(url)

    length, fault = asyncio.run(run())
    assert length == 1_000
    assert (fault.kind, "more than 1000 bytes" in fault.message) == (FaultKind.UPSTREAM, True)


def test_a_small_get_is_read_whole() -> None:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=request.headers["x-a"].encode(), status=418)

    async def run() -> tuple[int, bytes]:
        async with serving(handle) as url, AiohttpTransport({}) as transport:
            return await transport.get(url + "/models", {"x-a": "b"}, 5.0)

    assert asyncio.run(run()) == (418, b"b")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"])
def test_a_get_that_takes_too_long_is_given_up(said: bytes) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read()

    async def run() -> Fault:
        async with speaking(handle) as url, AiohttpTransport({}) as transport:
            with pytest.raises(Fault) as raised:
                await transport.get(url, {}, 0.05)
            return raised.value

    assert asyncio.run(run()).kind is FaultKind.TIMEOUT


def test_outside_its_with_nothing_can_be_sent() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        asyncio.run(AiohttpTransport({}).get("http://127.0.0.1", {}, 1.0))
