"""`understudy serve` as a process of its own, for whoever drives it from outside over HTTP."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

# A machine that is busy with other things takes long to start a server; one that cannot start ends at once.
READY_S = 120.0


class NotUp(Exception):
    """The server did not come up; the message says where the reason stands."""


@contextlib.asynccontextmanager
async def served(config: Path, port: int, log_path: Path) -> AsyncIterator[str]:
    """The server of a configuration, up, at its address; stopped on the way out."""
    url = f"http://127.0.0.1:{port}"
    with log_path.open("wb") as log:
        command = [sys.executable, "-m", "understudy", "serve", "--config", str(config)]
        server = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
        try:
            await _until_ready(url, server, log_path)
            yield url
        finally:
            if server.returncode is None:
                server.send_signal(signal.SIGTERM)
                await server.wait()


async def _until_ready(url: str, server: asyncio.subprocess.Process, log_path: Path) -> None:
    deadline = time.monotonic() + READY_S
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < deadline:
            if server.returncode is not None:
                raise NotUp(f"the server ended at once; {log_path} has the reason")
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)
    raise NotUp(f"the server was not up within {READY_S:g} s; see {log_path}")
