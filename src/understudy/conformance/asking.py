"""One request of a client, and all that came of it. Nothing here knows what is right."""

import asyncio
from dataclasses import dataclass, field

import aiohttp

from understudy.conformance.answers import Asked


@dataclass
class Got:
    """What came: `torn` where the connection broke off, `lost` where no answer came at all.

    `silent_s` is the longest that the client heard nothing once the answer had begun.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    torn: bool = False
    lost: str = ""
    silent_s: float = 0.0


async def asked(session: aiohttp.ClientSession, url: str, request: Asked, *, leave_at: bytes | None = None) -> Got:
    """Ask and read to the end; or leave once these bytes came."""
    got = Got()
    try:
        async with session.post(url + request.path, json=request.body, headers=request.headers) as response:
            got.status = response.status
            got.headers = {name.lower(): value for name, value in response.headers.items()}
            await _read(response, got, leave_at)
    except aiohttp.ClientPayloadError:
        got.torn = True
    except (aiohttp.ClientError, TimeoutError) as error:
        got.lost = type(error).__name__
    return got


async def _read(response: aiohttp.ClientResponse, got: Got, leave_at: bytes | None) -> None:
    clock = asyncio.get_running_loop().time
    heard_s = clock()
    async for data in response.content.iter_any():
        now_s = clock()
        got.silent_s, heard_s = max(got.silent_s, now_s - heard_s), now_s
        got.body += data
        if leave_at is not None and leave_at in got.body:
            response.close()
            return
