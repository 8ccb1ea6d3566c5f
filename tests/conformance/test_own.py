"""Understudy is judged by the command that judges others, in a process of its own; the exit code tells."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "conformance.md"
COMMAND = [sys.executable, "-m", "understudy", "conformance"]


def test_understudy_agrees_in_every_cell(tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    told = ["--json", str(tmp_path / "cells.json"), "--markdown", str(table)]
    done = subprocess.run([*COMMAND, "--check", *told], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    cells = json.loads((tmp_path / "cells.json").read_bytes())["cells"]
    assert len(cells) == 1_458
    assert "1458 of 1458 cells agree" in done.stdout
    assert table.read_text(encoding="utf-8") in PAGE.read_text(encoding="utf-8")


def test_a_gateway_that_is_not_there_fails_the_check() -> None:
    done = subprocess.run(
        [*COMMAND, "--url", "http://127.0.0.1:9", "--check", "--only", "text", "--dialect", "chat"],
        capture_output=True,
        text=True,
        timeout=120,
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
    done = subprocess.run([*COMMAND, *told], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert remedy in done.stderr
