"""Connections to upstreams, kept for the next call: by origin, the newest first, none longer than KEEP_ALIVE_S.

There is no cap on those in use: each belongs to a request that was admitted, and the pool must never be the queue.
Names are looked up once in RESOLVED_S, their addresses taken in turn, and the next one is tried soon after the first.
"""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from functools import partial
from typing import NamedTuple

from aiohappyeyeballs import AddrInfoType, start_connection

from understudy.providers.calling import KEEP_ALIVE_S
from understudy.providers.connection import Connection

# How many idle connections an origin keeps: more than its load swings by within KEEP_ALIVE_S.
MAX_IDLE = 512
# How often it is looked for connections that have been idle too long.
REAP_S = 5.0
# How long an address is believed: a moved service is found again within seconds.
RESOLVED_S = 10.0
# When the next address is tried while the first has not answered (RFC 8305 recommends 250 ms).
NEXT_ADDRESS_S = 0.25


class Origin(NamedTuple):
    """Where connections lead: those to one origin are alike."""

    secure: bool
    host: str
    port: int


class Pool:
    """The connections of one transport; whoever opens it closes it."""

    def __init__(self) -> None:
        self._idle: dict[Origin, deque[Connection]] = {}
        self._all: set[Connection] = set()
        self._resolved: dict[Origin, tuple[float, deque[AddrInfoType]]] = {}
        self._tls: ssl.SSLContext | None = None
        self._reaper: asyncio.TimerHandle | None = None

    def take(self, origin: Origin) -> Connection | None:
        """An idle connection, or None."""
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.open:
                return connection
        return None

    async def open(self, origin: Origin, connect_s: float) -> Connection:
        """A new connection, within so many seconds; an OSError if there is none."""
        async with asyncio.timeout(connect_s):
            addresses = await self._addresses(origin)
            sock = await start_connection(addresses, happy_eyeballs_delay=NEXT_ADDRESS_S, interleave=1)
            with contextlib.ExitStack() as failed:
                failed.callback(sock.close)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                _, connection = await asyncio.get_running_loop().create_connection(
                    partial(Connection, partial(self._free, origin), self._all.discard),
                    sock=sock,
                    ssl=self._context() if origin.secure else None,
                    server_hostname=origin.host if origin.secure else None,
                )
                failed.pop_all()
        self._all.add(connection)
        return connection

    async def close(self) -> None:
        """Cut all connections."""
        if self._reaper is not None:
            self._reaper.cancel()
        for connection in tuple(self._all):
            connection.abort()
        self._idle.clear()
        # Their ends are told in the next turn of the loop.
        await asyncio.sleep(0)

    def _free(self, origin: Origin, connection: Connection) -> None:
        idle = self._idle.setdefault(origin, deque())
        if len(idle) >= MAX_IDLE:
            idle.popleft().abort()
        loop = asyncio.get_running_loop()
        connection.idle_since_s = loop.time()
        idle.append(connection)
        if self._reaper is None:
            self._reaper = loop.call_later(REAP_S, self._reap)

    def _reap(self) -> None:
        loop = asyncio.get_running_loop()
        oldest_s = loop.time() - KEEP_ALIVE_S
        for origin, idle in tuple(self._idle.items()):
            while idle and (idle[0].idle_since_s < oldest_s or not idle[0].open):
                idle.popleft().abort()
            if not idle:
                del self._idle[origin]
        self._reaper = loop.call_later(REAP_S, self._reap) if self._idle else None

    async def _addresses(self, origin: Origin) -> list[AddrInfoType]:
        loop = asyncio.get_running_loop()
        until_s, known = self._resolved.get(origin, (0.0, deque()))
        if loop.time() >= until_s:
            found = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
            known = deque(found)
            self._resolved[origin] = (loop.time() + RESOLVED_S, known)
        known.rotate(-1)
        return list(known)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            # Reading the machine's certificates takes milliseconds: once.
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls
