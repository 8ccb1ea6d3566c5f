"""The fetcher against real servers on loopback: what it brings, and everything that must not be reached through it.

A name of these tests stands for addresses that the test gives; the connections and the servers are real.
"""

import asyncio
import base64
import gzip
import logging
import time
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.loopback import Handler, closed_url, serving, speaking
from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Inline
from understudy.dialects.contract import MediaKind
from understudy.ports import Fetcher, Wanted
from understudy.providers import aiohttp_fetcher
from understudy.providers.aiohttp_fetcher import MAX_REDIRECTS, MAX_URLS, AiohttpFetcher
from understudy.providers.reach import MediaSpec

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
PDF = b"%PDF-1.7\n" + b"x" * 100
LOOPBACK = ("127.0.0.0/8", "::1/128")
HERE: Sequence[str] = ("127.0.0.1",)


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


class Names:
    """A name server: what each name stands for, in turn; the last one goes on to hold."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(turns) for name, turns in answers.items()}
        self.asked: list[str] = []

    async def lookup(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        turns = self._answers.get(host)
        if turns is None:
            raise OSError("no such name")
        return turns.pop(0) if len(turns) > 1 else turns[0]


def wanted(url: str, kind: MediaKind = "image", path: str = "messages[0].content[1]") -> Wanted:
    return Wanted(path, url, kind)


def inside(port: int, host: str = "pics.example", **fields: Any) -> MediaSpec:
    """An operator who lets a host be fetched from that is on this machine."""
    return MediaSpec(**{"fetch": (f"{host}:{port}",), "private": LOOPBACK, "http": True, **fields})


async def one(fetcher: Fetcher, *asked: Wanted) -> list[Inline]:
    return await asyncio.wait_for(fetcher.fetch(asked), 60)


def refused(
    handler: Handler, url: str = "http://pics.example:{port}/x", kind: MediaKind = "image", **fields: Any
) -> str:
    """Why what a server gives is refused; the message keeps to the rules for all of them."""

    async def run() -> Fault:
        async with serving(handler) as base:
            port = port_of(base)
            async with AiohttpFetcher(inside(port, **fields), Names(pics_example=[HERE]).lookup) as fetcher:
                with pytest.raises(Fault) as caught:
                    await one(fetcher, wanted(f"http://pics.example:{port}/x", kind))
                return caught.value

    fault = asyncio.run(run())
    assert (fault.kind, fault.param) == (FaultKind.BAD_REQUEST, "messages[0].content[1]")
    assert fault.message.startswith("messages[0].content[1]: ")
    assert fault.message.endswith(f"send the {kind} itself")
    assert "127.0.0.1" not in fault.message
    return fault.message


async def png(_: web.Request) -> web.Response:
    return web.Response(body=PNG, content_type="text/html")


def test_media_come_as_their_own_bytes_say_whatever_the_headers_say() -> None:
    seen: list[dict[str, str]] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append({name.lower(): value for name, value in request.headers.items()})
        body = PDF if request.path == "/a.pdf" else PNG
        return web.Response(body=body, content_type="text/html", headers={"set-cookie": "a=b"})

    async def run() -> list[Inline]:
        async with serving(handle) as base:
            at = f"http://pics.example:{port_of(base)}"
            async with AiohttpFetcher(inside(port_of(base)), Names(pics_example=[HERE]).lookup) as fetcher:
                return await one(fetcher, wanted(f"{at}/a.jpg"), wanted(f"{at}/a.pdf", "document"))

    assert asyncio.run(run()) == [
        Inline("image/png", base64.b64encode(PNG).decode()),
        Inline("application/pdf", base64.b64encode(PDF).decode()),
    ]
    for headers in seen:
        assert headers["host"].startswith("pics.example:")
        assert headers["accept-encoding"] == "identity"
        assert not headers.keys() & {"cookie", "authorization", "referer"}


SPELLINGS = [
    "127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.1", "0", "0.0.0.0", "localhost",
    "localhost.", "LOCALHOST", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "①27.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_this_machine_is_out_of_reach_however_it_is_spelt(spelling: str) -> None:
    """By the machine's own lookup, at a port where a server listens: named by the operator, and still not public."""
    hits: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        hits.append(request.path)
        return web.Response(body=PNG)

    async def run() -> str:
        async with serving(handle) as base:
            port = port_of(base)
            host = {"①27.0.0.1": "127.0.0.1", "[::ffff:127.0.0.1]": "[::ffff:7f00:1]"}.get(spelling, spelling.lower())
            async with AiohttpFetcher(MediaSpec(fetch=(f"{host.removesuffix('.')}:{port}",), http=True)) as fetcher:
                with pytest.raises(Fault) as caught:
                    await one(fetcher, wanted(f"http://{spelling}:{port}/x"))
                return caught.value.message

    assert "no address that media may be fetched from" in asyncio.run(run())
    assert hits == []


