"""The contract of ports.Upstream, against real servers on loopback: what goes out, what comes back, every way to break.

A test module subclasses it and says which transport it is about.
"""

import asyncio
import contextlib
import zlib

import pytest
from aiohttp import web

from tests.providers.loopback import closed_url, full, serving, speaking
from understudy.canon.faults import Fault, FaultKind
from understudy.ports import Upstream, UpstreamCall
from understudy.providers.aiohttp_transport import AiohttpTransport
from understudy.providers.calling import READ_BYTES
from understudy.providers.fast_transport import FastTransport
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


class UpstreamContract:
    """Every test makes transports of the class's own kind."""

    transport: type[AiohttpTransport] | type[FastTransport]

    async def failing(self, url: str, *, connect_timeout_s: float = 5.0) -> Fault:
        """The fault that a call to this place ends with, before its headers or in its body."""
        async with self.transport({}) as transport:
            try:
                answer = await transport.send(call(url, connect_timeout_s=connect_timeout_s))
                with contextlib.closing(answer):
                    await answer.read()
            except Fault as fault:
                return fault
        pytest.fail(f"{url} answered")

    def test_a_call_goes_out_as_it_is(self) -> None:
        seen: list[tuple[str, str, dict[str, str], bytes]] = []

        async def handle(request: web.Request) -> web.Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            seen.append((request.method, request.path, headers, await request.read()))
            return web.Response(body=b"answer", status=201, headers={"X-Told": "yes"})

        async def run() -> None:
            async with serving(handle) as url, self.transport(SECRETS) as transport:
                upstream: Upstream = transport
                answer = await upstream.send(call(url, b'{"a": 1}'))
                assert (answer.status, answer.headers["x-told"], await answer.read()) == (201, "yes", b"answer")

        asyncio.run(run())
        [(method, path, headers, body)] = seen
        assert (method, path, body) == ("POST", "/v1/chat/completions", b'{"a": 1}')
        assert headers["authorization"] == "Bearer word"
        assert (headers["content-type"], headers["x-row"]) == ("application/json", "1")
        assert not headers.keys() & {"accept-encoding", "user-agent", "cookie"}

    def test_bytes_go_on_as_they_came_even_when_compressed(self) -> None:
        packed = zlib.compress(b"words")

        async def handle(_: web.Request) -> web.Response:
            return web.Response(body=packed, headers={"content-encoding": "deflate"})

        async def run() -> bytes:
            async with serving(handle) as url, self.transport({}) as transport:
                return await (await transport.send(call(url))).read()

        assert asyncio.run(run()) == packed

    def test_a_redirect_is_an_answer_and_never_followed(self) -> None:
        paths: list[str] = []

        async def handle(request: web.Request) -> web.Response:
            paths.append(request.path)
            return web.Response(status=307, headers={"location": "/elsewhere"})

        async def run() -> tuple[int, int]:
            async with serving(handle) as url, self.transport(SECRETS) as transport:
                posted = await transport.send(call(url))
                await posted.read()
                status, _ = await transport.get(url + "/models", {}, 5.0)
                return posted.status, status

        assert asyncio.run(run()) == (307, 307)
        assert paths == ["/v1/chat/completions", "/models"]

    def test_cookies_are_not_kept(self) -> None:
        cookies: list[str | None] = []

        async def handle(request: web.Request) -> web.Response:
            cookies.append(request.headers.get("cookie"))
            return web.Response(headers={"set-cookie": "who=first; Path=/"})

        async def run() -> None:
            async with serving(handle) as url, self.transport({}) as transport:
                local = url.replace("127.0.0.1", "localhost")  # a cookie jar ignores addresses
                for _ in range(2):
                    await transport.get(local + "/models", {}, 5.0)

        asyncio.run(run())
        assert cookies == [None, None]

    def test_the_environments_proxies_are_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, closed_url())
        monkeypatch.delenv("no_proxy", raising=False)

        async def handle(_: web.Request) -> web.Response:
            return web.Response(body=b"direct")

        async def run() -> bytes:
            async with serving(handle) as url, self.transport({}) as transport:
                return await (await transport.send(call(url))).read()

        assert asyncio.run(run()) == b"direct"

    def test_chunks_come_before_the_answer_ends(self) -> None:
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
            async with asyncio.timeout(60), serving(handle) as url, self.transport({}) as transport:
                async for chunk in (await transport.send(call(url))).chunks():
                    chunks.append(chunk)
                    go_on.set()
            return chunks

        assert asyncio.run(run()) == [b"first", b"second"]

    def test_a_connection_is_used_again_once_its_answer_was_read(self) -> None:
        peers: list[object] = []

        async def handle(request: web.Request) -> web.Response:
            peers.append(request.transport.get_extra_info("peername") if request.transport else None)
            return web.Response(body=b"x" * 10)

        async def run() -> None:
            async with serving(handle) as url, self.transport({}) as transport:
                for _ in range(3):
                    answer = await transport.send(call(url))
                    await answer.read()
                    answer.close()

        asyncio.run(run())
        assert len(peers) == 3
        assert len(set(peers)) == 1

    def test_closing_cuts_the_connection_at_once(self) -> None:
        async def run() -> bytes:
            rest: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

            async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nsome")
                await reader.readexactly(2)  # the body
                rest.set_result(await reader.read())

            async with asyncio.timeout(60), speaking(handle) as url, self.transport({}) as transport:
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
    def test_a_broken_answer_is_the_upstreams_fault(self, said: bytes) -> None:
        async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(said)

        async def run() -> tuple[Fault, str]:
            async with speaking(handle) as url:
                return await self.failing(url), url

        fault, url = asyncio.run(run())
        assert fault.kind is FaultKind.UPSTREAM
        assert fault.message.startswith(f"the connection to {url.removeprefix('http://')} failed: ")
        assert not fault.message.endswith(": ")

    @pytest.mark.parametrize(
        "url", [closed_url(), "http://nowhere.invalid", "http://[bad"], ids=["closed", "unknown", "nonsense"]
    )
    def test_a_place_that_cannot_be_reached_is_the_upstreams_fault(self, url: str) -> None:
        assert asyncio.run(self.failing(url)).kind is FaultKind.UPSTREAM

    def test_a_place_that_never_accepts_is_a_timeout(self) -> None:
        with full() as url:
            fault = asyncio.run(self.failing(url, connect_timeout_s=0.2))
        assert fault.kind is FaultKind.TIMEOUT
        assert "in time" in fault.message

    def test_an_answer_that_is_too_large_is_cut_off(self) -> None:

        async def handle(request: web.Request) -> web.Response:
            return web.Response(body=b"x" * (1_000 if request.path == "/fits" else 1_001))

        async def run() -> tuple[int, Fault]:
            async with serving(handle) as url:
                async with self.transport({}, max_answer_bytes=1_000) as transport:
                    fits = await transport.get(url + "/fits", {}, 5.0)
                    with pytest.raises(Fault) as raised:
                        await transport.get(url + "/more", {}, 5.0)
                return len(fits[1]), raised.value

        length, fault = asyncio.run(run())
        assert length == 1_000
        assert (fault.kind, "more than 1000 bytes" in fault.message) == (FaultKind.UPSTREAM, True)

    def test_a_small_get_is_read_whole(self) -> None:
        async def handle(request: web.Request) -> web.Response:
            return web.Response(body=request.headers["x-a"].encode(), status=418)

        async def run() -> tuple[int, bytes]:
            async with serving(handle) as url, self.transport({}) as transport:
                return await transport.get(url + "/models", {"x-a": "b"}, 5.0)

        assert asyncio.run(run()) == (418, b"b")

    @pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"])
    def test_a_get_that_takes_too_long_is_given_up(self, said: bytes) -> None:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(said)
            await reader.read()

        async def run() -> Fault:
            async with speaking(handle) as url, self.transport({}) as transport:
                with pytest.raises(Fault) as raised:
                    await transport.get(url, {}, 0.05)
                return raised.value

        assert asyncio.run(run()).kind is FaultKind.TIMEOUT

    def test_outside_its_with_nothing_can_be_sent(self) -> None:
        with pytest.raises(RuntimeError, match="async with"):
            asyncio.run(self.transport({}).get("http://127.0.0.1", {}, 1.0))

    def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing(self) -> None:
        """Servers that close after so many answers without a word of it: once more, on a new connection."""
        asked: list[bytes] = []

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append(await reader.readexactly(2))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            # The next call is read, and not answered.
            await reader.read(1)

        async def run() -> list[bytes]:
            async with speaking(handle) as url, self.transport({}) as transport:
                return [await (await transport.send(call(url))).read() for _ in range(3)]

        assert asyncio.run(run()) == [b"ok"] * 3
        assert asked == [b"{}"] * 3

    def test_a_new_connection_that_is_closed_before_an_answer_is_not_tried_again(self) -> None:
        tried: list[bytes] = []

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            tried.append(await reader.readexactly(2))

        async def run() -> Fault:
            async with speaking(handle) as url:
                return await self.failing(url)

        assert asyncio.run(run()).kind is FaultKind.UPSTREAM
        assert len(tried) <= 2

    @pytest.mark.parametrize(
        "said",
        [
            b"HTTP/1.1 200 OK\r\nX-Told: yes\r\ncontent-length: 10\r\n\r\nsome words",
            b"HTTP/1.1 200 OK\r\nX-Told: yes\r\n\r\nsome words",
            b"HTTP/1.0 200 OK\r\nX-Told: yes\r\n\r\nsome words",
            b"HTTP/1.1 200 OK\nX-Told: yes\ncontent-length: 10\n\nsome words",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-Told: yes\r\ncontent-length: 10\r\n\r\nsome words",
            b"HTTP/1.1 200 OK\r\nX-Told: yes\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\nsome \r\n5;x=y\r\nwords\r\n0\r\nx-told: late\r\n\r\n",
        ],
        ids=["length", "until closed", "HTTP/1.0", "line feeds", "continue", "chunked"],
    )
    @pytest.mark.parametrize("pieces", [1, 0])
    def test_an_answer_is_read_in_every_framing_and_however_it_is_cut(self, said: bytes, pieces: int) -> None:
        async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for at in range(0, len(said), pieces or len(said)):
                writer.write(said[at : at + (pieces or len(said))])
                await asyncio.sleep(0)

        async def run() -> tuple[int, str, bytes]:
            async with asyncio.timeout(60), speaking(handle) as url, self.transport({}) as transport:
                answer = await transport.send(call(url))
                return answer.status, answer.headers["x-told"], await answer.read()

        assert asyncio.run(run()) == (200, "yes", b"some words")

    @pytest.mark.parametrize("status", [200, 204])
    def test_an_answer_may_have_no_body(self, status: int) -> None:
        async def handle(_: web.Request) -> web.Response:
            return web.Response(status=status)

        async def run() -> list[tuple[int, bytes]]:
            async with serving(handle) as url, self.transport({}) as transport:
                return [await transport.get(url, {}, 5.0) for _ in range(2)]

        assert asyncio.run(run()) == [(status, b"")] * 2

    @pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
    def test_a_large_body_arrives_whole(self) -> None:
        body = bytes(range(256)) * 40_000

        async def handle(request: web.Request) -> web.Response:
            return web.Response(body=zlib.crc32(await request.content.read()).to_bytes(4))

        async def run() -> list[bytes]:
            async with serving(handle) as url, self.transport({}) as transport:
                return [await (await transport.send(call(url, body))).read() for _ in range(2)]

        assert asyncio.run(run()) == [zlib.crc32(body).to_bytes(4)] * 2

    @pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
    def test_an_answer_that_comes_before_the_body_is_sent_is_an_answer(self) -> None:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig")
            await reader.read()

        async def run() -> list[tuple[int, bytes]]:
            told = []
            async with asyncio.timeout(60), speaking(handle) as url, self.transport({}) as transport:
                for _ in range(2):
                    answer = await transport.send(call(url, b"x" * 30_000_000))
                    told.append((answer.status, await answer.read()))
                    answer.close()
            return told

        assert asyncio.run(run()) == [(413, b"big")] * 2

    def test_a_reader_that_is_behind_stops_the_upstream(self) -> None:
        async def run() -> tuple[int, int]:
            sent, stuck, whole = 0, asyncio.Event(), 40_000_000

            async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                nonlocal sent
                writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {whole}\r\n\r\n".encode())
                while sent < whole:
                    writer.write(b"x" * 100_000)
                    sent += 100_000
                    try:
                        async with asyncio.timeout(0.3):
                            await writer.drain()
                    except TimeoutError:
                        stuck.set()
                        await writer.drain()

            async with asyncio.timeout(60), speaking(handle) as url, self.transport({}) as transport:
                chunks = (await transport.send(call(url))).chunks()
                read = len(await anext(chunks))
                await stuck.wait()
                held = sent
                async for chunk in chunks:
                    read += len(chunk)
            return held, read

        held, read = asyncio.run(run())
        assert read == 40_000_000
        # What the sockets of both sides hold, and what the transport does.
        assert held < 20_000_000

    def test_a_caller_that_gives_up_before_the_head_lets_go_at_once(self) -> None:
        async def run() -> bytes:
            rest: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

            async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await reader.readexactly(2)
                rest.set_result(await reader.read())

            async with asyncio.timeout(60), speaking(handle) as url, self.transport({}) as transport:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await transport.send(call(url))
                return await rest

        assert asyncio.run(run()) == b""

    def test_a_secret_with_a_line_break_does_not_become_a_header(self) -> None:
        paths: list[str] = []

        async def handle(request: web.Request) -> web.Response:
            paths.append(request.path)
            return web.Response()

        async def run() -> Fault:
            async with serving(handle) as url, self.transport({"${KEY}": "word\r\nx-evil: 1"}) as transport:
                with pytest.raises(Fault) as raised:
                    await transport.send(call(url))
                return raised.value

        fault = asyncio.run(run())
        assert fault.kind is FaultKind.UPSTREAM
        assert "word" not in fault.message
        assert paths == []

    def test_many_calls_at_once_do_not_mix(self) -> None:
        async def handle(request: web.Request) -> web.Response:
            body = await request.read()
            await asyncio.sleep(int(body) % 7 / 1000)
            return web.Response(body=body * 3)

        async def run() -> None:
            async with serving(handle) as url, self.transport({}) as transport:

                async def ask(number: int) -> None:
                    body = str(number).encode()
                    for _ in range(5):
                        answer = await transport.send(call(url, body))
                        assert await answer.read() == body * 3
                        answer.close()

                async with asyncio.TaskGroup() as group:
                    for number in range(60):
                        group.create_task(ask(number))

        asyncio.run(run())

    @pytest.mark.parametrize("size", [5, READ_BYTES + 1_000])
    def test_what_was_read_ahead_is_kept_while_the_connection_goes_on(self, size: int) -> None:
        async def handle(request: web.Request) -> web.Response:
            return web.Response(body=await request.read())

        async def run() -> tuple[bytes, bytes]:
            async with serving(handle) as url, self.transport({}) as transport:
                first = await transport.send(call(url, b"x" * size))
                # Its bytes are here by now, and its connection free.
                await asyncio.sleep(0.05)
                second = await transport.send(call(url, b"second"))
                return await second.read(), await first.read()

        assert asyncio.run(run()) == (b"second", b"x" * size)

    def test_of_a_header_that_comes_twice_the_first_counts_and_none_behind_the_body(self) -> None:
        async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = b"HTTP/1.1 200 OK\r\nx-told: first\r\nX-Told: second\r\ntransfer-encoding: chunked\r\n\r\n"
            writer.write(head + b"2\r\nok\r\n0\r\nx-late: told\r\n\r\n")

        async def run() -> tuple[bytes, str | None, str | None]:
            async with speaking(handle) as url, self.transport({}) as transport:
                answer = await transport.send(call(url))
                return await answer.read(), answer.headers.get("x-told"), answer.headers.get("x-late")

        assert asyncio.run(run()) == (b"ok", "first", None)
