"""`understudy conformance --clients` in a process of its own: with a simulated client, and with none installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conformance.clients import simulated
from tests.journeys.house import PATIENCE_S

COMMAND = [sys.executable, "-m", "understudy", "conformance", "--clients"]


def told(*options: str, path: str = os.defpath) -> "subprocess.CompletedProcess[str]":
    environ = {"PATH": path, "COLUMNS": "200"}
    return subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=PATIENCE_S, env=environ)


def test_a_client_that_is_there_fills_its_row(tmp_path: Path) -> None:
    simulated.install(tmp_path)
    files = ["--json", str(tmp_path / "cells.json"), "--markdown", str(tmp_path / "table.md")]
    done = told("--folder", str(tmp_path), "--only", "claude-code", "--check", *files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 of 10 tasks done" in done.stdout
    assert len(json.loads((tmp_path / "cells.json").read_bytes())["cells"]) == 10
    row = (tmp_path / "table.md").read_text(encoding="utf-8").splitlines()[-1]
    assert row == "| claude-code (messages) | 2/2 | 2/2 | 2/2 | 2/2 | 2/2 |"


def test_a_client_that_is_not_there_fails_the_check_and_is_told(tmp_path: Path) -> None:
    url = ["--url", "http://127.0.0.1:9"]
    done = told("--folder", str(tmp_path), "--only", "aider", "--check", *url, path=str(tmp_path))
    assert done.returncode == 1
    assert "0/2 (text, tool)" in done.stdout
    assert "not installed; pip install aider-chat==" in done.stdout
    assert "0 of 10 tasks done" in done.stdout


def test_what_makes_no_sense_is_refused_with_the_remedy() -> None:
    for options, remedy in (
        (["--only", "vim"], "Known: claude-code"),
        (["--model", "any"], "{upstream}"),
        (["--install"], "--folder"),
    ):
        done = told(*options)
        assert done.returncode == 2
        assert remedy in done.stderr
