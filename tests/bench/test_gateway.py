"""The benchmark runs, and its instruments measure what they say."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from understudy.bench import cpu, load
from understudy.bench.gateway import SCENES
from understudy.bench.upstream import CHAT, EVENTS, MESSAGES, Canned


def test_cpu_counts_the_whole_tree() -> None:
    burn = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) as process:
        begun = time.monotonic()
        seen = 0
        while seen < 200_000_000 and time.monotonic() - begun < 20:
            seen = max(seen, cpu.spent_ns(cpu.tree(process.pid)))
        assert seen >= 200_000_000
        assert process.stdin is not None
        process.stdin.close()
    assert os.getpid() in cpu.tree(os.getpid())


def test_the_load_generator_counts_failures_and_time() -> None:
    async def run() -> load.Load:
        server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            whole = await load.run(port, "/v1/chat/completions", b'{"stream":false}', count=20, at_once=4)
            await load.run(port, "/v1/chat/completions", b'{"stream":true}', count=2, at_once=2)
            return whole

    seen = asyncio.run(run())
    assert seen.bad == 0
    assert len(seen.latencies_ms) == 20
    assert seen.percentile(0.5) <= seen.percentile(0.99)


def test_the_canned_streams_have_the_events_that_they_are_divided_by() -> None:
    assert len(CHAT) == EVENTS + 2 == len(MESSAGES)
    assert {scene.per for scene in SCENES} == {1, EVENTS + 2}


def test_the_command_prints_figures_and_writes_json(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "understudy", "bench", "gateway", "--quick", "--check", "--json", "figures.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=550,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "--quick: a look, not a figure" in done.stdout
    rows = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["rows"]
    ours = {row["scene"]: row for row in rows if row["system"] == "understudy"}
    assert set(ours) == {scene.name for scene in SCENES}
    assert all(row["bad"] == 0 and row["cpu_us"][0] > 0 for row in ours.values())
