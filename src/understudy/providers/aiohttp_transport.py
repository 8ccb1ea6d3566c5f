"""The transport on aiohttp: every outgoing connection of a worker, one pool, owned here and closed here.

Redirects are never followed (a POST must not wander), no cookie is kept, the environment's proxies are not read, and
answers are asked for uncompressed so that a stream's bytes can go on as they came. Satisfies ports.Upstream.
"""

from collections.abc import AsyncIterator, Mapping
from types import TracebackType

import aiohttp
from yarl import URL

from understudy.ports import UpstreamCall
from understudy.providers.calling import (
    KEEP_ALIVE_S,
    MAX_ANSWER_BYTES,
    READ_BYTES,
    broken,
    headers_of,
    host_of,
    too_large,
)

# Connections at a time: above any worker's requests in flight, so that the pool is never the queue.
MAX_CONNECTIONS = 4_096


class AiohttpAnswer:
    """An answer whose headers have come."""

    def __init__(self, response: aiohttp.ClientResponse, host: str, limit: int) -> None:
        self._response = response
        self._host = host
        self._limit = limit
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives."""
        try:
            async for data in self._response.content.iter_any():
                yield data
        except (aiohttp.ClientError, OSError) as error:
            raise broken(self._host, error) from error

    async def read(self) -> bytes:
        """The whole body, up to the transport's limit."""
        parts: list[bytes] = []
        size = 0
        async for data in self.chunks():
            size += len(data)
            if size > self._limit:
                self.close()
                raise too_large(self._host, self._limit)
            parts.append(data)
        return b"".join(parts)

    def close(self) -> None:
        """Cut the connection unless the body was read to its end, in which case it went back to the pool."""
        self._response.close()


class AiohttpTransport:
    """The pool of one worker: `async with` opens and closes it. `secrets` are by the names that endpoints give."""

    def __init__(self, secrets: Mapping[str, str], *, max_answer_bytes: int = MAX_ANSWER_BYTES) -> None:
        self._secrets = secrets
        self._limit = max_answer_bytes
        self._session: aiohttp.ClientSession | None = None
        self._fresh: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "AiohttpTransport":
        self._session = _session(aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_S))
        self._fresh = _session(aiohttp.TCPConnector(limit=MAX_CONNECTIONS, force_close=True))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in (self._session, self._fresh):
            if session is not None:
                await session.close()

    async def send(self, call: UpstreamCall) -> AiohttpAnswer:
        """Send a call and wait for its headers."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=call.connect_timeout_s)
        url = call.endpoint.url + call.path
        headers = headers_of(call, url, self._secrets)
        return await self._ask(call.method, url, headers, call.body or None, timeout)

    async def get(self, url: str, headers: dict[str, str], timeout_s: float) -> tuple[int, bytes]:
        """A small GET, read whole, within a time-out."""
        answer = await self._ask("GET", url, headers, None, aiohttp.ClientTimeout(total=timeout_s))
        try:
            return answer.status, await answer.read()
        finally:
            answer.close()

    async def _ask(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, limits: aiohttp.ClientTimeout
    ) -> AiohttpAnswer:
        if self._session is None or self._fresh is None:
            raise RuntimeError("the transport is used outside its 'async with'")
        host = host_of(url)

        async def ask(session: aiohttp.ClientSession) -> aiohttp.ClientResponse:
            # The path is sent as it was written: a signature covers every byte of it.
            place = URL(url, encoded=True)
            return await session.request(
                method, place, data=body, headers=headers, timeout=limits, allow_redirects=False
            )

        try:
            try:
                response = await ask(self._session)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                # A kept connection that the upstream had closed meanwhile, before a byte of an answer: some servers
                # close after every so many requests. Once more, on a new connection; a refused one stays refused.
                if isinstance(error, aiohttp.ClientConnectorError):
                    raise
                response = await ask(self._fresh)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise broken(host, error) from error
        return AiohttpAnswer(response, host, self._limit)


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        # Callers share the pool; what an upstream sets for one of them must not come back from another.
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("accept-encoding", "user-agent"),
        timeout=aiohttp.ClientTimeout(total=None),
        read_bufsize=READ_BYTES,
    )
