"""`understudy bench gateway`: CPU of the whole server per request and per stream event, beside nginx's proxy_pass.

Same upstream, same load, same run, the systems in turn; several repeats, medians with their extremes. The generator is
plain Python, so requests per second would measure it and not the server: only CPU time and its ratio are printed.
"""

import asyncio
import contextlib
import json
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from understudy.bench import cpu, load
from understudy.bench.upstream import EVENTS
from understudy.engines.llama_cpp import free_port

UP_S = 30.0
CONNECTIONS = 32
REQUESTS = 3000
STREAMS = 300
QUICK = 5
PROMPT = "Say something about the weather in a small town by the sea, in a few words."

CONFIG = """\
server: {{host: 127.0.0.1, port: {port}}}
providers:
  canned: {{dialect: openai_chat, base_url: "http://127.0.0.1:{upstream}/v1", auth: none}}
  canned-messages: {{dialect: anthropic, base_url: "http://127.0.0.1:{upstream}/anthropic/v1", auth: none}}
models:
  - {{name: canned, provider: canned, model: m, price: {{input_usd: 1, output_usd: 2}}}}
  - {{name: translated, provider: canned-messages, model: m, price: {{input_usd: 1, output_usd: 2}}}}
routes:
  - {{name: plain, incumbent: canned}}
  - {{name: across, incumbent: translated}}
"""
NGINX = """\
worker_processes 1; daemon off; error_log stderr error; pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream up {{ server 127.0.0.1:{upstream}; keepalive 64; }}
  server {{ listen 127.0.0.1:{port}; location / {{
    proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }}
}}
"""


@dataclass(frozen=True)
class Scene:
    """One kind of load: `per` counts what CPU time is divided by for each request."""

    name: str
    model: str
    streamed: bool
    per: int

    def body(self) -> bytes:
        """The request's body."""
        messages = [{"role": "user", "content": PROMPT}]
        return json.dumps({"model": self.model, "messages": messages, "stream": self.streamed}).encode()


SCENES = (
    Scene("request", "plain", False, 1),
    Scene("stream event", "plain", True, EVENTS + 2),
    Scene("translated stream event", "across", True, EVENTS + 2),
)


@dataclass
class Row:
    """One scene of one system: CPU microseconds per unit of every repeat, and the requests that failed."""

    scene: str
    system: str
    cpu_us: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    bad: int = 0

    @property
    def median(self) -> float:
        """The middle repeat."""
        return statistics.median(self.cpu_us)


@dataclass(frozen=True)
class System:
    """Something that can be measured: how it starts, and which scenes it can play."""

    name: str
    command: Callable[[Path, int, int], list[str]]
    scenes: tuple[Scene, ...]


def _ours(folder: Path, port: int, upstream: int) -> list[str]:
    path = folder / "understudy.yaml"
    path.write_text(CONFIG.format(port=port, upstream=upstream), encoding="utf-8")
    return [sys.executable, "-m", "understudy", "serve", "--config", str(path)]


def _nginx(folder: Path, port: int, upstream: int) -> list[str]:
    path = folder / "nginx.conf"
    path.write_text(NGINX.format(folder=folder, port=port, upstream=upstream), encoding="utf-8")
    return [shutil.which("nginx") or "nginx", "-p", str(folder), "-c", str(path), "-e", "stderr"]


def systems() -> list[System]:
    """Ours, and nginx where it is installed."""
    found = [System("understudy", _ours, SCENES)]
    if shutil.which("nginx"):
        found.append(System("nginx", _nginx, SCENES[:2]))
    return found


def measure(*, repeats: int, quick: bool, tell: Callable[[str], None]) -> list[Row]:
    """Every scene of every system, `repeats` times in turn."""
    rows: dict[tuple[str, str], Row] = {}
    upstream = free_port()
    with _running([sys.executable, "-m", "understudy.bench.upstream", str(upstream)], upstream):
        for repeat in range(repeats):
            for system in systems():
                tell(f"repeat {repeat + 1} of {repeats}: {system.name}")
                with tempfile.TemporaryDirectory() as folder:
                    port = free_port()
                    with _running(system.command(Path(folder), port, upstream), port) as process:
                        for scene in system.scenes:
                            row = rows.setdefault((scene.name, system.name), Row(scene.name, system.name))
                            _one(row, scene, process.pid, port, quick=quick)
    return list(rows.values())


def _one(row: Row, scene: Scene, pid: int, port: int, *, quick: bool) -> None:
    count = (STREAMS if scene.streamed else REQUESTS) // (QUICK if quick else 1)
    body, path = scene.body(), "/v1/chat/completions"
    asyncio.run(load.run(port, path, body, count=CONNECTIONS * 2, at_once=CONNECTIONS))
    pids = cpu.tree(pid)
    before = cpu.spent_ns(pids)
    seen = asyncio.run(load.run(port, path, body, count=count, at_once=CONNECTIONS))
    row.cpu_us.append((cpu.spent_ns(pids) - before) / 1000 / count / scene.per)
    row.p50_ms.append(seen.percentile(0.5))
    row.bad += seen.bad


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A server, up; its whole tree is asked to end on the way out."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(UP_S)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(int(UP_S / 0.05)):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with status {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
            continue
        return
    raise RuntimeError(f"{process.args!r} was not up within {UP_S:g} s")


def versions() -> dict[str, str]:
    """What was measured where, for whoever wants to dispute it."""
    return {"python": platform.python_version(), "machine": platform.machine(), "kernel": platform.release()}
