"""Media fetched on aiohttp, from where `reach` allows it. Satisfies ports.Fetcher.

Every hop is judged anew: its URL, then every address that its name stands for, looked up once; the connection goes to
the addresses that were judged, and no name is looked up again, so that a name which changes its mind (DNS rebinding)
gains nothing. Redirects are followed by hand. No proxy, no cookie, nothing of the caller goes along. A body is counted
while it is read, comes uncompressed or not at all, and is what its own bytes say, not what its headers say. What is
told of a failure is told to a caller: never an address, never a word of an answer.
"""

import asyncio
import base64
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from types import TracebackType

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from understudy.canon.faults import Fault, bad_request
from understudy.canon.parts import Inline
from understudy.dialects.media import sniffed
from understudy.ports import Wanted
from understudy.providers.reach import MediaSpec, Reach, Refused, host_of

log = logging.getLogger(__name__)
# As many as the most generous API takes in one request.
MAX_URLS = 100
# Fetches at a time in one worker: what a burst of requests holds in memory and sockets; more wait, within their time.
MAX_AT_ONCE = 16
# Names looked up at a time, on threads of their own: a slow name server must not hold up the names of models.
MAX_LOOKUPS = 8
# From http to https, from a name to another, to where the bytes are: hosts of media need three at most.
MAX_REDIRECTS = 5
# How much one read takes from the socket at most.
READ_BYTES = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {"accept": "image/png, image/jpeg, image/gif, image/webp, application/pdf", "accept-encoding": "identity",
            "user-agent": "understudy"}  # fmt: skip
# The addresses that a name stands for.
Lookup = Callable[[str], Awaitable[Sequence[str]]]


class _Room:
    """How many bytes a request's media may still have."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._left = max_bytes

    def take(self, count: int) -> None:
        """So many have come."""
        self.check(count)
        self._left -= count

    def check(self, count: int) -> None:
        """Refused where so many more are too many."""
        if count > self._left:
            raise Refused(f"a request's media may have {self._max_bytes} bytes together (media.max_bytes)")


class _Pinned(AbstractResolver):
    """Gives the addresses that were judged, whatever name it is asked for."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


class AiohttpFetcher:
    """The fetcher of one worker: `async with` opens and closes it. `lookup` is the machine's own if none is given."""

    def __init__(self, spec: MediaSpec, lookup: Lookup | None = None) -> None:
        self._spec = spec
        self._reach = Reach(spec)
        self._lookup = lookup or self._looked_up
        self._threads = ThreadPoolExecutor(MAX_LOOKUPS, "lookup")
        self._slots = asyncio.Semaphore(MAX_AT_ONCE)

    async def __aenter__(self) -> "AiohttpFetcher":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def fetch(self, wanted: Sequence[Wanted]) -> list[Inline]:
        """All of it at the same time; the first that fails ends the others."""
        if len(wanted) > MAX_URLS:
            path = wanted[MAX_URLS].path
            raise bad_request(f"{path}: media at {MAX_URLS} URLs at most are fetched for one request", path)
        room, deadline = _Room(self._spec.max_bytes), asyncio.get_running_loop().time() + self._spec.timeout_s
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._one(one, room, deadline)) for one in wanted]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _one(self, wanted: Wanted, room: _Room, deadline: float) -> Inline:
        try:
            async with asyncio.timeout_at(deadline), self._slots:
                data = await self._followed(wanted.url, room)
            media_type = sniffed(data)
            if media_type is None or media_type.startswith("image/") != (wanted.kind == "image"):
                fitting = "a PNG, JPEG, GIF or WebP" if wanted.kind == "image" else "a PDF"
                raise Refused(f"what lies there is not {fitting}, by its own bytes")
        except TimeoutError:
            raise _fault(wanted, f"it did not come within {self._spec.timeout_s:g} s (media.timeout_s)") from None
        except Refused as why:
            raise _fault(wanted, str(why)) from None
        return Inline(media_type, base64.b64encode(data).decode())

    async def _followed(self, written: str, room: _Room) -> bytes:
        """The bytes at a URL, or where it redirects to."""
        url = _parsed(written)
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._hop(url, await self._addresses(url), room)
            if isinstance(answer, bytes):
                return answer
            url = answer
        raise Refused(f"it redirects more than {MAX_REDIRECTS} times")

    async def _addresses(self, url: URL) -> Sequence[str]:
        """The addresses of a URL's host, each of which may be connected to; Refused if one may not."""
        named, host = self._reach.check(url), host_of(url)
        try:
            found = await self._lookup(host)
        except (OSError, ValueError):
            found = ()
        barred = [address for address in found if not self._reach.admits(address, named=named)]
        if barred:
            log.warning("media at %r are not fetched: %s is not public, and not in media.private", host, barred[0])
        if barred or not found:
            # One wording for both: what names exist inside is nobody's business.
            raise Refused("its host has no address that media may be fetched from")
        return found

    async def _looked_up(self, host: str) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _lookup, host)

    async def _hop(self, url: URL, addresses: Sequence[str], room: _Room) -> bytes | URL:
        """The bytes that one place answers with, or where it sends to instead."""
        connector = aiohttp.TCPConnector(resolver=_Pinned(addresses), use_dns_cache=False, force_close=True)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=False,
                    trust_env=False,
                    timeout=aiohttp.ClientTimeout(total=None),
                ) as session,
                session.get(url, headers=_HEADERS, allow_redirects=False) as answer,
            ):
                if answer.status in _REDIRECTS:
                    return _redirected(url, answer.headers.get("location"))
                return await _body(answer, room)
        except (aiohttp.ClientError, OSError, ValueError):
            raise Refused("its host gave no whole answer") from None


def _lookup(host: str) -> Sequence[str]:
    return [str(place[0]) for *_, place in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


async def _body(answer: aiohttp.ClientResponse, room: _Room) -> bytes:
    if answer.status != 200:
        raise Refused(f"its host answered with status {answer.status}")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused("its host sends it compressed, unasked")
    room.check(answer.content_length or 0)
    parts = []
    async for data in answer.content.iter_chunked(READ_BYTES):
        room.take(len(data))
        parts.append(data)
    return b"".join(parts)


def _parsed(written: str) -> URL:
    try:
        return URL(written)
    except ValueError:
        raise Refused("it is no URL") from None


def _redirected(url: URL, location: str | None) -> URL:
    if location is None:
        raise Refused("its host redirects to nowhere")
    return url.join(_parsed(location))


def _fault(wanted: Wanted, why: str) -> Fault:
    return bad_request(
        f"{wanted.path}: the model takes no {wanted.kind} by its URL, and this one was not fetched: {why}; "
        f"send the {wanted.kind} itself",
        wanted.path,
    )
