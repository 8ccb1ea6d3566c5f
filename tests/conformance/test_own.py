"""Understudy is judged by the command that judges others, in a process of its own; the exit code tells."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from understudy.conformance.answers import Question, Wire
from understudy.conformance.asking import Got, asked
from understudy.conformance.own import MODEL, own_gateway
from understudy.conformance.upstream import FORMS, LATE_S, WIRES, scripted

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "conformance.md"
# All cells take a tenth of it on a machine that has nothing else to do.
PATIENCE_S = 550
COMMAND = [sys.executable, "-m", "understudy", "conformance"]


def test_understudy_agrees_in_every_cell(tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    told = ["--json", str(tmp_path / "cells.json"), "--markdown", str(table)]
    done = subprocess.run([*COMMAND, "--check", *told], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stdout + done.stderr
    cells = json.loads((tmp_path / "cells.json").read_bytes())["cells"]
    assert len(cells) == 1_649
    assert "1649 of 1649 cells agree" in done.stdout
    assert table.read_text(encoding="utf-8") in PAGE.read_text(encoding="utf-8")


def test_a_gateway_that_is_not_there_fails_the_check() -> None:
    done = subprocess.run(
        [*COMMAND, "--url", "http://127.0.0.1:9", "--check", "--only", "text", "--dialect", "chat"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 1
    assert "chat <- chat, text, whole: no answer: ClientConnectorError" in done.stdout
    assert "0 of 2 cells agree" in done.stdout


@pytest.mark.parametrize(
    ("told", "remedy"),
    [
        (("--model", "{upstream}-any"), "{upstream}"),
        (("--only", "storm"), "inband-first"),
        (("--dialect", "morse"), "converse"),
    ],
)
def test_what_means_nothing_is_refused_with_the_remedy(told: tuple[str, str], remedy: str) -> None:
    done = subprocess.run([*COMMAND, *told], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert remedy in done.stderr


@pytest.mark.parametrize("wire", [*WIRES, *FORMS.values()], ids=lambda wire: wire.name)
def test_S1_a_silence_is_broken_before_the_failure_where_a_dialect_can(wire: Wire) -> None:
    async def run() -> Got:
        async with scripted(0, 5.0) as script, own_gateway(script.url) as url, aiohttp.ClientSession() as session:
            model = MODEL.format(upstream="messages", scenario="inband-late")
            return await asked(session, url, wire.ask(Question(model, "How is the harbour?", True)))

    got = asyncio.run(run())
    # In an array nothing may stand before the first element: the status is kept back.
    assert (got.status == 200) is (wire.name != "gemini-array")
    # Without the first sign of life nothing would have begun before the failure.
    assert got.silent_s < LATE_S