def test_the_same_server_is_reached_where_the_operator_lists_its_network_too() -> None:
    async def run() -> list[Inline]:
        async with serving(png) as base, AiohttpFetcher(inside(port_of(base), "127.0.0.1")) as fetcher:
            return await one(fetcher, wanted(f"{base}/x"))

    assert asyncio.run(run())[0].media_type == "image/png"


PRIVATE = [
    ["10.0.0.7"],
    ["169.254.169.254"],
    ["fd00::1"],
    ["::ffff:10.0.0.7"],
    ["8.8.8.8", "10.0.0.7"],
    ["::1", "8.8.8.8"],
]


@pytest.mark.parametrize("addresses", PRIVATE)
def test_a_name_with_an_address_inside_is_refused_even_beside_a_public_one(
    addresses: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    names = Names(pics_example=[addresses])

    async def run() -> str:
        async with AiohttpFetcher(MediaSpec(fetch=("*",)), names.lookup) as fetcher:
            with pytest.raises(Fault) as caught:
                await one(fetcher, wanted("https://pics.example/x"))
            return caught.value.message

    with caplog.at_level(logging.WARNING):
        told = asyncio.run(run())
    assert "no address that media may be fetched from" in told
    assert not any(address in told for address in addresses)
    # The operator is told what the caller is not.
    assert "pics.example" in caplog.text


def test_a_name_that_is_not_there_is_told_like_one_inside() -> None:
    async def run(names: Names) -> str:
        async with AiohttpFetcher(MediaSpec(fetch=("*",)), names.lookup) as fetcher:
            with pytest.raises(Fault) as caught:
                await one(fetcher, wanted("https://pics.example/x"))
            return caught.value.message

    assert asyncio.run(run(Names())) == asyncio.run(run(Names(pics_example=[["10.0.0.7"]])))


def test_a_name_that_changes_its_mind_is_asked_only_once() -> None:
    """DNS rebinding: the second answer would lead to the machine's secrets, and is never asked for."""
    names = Names(pics_example=[HERE, ["169.254.169.254"]])

    async def run() -> list[Inline]:
        async with serving(png) as base:
            port = port_of(base)
            async with AiohttpFetcher(inside(port), names.lookup) as fetcher:
                return await one(fetcher, wanted(f"http://pics.example:{port}/x"))

    assert asyncio.run(run())[0].media_type == "image/png"
    assert names.asked == ["pics.example"]


def redirecting(location: str, status: int = 302) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        if request.path == "/x":
            port = request.url.port
            return web.Response(status=status, headers={"location": location.replace("PORT", str(port))})
        return web.Response(body=PNG)

    return handle


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_its_host_judged_anew(status: int) -> None:
    names = Names(pics_example=[HERE, HERE])

    async def run() -> list[Inline]:
        async with serving(redirecting("/y", status)) as base:
            port = port_of(base)
            async with AiohttpFetcher(inside(port), names.lookup) as fetcher:
                return await one(fetcher, wanted(f"http://pics.example:{port}/x"))

    assert asyncio.run(run())[0].media_type == "image/png"
    assert names.asked == ["pics.example", "pics.example"]


REDIRECTS = [
    ("http://127.0.0.1:PORT/y", "media.fetch"),
    ("http://other.example:PORT/y", "media.fetch"),
    ("http://user:word@pics.example:PORT/y", "password"),
    ("ftp://pics.example/y", "URLs are fetched"),
    ("file:///etc/passwd", "URLs are fetched"),
    ("data:image/png;base64,iVBORw0KGgo=", "URLs are fetched"),
    ("http://pics.example:99999/", "no URL"),
]


@pytest.mark.parametrize(("location", "why"), REDIRECTS)
def test_redirects_that_are_not_followed(location: str, why: str) -> None:
    told = refused(redirecting(location))
    assert why in told
    assert "other.example" not in told


def test_a_loop_of_redirects_is_left_after_a_few() -> None:
    hits: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        hits.append(request.path)
        return web.Response(status=302, headers={"location": "/x"})

    assert f"more than {MAX_REDIRECTS} times" in refused(handle)
    assert len(hits) == MAX_REDIRECTS + 1


def test_a_redirect_to_nowhere() -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=302)

    assert "redirects to nowhere" in refused(handle)


