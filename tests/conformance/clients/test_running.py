"""One run of a client: an empty home, what it printed, made and came to; nothing of it is left behind."""

import asyncio
import contextlib
import dataclasses
import os
import stat
import sys
from pathlib import Path

import pytest
from tests.conformance.clients import simulated
from tests.journeys.house import eventually

from understudy.conformance.clients import running
from understudy.conformance.clients.running import NOWHERE, Ran, program, run
from understudy.conformance.clients.table import CLIENTS, Client
from understudy.conformance.clients.tasks import PROMPTS, grown

CLAUDE = next(client for client in CLIENTS if client.name == "claude-code")
SHOW = """\
import os, pathlib, sys
print(sys.argv[1:], sorted(p.name for p in pathlib.Path(os.environ["HOME"]).iterdir()), dict(os.environ))
print(pathlib.Path("seed.txt").read_text(), file=sys.stderr)
pathlib.Path("made.txt").write_text("grown from " + pathlib.Path("seed.txt").read_text())
sys.exit(int("auth" in sys.argv and 5))
"""


def client(folder: Path, **fields: object) -> Client:
    """A simulated client that tells what it was given."""
    path = folder / "bin" / "shown"
    path.parent.mkdir()
    path.write_text(f"#!{sys.executable}\n{SHOW}", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    told = {"program": "shown", "command": ("-p", "{prompt}", "{model}"), "files": {}, "environ": {}, **fields}
    return dataclasses.replace(CLAUDE, **told)  # type: ignore[arg-type]


def ran(one: Client, folder: Path) -> Ran:
    at = program(one, folder)
    assert at is not None
    return asyncio.run(run(one, at, "text", "seed-1", url="http://gateway:1", model="a/b"))


def test_a_client_has_what_its_row_says_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "mine")
    one = client(tmp_path, files={"a.json": '{"u": "{url}"}'}, environ={"U": "{url}/v1", "F": "{home}/a.json"})
    done = ran(one, tmp_path)
    assert (done.status, done.made) == (0, grown("seed-1") + "\n")
    assert repr(["-p", PROMPTS["text"], "a/b"]) in done.printed
    assert "['a.json']" in done.printed
    assert "'U': 'http://gateway:1/v1'" in done.printed
    assert "seed-1" in done.printed
    assert "mine" not in done.printed
    # What is for the gateway goes there, all else nowhere.
    assert "'NO_PROXY': '127.0.0.1,localhost,gateway'" in done.printed
    assert f"'HTTPS_PROXY': '{NOWHERE}'" in done.printed


def test_a_setup_that_fails_ends_the_run(tmp_path: Path) -> None:
    done = ran(client(tmp_path, setup=("auth", "{key}")), tmp_path)
    assert done.status == 5
    assert PROMPTS["text"] not in done.printed


def gone(child: int) -> bool:
    """Whether a process has ended, be it that nobody has asked for its status yet."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{child}/stat").read_text(encoding="utf-8").split()[2] == "Z"
    return True


def test_a_client_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "RUN_S", 3.0)
    simulated.install(tmp_path, hangs=True)
    at = program(CLAUDE, tmp_path)
    assert at is not None
    assert asyncio.run(run(CLAUDE, at, "text", "seed-1", url="http://127.0.0.1:9", model="m")) == Ran(None, "", "")
    child = int((tmp_path / "bin" / "child").read_text(encoding="utf-8"))
    eventually(lambda: gone(child))


def test_a_folder_is_looked_into_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = client(tmp_path)
    assert program(one, tmp_path) == tmp_path / "bin" / "shown"
    assert program(one, None) is None
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.defpath}")
    assert program(one, None) == tmp_path / "bin" / "shown"
    npm = tmp_path / "node_modules" / ".bin" / "shown"
    npm.parent.mkdir(parents=True)
    npm.symlink_to(tmp_path / "bin" / "shown")
    assert program(one, tmp_path) == npm
