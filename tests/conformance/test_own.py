"""Understudy is judged by the command that judges others, in a process of its own; the exit code tells."""

import json
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "understudy", "conformance"]


def test_understudy_agrees_in_every_cell(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--check", "--json", str(tmp_path / "cells.json")], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    cells = json.loads((tmp_path / "cells.json").read_bytes())["cells"]
    assert len(cells) == 256
    assert "256 of 256 cells agree" in done.stdout


def test_a_gateway_that_is_not_there_fails_the_check() -> None:
    done = subprocess.run(
        [*COMMAND, "--url", "http://127.0.0.1:9", "--check"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "no answer" in done.stdout


def test_a_pattern_that_is_none_is_refused_with_the_remedy() -> None:
    done = subprocess.run([*COMMAND, "--model", "{nobody}"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "{upstream}" in done.stderr
