"""The fast transport: our own HTTP/1.1 client, for a request path that is measured in microseconds.

Redirects are never followed (a POST must not wander), no cookie is kept, the environment's proxies are not read, and
answers are asked for uncompressed so that a stream's bytes can go on as they came. Satisfies ports.Upstream.
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from understudy.ports import UpstreamCall
from understudy.providers.calling import MAX_ANSWER_BYTES, broken, headers_of, host_of
from understudy.providers.connection import FastAnswer, Stale
from understudy.providers.pool import Origin, Pool

# What a request line may hold as it is.
_UNSAFE = re.compile(r"[^!-~]+")
_PORTS = {"http": 80, "https": 443}


class Base(NamedTuple):
    """The beginning of the URLs of one place; `host` as its header says it."""

    origin: Origin
    path: str
    host: str


@lru_cache(maxsize=4_096)
def base_of(url: str) -> Base:
    """Where a URL leads; a ValueError for what is none."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("its address is no http or https URL")
    if parts.username is not None:
        raise ValueError("its address holds a user's name, which is not sent: give what opens it as a secret")
    name = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
    usual = _PORTS[parts.scheme]
    written = f"[{name}]" if ":" in name else name
    host = written if parts.port in (None, usual) else f"{written}:{parts.port}"
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return Base(Origin(parts.scheme == "https", name, parts.port or usual), path, host)


def head_of(method: str, path: str, host: str, headers: Mapping[str, str], length: int | None) -> bytes:
    """The head of a request; a ValueError where a header would become two."""
    path = _UNSAFE.sub(lambda found: quote(found[0]), path)
    lines = [f"{method} {path if path.startswith('/') else '/' + path} HTTP/1.1", f"host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append("accept: */*")
    if length is not None:
        lines.append(f"content-length: {length}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1 or "\0" in head:
        raise ValueError("a header holds a line break")
    return (head + "\r\n\r\n").encode()


class FastTransport:
    """The pool of one worker: `async with` opens and closes it. `secrets` are by the names that endpoints give."""

    def __init__(self, secrets: Mapping[str, str], *, max_answer_bytes: int = MAX_ANSWER_BYTES) -> None:
        self._secrets = secrets
        self._limit = max_answer_bytes
        self._pool: Pool | None = None

    async def __aenter__(self) -> "FastTransport":
        self._pool = Pool()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def send(self, call: UpstreamCall) -> FastAnswer:
        """Send a call and wait for its headers."""
        url = call.endpoint.url + call.path
        headers = headers_of(call, url, self._secrets)
        try:
            base = base_of(call.endpoint.url)
            body = call.body or None
            return await self._ask(base, call.method, base.path + call.path, headers, body, call.connect_timeout_s)
        except (OSError, ValueError) as error:
            raise broken(host_of(url), error) from error

    async def get(self, url: str, headers: dict[str, str], timeout_s: float) -> tuple[int, bytes]:
        """A small GET, read whole, within a time-out."""
        try:
            async with asyncio.timeout(timeout_s):
                base = base_of(url)
                answer = await self._ask(base, "GET", base.path, headers, None, timeout_s)
                try:
                    return answer.status, await answer.read()
                finally:
                    answer.close()
        except (OSError, ValueError) as error:
            raise broken(host_of(url), error) from error

    async def _ask(
        self, base: Base, method: str, path: str, headers: Mapping[str, str], body: bytes | None, connect_s: float
    ) -> FastAnswer:
        if self._pool is None:
            raise RuntimeError("the transport is used outside its 'async with'")
        origin, _, host = base
        length = len(body) if body is not None else 0 if method in ("POST", "PUT", "PATCH") else None
        head = head_of(method, path, host, headers, length)
        kept = self._pool.take(origin)
        if kept is not None:
            # Some servers close after every so many requests: once more, on a new connection.
            with contextlib.suppress(Stale):
                return await kept.ask(head, body or b"", host, limit=self._limit)
        connection = await self._pool.open(origin, connect_s)
        return await connection.ask(head, body or b"", host, limit=self._limit)
