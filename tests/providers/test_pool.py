"""The pool: which connections are kept, for whom, and for how long."""

import asyncio
import gc
import socket
import weakref

import pytest
from aiohappyeyeballs import AddrInfoType, start_connection
from aiohttp import web

from tests.providers.loopback import closed_url, full, serving
from understudy.providers import pool as pools
from understudy.providers.connection import Connection
from understudy.providers.fast_transport import base_of
from understudy.providers.pool import Origin, Pool


async def answered(pool: Pool, origin: Origin) -> Connection:
    """A connection that has carried a call."""
    connection = pool.take(origin) or await pool.open(origin, 5.0)
    await (await connection.ask(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"", "x")).read()
    return connection


async def closed(connection: Connection) -> None:
    """Wait until it is."""
    # Nothing tells of it but the connection itself.
    while connection.open:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def empty(_: web.Request) -> web.Response:
    return web.Response()


def test_the_newest_is_taken_first_and_only_for_its_origin() -> None:
    async def run() -> None:
        async with serving(empty) as url, serving(empty) as other:
            pool, origin = Pool(), base_of(url).origin
            first, second = await pool.open(origin, 5.0), await pool.open(origin, 5.0)
            for connection in (first, second):
                await (await connection.ask(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"", "x")).read()
            assert pool.take(base_of(other).origin) is None
            assert (pool.take(origin), pool.take(origin), pool.take(origin)) == (second, first, None)
            await pool.close()

    asyncio.run(run())


def test_what_was_idle_too_long_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "KEEP_ALIVE_S", 0.05)
    monkeypatch.setattr(pools, "REAP_S", 0.02)

    async def run() -> None:
        async with asyncio.timeout(60), serving(empty) as url:
            pool, origin = Pool(), base_of(url).origin
            connection = await answered(pool, origin)
            assert connection.open
            await closed(connection)
            assert pool.take(origin) is None
            # And it looks again once there is something to look at.
            again = await answered(pool, origin)
            await closed(again)
            await pool.close()

    asyncio.run(run())


def test_no_more_than_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MAX_IDLE", 2)

    async def run() -> list[bool]:
        async with serving(empty) as url:
            pool, origin = Pool(), base_of(url).origin
            made = [await pool.open(origin, 5.0) for _ in range(3)]
            for connection in made:
                await (await connection.ask(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"", "x")).read()
            kept = [connection.open for connection in made]
            await pool.close()
            return kept

    assert asyncio.run(run()) == [False, True, True]


def test_closing_cuts_all_of_them() -> None:
    async def run() -> None:
        async with serving(empty) as url:
            pool, origin = Pool(), base_of(url).origin
            busy, idle = await pool.open(origin, 5.0), await answered(pool, origin)
            await pool.close()
            assert not busy.open
            assert not idle.open
            # Nothing holds them any more: they do not wait for the collector.
            left = weakref.ref(idle)
            del idle
            assert left() is None

    gc.disable()
    try:
        asyncio.run(run())
    finally:
        gc.enable()


def test_a_name_is_looked_up_once_and_its_addresses_taken_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    first: list[str] = []

    async def run() -> None:
        async with serving(empty) as url:
            port = base_of(url).origin.port
            told = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{last}", port)) for last in (1, 2)]

            async def found(host: str, *_: object, **__: object) -> list[object]:
                looked.append(host)
                return [*told]

            async def started(addresses: list[AddrInfoType], **_: object) -> socket.socket:
                first.append(str(addresses[0][4][0]))
                return await start_connection(told[:1])

            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
            monkeypatch.setattr("understudy.providers.pool.start_connection", started)
            pool, origin = Pool(), Origin(False, "models.test", port)
            for _ in range(4):
                await pool.open(origin, 5.0)
            await pool.close()

    asyncio.run(run())
    assert looked == ["models.test"]
    assert first == ["127.0.0.2", "127.0.0.1"] * 2


def test_a_place_that_is_not_there_or_never_accepts() -> None:
    async def run() -> None:
        pool = Pool()
        with pytest.raises(OSError, match="Connect"):
            await pool.open(base_of(closed_url()).origin, 5.0)
        with full() as url, pytest.raises(TimeoutError):
            await pool.open(base_of(url).origin, 0.1)
        await pool.close()

    asyncio.run(run())
