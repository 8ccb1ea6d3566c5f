"""A load generator: so many requests, so many at a time, over keep-alive connections of its own."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

HOST = "127.0.0.1"
# A benchmark request that takes longer than this has failed.
TIMEOUT_S = 30.0


@dataclass
class Load:
    """What the generator saw; latencies in milliseconds."""

    seconds: float = 0.0
    bad: int = 0
    latencies_ms: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The latency below which that share of the requests stayed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


async def run(port: int, path: str, body: bytes, *, count: int, at_once: int) -> Load:
    """Send `count` requests over `at_once` connections."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body
    load, left = Load(), iter(range(count))
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(_caller(port, request, left, load))
    load.seconds = time.perf_counter() - begun
    return load


async def _caller(port: int, request: bytes, left: Iterator[int], load: Load) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        for _ in left:
            begun = time.perf_counter()
            writer.write(request)
            async with asyncio.timeout(TIMEOUT_S):
                good = await _answer(reader)
            load.latencies_ms.append((time.perf_counter() - begun) * 1000)
            load.bad += not good
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
    else:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return b" 200 " in head.split(b"\r\n", 1)[0]
