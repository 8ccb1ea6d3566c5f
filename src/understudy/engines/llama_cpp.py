"""llama.cpp's own server out of the wheel `xllamacpp`, in a process of its own, on loopback and behind a key.

The wheel runs the server on threads of whatever process loads it; here that is a child (`python -m
understudy.engines.llama_cpp`), so that a crash of native code is a dead child and not a dead parent. The key reaches
the child through its standard input: arguments and environments can be read by others.
"""

import argparse
import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HOST = "127.0.0.1"
# A server is up within half a second for a small model; a 70B model read from a cold disk takes minutes.
START_TIMEOUT_S = 300.0
POLL_S = 0.02
# llama.cpp's log at this level holds warnings and errors, and not a line for every request.
QUIET = 1
STOP_S = 5.0
# How much of a dead engine's log an error shows: its reason stands at the end.
LAST_WORDS_CHARS = 2_000
# The engine is on loopback, whatever proxy the environment names.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class EngineFailed(Exception):
    """The engine did not come up; the message has its own last words."""


class LlamaCpp:
    """One running server. `url` is its OpenAI-compatible base; `with` stops it."""

    def __init__(
        self, model: Path, *, key: str, slots: int = 4, context: int = 1024, threads: int | None = None
    ) -> None:
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}/v1"
        command = [sys.executable, "-m", "understudy.engines.llama_cpp", str(model), "--port", str(self.port)]
        command += ["--slots", str(slots), "--context", str(context)]
        if threads is not None:
            command += ["--threads", str(threads)]
        # A file and not a pipe: nobody reads along, and a full pipe would stop the engine.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  (open for as long as the engine)
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._words)
        if self._process.stdin is None:
            raise EngineFailed("the engine's process has no standard input to take its key from")
        self._process.stdin.write(key.encode() + b"\n")
        self._process.stdin.flush()

    def __enter__(self) -> "LlamaCpp":
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            self._wait()
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server; killed if it does not go by itself."""
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._words.close()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise EngineFailed(f"llama.cpp ended with status {self._process.returncode}: {self._last_words()}")
            if self._healthy():
                return
            time.sleep(POLL_S)
        raise EngineFailed(f"llama.cpp was not up within {START_TIMEOUT_S:g} s")

    def _last_words(self) -> str:
        self._words.seek(0)
        return self._words.read().decode(errors="replace")[-LAST_WORDS_CHARS:].strip()

    def _healthy(self) -> bool:
        try:
            with _DIRECT.open(f"http://{HOST}:{self.port}/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def build_of(model: Path) -> str:
    """The build of a GGUF file: its digest, so that other weights are another hypothesis."""
    whole = hashlib.sha256()
    with model.open("rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return f"gguf-sha256:{whole.hexdigest()[:16]}"


def free_port() -> int:
    """A port of this machine that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def serve(arguments: argparse.Namespace) -> None:
    """Run the server in this process until standard input closes: the parent's end is ours."""
    import xllamacpp  # noqa: PLC0415  (an extra, loaded in the child alone)

    key = sys.stdin.readline().strip()
    params = xllamacpp.CommonParams()
    params.model.path = arguments.model
    params.hostnames = [HOST]
    params.port = arguments.port
    params.api_keys = [key]
    params.n_parallel = arguments.slots
    params.n_ctx = arguments.context * arguments.slots
    if arguments.threads is not None:
        params.cpuparams.n_threads = arguments.threads
        params.cpuparams_batch.n_threads = arguments.threads
    params.use_jinja = True
    params.ui = False
    params.verbosity = QUIET
    params.warmup = True
    server = xllamacpp.Server(params)
    while sys.stdin.readline():
        pass
    # Not by way of the server's destructor: it may wait for ever for a thread of its own that is still starting up.
    os._exit(0 if server else 1)


def parser() -> argparse.ArgumentParser:
    """The child's own command line."""
    parsing = argparse.ArgumentParser(description="llama.cpp's server on loopback; the key comes on standard input.")
    parsing.add_argument("model", help="a GGUF file")
    parsing.add_argument("--port", type=int, required=True)
    parsing.add_argument("--slots", type=int, default=4, help="requests answered at a time")
    parsing.add_argument("--context", type=int, default=1024, help="tokens of context for each slot")
    parsing.add_argument("--threads", type=int, help="llama.cpp's own choice where it is left out")
    return parsing


if __name__ == "__main__":
    serve(parser().parse_args())