def test_a_redirect_to_a_name_that_is_inside_by_then() -> None:
    """The first hop is judged well, the second is not, though the name is the same."""
    hits: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        hits.append(request.path)
        return await redirecting("/y")(request)  # type: ignore[return-value]

    names = Names(pics_example=[HERE, ["10.0.0.7"]])

    async def run() -> str:
        async with serving(handle) as base:
            port = port_of(base)
            async with AiohttpFetcher(inside(port), names.lookup) as fetcher:
                with pytest.raises(Fault) as caught:
                    await one(fetcher, wanted(f"http://pics.example:{port}/x"))
                return caught.value.message

    assert "no address that media may be fetched from" in asyncio.run(run())
    assert hits == ["/x"]


def test_a_redirect_may_not_leave_https_unless_http_is_allowed() -> None:
    assert "only https URLs" in refused(redirecting("/y"), http=False)


LARGE = 300_000


async def large(_: web.Request) -> web.Response:
    return web.Response(body=PNG + bytes(LARGE))


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write(PNG)
    while True:
        await response.write(bytes(65_536))


@pytest.mark.parametrize("handler", [large, endless])
def test_a_body_that_is_too_large_is_given_up(handler: Handler) -> None:
    assert "100000 bytes together (media.max_bytes)" in refused(handler, max_bytes=100_000)


def raw_refused(answer: bytes, **fields: Any) -> str:
    """Why an answer of exactly these bytes is refused."""

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async def run() -> str:
        async with speaking(speak) as base:
            port = port_of(base)
            async with AiohttpFetcher(inside(port, **fields), Names(pics_example=[HERE]).lookup) as fetcher:
                with pytest.raises(Fault) as caught:
                    await one(fetcher, wanted(f"http://pics.example:{port}/x"))
                return caught.value.message

    return asyncio.run(run())


def test_a_length_that_lies() -> None:
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"
    short = raw_refused(head + b"content-length: 9000\r\n\r\n" + PNG, max_bytes=10_000)
    assert "no whole answer" in short
    announced = raw_refused(head + b"content-length: 90000000000\r\n\r\n" + PNG, max_bytes=10_000)
    assert "media.max_bytes" in announced
    nonsense = raw_refused(head + b"content-length: -1\r\n\r\n" + PNG, max_bytes=10_000)
    assert "no whole answer" in nonsense
    unsaid = raw_refused(head + b"\r\n" + PNG + bytes(20_000), max_bytes=10_000)
    assert "media.max_bytes" in unsaid


