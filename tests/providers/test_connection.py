"""One connection, through the fast transport, to servers that say what no server should."""

import asyncio
import contextlib

import pytest

from tests.providers.loopback import speaking
from tests.providers.upstream_contract import call
from understudy.canon.faults import Fault, FaultKind
from understudy.providers.connection import MAX_HEAD_BYTES
from understudy.providers.fast_transport import FastTransport


def failing(*said: bytes) -> str:
    """What the fault says that an answer in these pieces ends with."""

    async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            for piece in said:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)

    async def run() -> Fault:
        async with asyncio.timeout(60), speaking(handle) as url, FastTransport({}) as transport:
            with pytest.raises(Fault) as raised:
                await (await transport.send(call(url))).read()
            return raised.value

    fault = asyncio.run(run())
    assert fault.kind is FaultKind.UPSTREAM
    return fault.message.partition(" failed: ")[2]


def test_a_head_that_does_not_end_is_cut_off() -> None:
    words = f"its headers have more than {MAX_HEAD_BYTES} bytes"
    line = b"x" * (MAX_HEAD_BYTES // 4)
    assert failing(b"HTTP/1.1 200 OK\r\nx: ", *[line] * 6) == words
    assert failing(b"HTTP/1.1 200 OK\r\n", *[b"x: " + line + b"\r\n"] * 6, b"\r\n") == words
    assert failing(b"HTTP/1.1 200 OK\r\nx: " + line * 5 + b"\r\n\r\n") == words


def test_what_is_no_http_is_told_as_such() -> None:
    assert failing(b"SSH-2.0-server\r\n").startswith("what came is no HTTP (")
    upgrade = b"HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nframes"
    assert failing(upgrade).startswith("what came is no HTTP (")


def test_where_it_broke_off_is_told() -> None:
    assert failing(b"HTTP/1.1 200") == "it was closed before an answer came"
    assert failing(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf") == "the answer ended before its end"
    assert failing(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n") == (
        "the answer ended before its end"
    )


def test_what_has_come_before_it_broke_is_still_read() -> None:
    async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")

    async def run() -> list[bytes]:
        heard = []
        async with asyncio.timeout(60), speaking(handle) as url, FastTransport({}) as transport:
            answer = await transport.send(call(url))
            await asyncio.sleep(0.05)
            chunks = answer.chunks()
            heard.append(await anext(chunks))
            with pytest.raises(Fault, match="ended before its end"):
                await anext(chunks)
        return heard

    assert asyncio.run(run()) == [b"half"]


@pytest.mark.parametrize("late", [0.0, 0.03])
def test_bytes_that_nobody_asked_for_are_no_answer_to_the_next_call(late: float) -> None:
    """Else one caller would be given what was meant for another."""
    said: list[asyncio.Event] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.append(asyncio.Event())
        body = await reader.readexactly(2)
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"
        writer.write(answer + body)
        await writer.drain()
        await asyncio.sleep(late)
        writer.write(answer + b"no")
        said[-1].set()
        await reader.read()

    async def run() -> list[bytes]:
        heard = []
        async with asyncio.timeout(60), speaking(handle) as url, FastTransport({}) as transport:
            for body in (b"11", b"22"):
                answer = await transport.send(call(url, body))
                heard.append(await answer.read())
                await said[-1].wait()
                # By then they are here.
                await asyncio.sleep(0.05)
        return heard

    assert asyncio.run(run()) == [b"11", b"22"]
    assert len(said) == 2


@pytest.mark.parametrize("head", [b"content-length: 9\r\n\r\n", b"\r\n"], ids=["length", "until closed"])
def test_a_closed_answer_gives_no_more(head: bytes) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + head)
        await reader.read()

    async def run() -> None:
        async with asyncio.timeout(60), speaking(handle) as url, FastTransport({}) as transport:
            answer = await transport.send(call(url))
            answer.close()
            answer.close()
            # By then the connection has told its end.
            await asyncio.sleep(0.05)
            with pytest.raises(Fault, match="closed on this side"):
                await anext(answer.chunks())

    asyncio.run(run())
