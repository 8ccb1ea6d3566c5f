"""One client, one task: run in an empty home, to its end or its time, and what could be seen of it."""

import asyncio
import contextlib
import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from understudy.conformance.clients.table import Client
from understudy.conformance.clients.tasks import MADE_FILE, PROMPTS, SEED_FILE, Task

# The slowest client seen takes 15 s on two busy processors; one that retries an error for ever is ended here.
RUN_S = 120.0
# A port that nobody listens on: what a client sends elsewhere than to the gateway goes there.
NOWHERE = "http://127.0.0.1:9"
# Gateways without keys take any.
KEY = "sk-any"


@dataclass(frozen=True)
class Ran:
    """What a run came to: how it ended (None: not in time), all that it printed, and the file that its tool made."""

    status: int | None
    printed: str
    made: str


def program(client: Client, folder: Path | None) -> Path | None:
    """Where a client is installed: in a folder of `--install`, else on the PATH."""
    places = [] if folder is None else [folder / "node_modules" / ".bin", folder / "bin"]
    return next((Path(found) for place in (*places, None) if (found := shutil.which(client.program, path=place))), None)


async def run(client: Client, at: Path, task: Task, seed: str, *, url: str, model: str) -> Ran:
    """Run a client's task in a home of its own."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        home, work = Path(scratch) / "home", Path(scratch) / "work"
        words = {"{url}": url, "{key}": KEY, "{model}": model, "{prompt}": PROMPTS[task], "{home}": str(home)}
        home.mkdir()
        work.mkdir()
        (work / SEED_FILE).write_text(seed + "\n", encoding="utf-8")
        for name, text in client.files.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_filled(text, words), encoding="utf-8")
        environ = _environ(at, home, url) | {name: _filled(text, words) for name, text in client.environ.items()}
        printed = ""
        status: int | None = 0
        for command in filter(None, (client.setup, client.command)):
            status, text = await _ended([str(at), *(_filled(word, words) for word in command)], environ, work)
            printed += text
            if status != 0:
                break
        made = work / MADE_FILE
        return Ran(status, printed, made.read_text(encoding="utf-8", errors="replace") if made.is_file() else "")


def _environ(at: Path, home: Path, url: str) -> dict[str, str]:
    """Nothing of ours but where programs are; what is not for the gateway is for a proxy that is not there."""
    node = shutil.which("node")
    folders = [str(at.parent), *([str(Path(node).parent)] if node else []), os.defpath]
    return {
        "HOME": str(home),
        "PATH": os.pathsep.join(folders),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "CI": "1",
        "HTTP_PROXY": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
        "NODE_USE_ENV_PROXY": "1",
        "NO_PROXY": f"127.0.0.1,localhost,{urlsplit(url).hostname}",
    }


def _filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(name, word)
    return text


async def _ended(command: list[str], environ: dict[str, str], work: Path) -> tuple[int | None, str]:
    """Run a command to its end or its time; its whole process group ends with it."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environ,
        cwd=work,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=pipe,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    status: int | None = None
    printed = b""
    try:
        async with asyncio.timeout(RUN_S):
            printed, _ = await process.communicate()
            status = process.returncode
    except TimeoutError:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    return status, printed.decode("utf-8", "replace")