def test_media_that_each_would_fit_do_not_together() -> None:
    async def run() -> str:
        async with serving(large) as base:
            port = port_of(base)
            spec = inside(port, max_bytes=LARGE * 3 // 2)
            async with AiohttpFetcher(spec, Names(pics_example=[HERE]).lookup) as fetcher:
                at = f"http://pics.example:{port}"
                assert len(await one(fetcher, wanted(f"{at}/a"))) == 1
                with pytest.raises(Fault) as caught:
                    await one(fetcher, wanted(f"{at}/a"), wanted(f"{at}/b"))
                return caught.value.message

    assert "together (media.max_bytes)" in asyncio.run(run())


def test_what_comes_compressed_is_not_unpacked() -> None:
    async def bomb(_: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(PNG + bytes(50_000_000)), headers={"content-encoding": "gzip"})

    assert "compressed" in refused(bomb)


@pytest.mark.parametrize(
    "opening", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n" + PNG]
)
def test_a_host_that_is_too_slow_is_given_up_in_time(opening: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(opening)
        # Until the other side gives up.
        await reader.read()

    async def run() -> tuple[str, float]:
        async with speaking(speak) as base:
            port = port_of(base)
            async with AiohttpFetcher(inside(port, timeout_s=0.3), Names(pics_example=[HERE]).lookup) as fetcher:
                begun = time.monotonic()
                with pytest.raises(Fault) as caught:
                    await one(fetcher, wanted(f"http://pics.example:{port}/x"))
                return caught.value.message, time.monotonic() - begun

    told, spent_s = asyncio.run(run())
    assert "did not come within 0.3 s (media.timeout_s)" in told
    assert spent_s < 5


def test_a_name_server_that_is_too_slow_is_given_up_in_time() -> None:
    async def never(host: str) -> Sequence[str]:
        await asyncio.Event().wait()
        return HERE

    async def run() -> str:
        async with AiohttpFetcher(MediaSpec(fetch=("*",), timeout_s=0.2), never) as fetcher:
            with pytest.raises(Fault) as caught:
                await one(fetcher, wanted("https://pics.example/x"))
            return caught.value.message

    assert "media.timeout_s" in asyncio.run(run())


WRONG: list[tuple[bytes, MediaKind]] = [
    (b"<html><body>hi</body></html>", "image"),
    (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image"),
    (b"", "image"),
    (PDF, "image"),
    (PNG, "document"),
    (b"words", "document"),
]


@pytest.mark.parametrize(("body", "kind"), WRONG)
def test_what_is_of_another_kind_is_refused_whatever_its_headers_say(body: bytes, kind: MediaKind) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="image/png")

    told = refused(handle, kind=kind)
    assert "by its own bytes" in told
    assert "svg" not in told.replace("PNG, JPEG, GIF or WebP", "")


@pytest.mark.parametrize("status", [204, 206, 404, 500])
def test_any_status_but_200_is_no_picture(status: int) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=status, body=None if status == 204 else b"secret words")

    told = refused(handle)
    assert f"status {status}" in told
    assert "secret" not in told


def test_a_host_that_does_not_listen_is_told_without_its_address() -> None:
    async def run() -> str:
        port = port_of(closed_url())
        async with AiohttpFetcher(inside(port), Names(pics_example=[HERE]).lookup) as fetcher:
            with pytest.raises(Fault) as caught:
                await one(fetcher, wanted(f"http://pics.example:{port}/x"))
            return caught.value.message

    told = asyncio.run(run())
    assert "no whole answer" in told
    assert "127" not in told


def test_nothing_is_fetched_by_default() -> None:
    async def run() -> str:
        names = Names(pics_example=[["8.8.8.8"]])
        async with AiohttpFetcher(MediaSpec(), names.lookup) as fetcher:
            with pytest.raises(Fault) as caught:
                await one(fetcher, wanted("https://pics.example/x"))
        assert names.asked == []
        return caught.value.message

    assert "media.fetch" in asyncio.run(run())


@given(st.text() | st.from_regex(r"https?://[^/]{1,40}(/.{0,20})?", fullmatch=True))
@settings(max_examples=200)
def test_whatever_is_written_for_a_url_is_a_fault_and_no_mistake_of_ours(url: str) -> None:
    async def inside_or_nowhere(host: str) -> Sequence[str]:
        if len(host) % 2:
            raise OSError("no such name")
        return ("10.0.0.7",)

    async def run() -> None:
        async with AiohttpFetcher(MediaSpec(fetch=("*",), http=True), inside_or_nowhere) as fetcher:
            with pytest.raises(Fault) as caught:
                await one(fetcher, wanted(url))
            assert caught.value.kind is FaultKind.BAD_REQUEST

    asyncio.run(run())


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, closed_url())

    async def run() -> list[Inline]:
        async with serving(png) as base:
            port = port_of(base)
            async with AiohttpFetcher(inside(port), Names(pics_example=[HERE]).lookup) as fetcher:
                return await one(fetcher, wanted(f"http://pics.example:{port}/x"))

    assert asyncio.run(run())[0].media_type == "image/png"


def test_too_many_urls_are_refused_before_any_is_fetched() -> None:
    async def run() -> Fault:
        names = Names()
        async with AiohttpFetcher(MediaSpec(fetch=("*",)), names.lookup) as fetcher:
            with pytest.raises(Fault) as caught:
                await one(fetcher, *(wanted(f"https://pics.example/{n}", path=f"p{n}") for n in range(MAX_URLS + 1)))
        assert names.asked == []
        return caught.value

    assert asyncio.run(run()).param == f"p{MAX_URLS}"


def test_only_so_many_are_fetched_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiohttp_fetcher, "MAX_AT_ONCE", 2)
    running, most, two = 0, 0, asyncio.Event()

    async def handle(_: web.Request) -> web.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 2:
            two.set()
        await two.wait()
        await asyncio.sleep(0.01)
        running -= 1
        return web.Response(body=PNG)

    async def run() -> int:
        async with serving(handle) as base:
            port = port_of(base)
            async with AiohttpFetcher(inside(port), Names(pics_example=[HERE]).lookup) as fetcher:
                asked = [wanted(f"http://pics.example:{port}/{n}") for n in range(8)]
                return len(await one(fetcher, *asked))

    assert (asyncio.run(run()), most) == (8, 2)
