"""Installing the clients at the versions that were tried, into a folder of their own: by npm, and by pip for one."""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from understudy.conformance.clients.table import Client

# The largest has native parts of 200 MB.
INSTALL_S = 900.0


class NotInstalled(Exception):
    """An installer failed; the message has its last words."""


async def install(clients: Sequence[Client], folder: Path) -> None:
    """Install these clients below `folder`; a NotInstalled if that fails."""
    packages = [client.package for client in clients if client.installer == "npm"]
    if packages:
        npm = shutil.which("npm")
        if npm is None:
            raise NotInstalled("npm is not on the PATH; install Node.js 20 or newer")
        await _done([npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *packages])
    for client in clients:
        if client.installer == "pip":
            # An environment of its own: its dependencies are pinned, and are not this project's.
            await _done([sys.executable, "-m", "venv", str(folder)])
            await _done([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", client.package])


async def _done(command: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(INSTALL_S):
            printed, _ = await process.communicate()
    except TimeoutError:
        raise NotInstalled(f"{' '.join(command)} was not done within {INSTALL_S:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotInstalled(f"{' '.join(command)} failed: {printed.decode('utf-8', 'replace').strip()[-500:]}")
