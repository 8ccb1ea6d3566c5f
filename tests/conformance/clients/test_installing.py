"""Installing, with installers that fail: what they said last is told."""

import asyncio
import os
from pathlib import Path

import pytest

from understudy.conformance.clients import installing
from understudy.conformance.clients.installing import NotInstalled, install
from understudy.conformance.clients.table import CLIENTS

NPM = [client for client in CLIENTS if client.installer == "npm"]


def npm(folder: Path, script: str) -> str:
    """A PATH with a simulated npm."""
    path = folder / "npm"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return f"{folder}{os.pathsep}{os.defpath}"


def test_all_of_npm_are_installed_at_once_at_their_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", npm(tmp_path, f'echo "$@" > {tmp_path}/asked'))
    asyncio.run(install(NPM, tmp_path / "clients"))
    asked = (tmp_path / "asked").read_text(encoding="utf-8").split()
    assert asked[asked.index("--prefix") + 1] == str(tmp_path / "clients")
    assert asked[-len(NPM) :] == [client.package for client in NPM]


def test_nothing_is_asked_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    asyncio.run(install([], tmp_path))


def test_what_an_installer_said_last_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", npm(tmp_path, "echo no such package; exit 1"))
    with pytest.raises(NotInstalled, match="failed: no such package"):
        asyncio.run(install(NPM[:1], tmp_path))


def test_an_installer_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", npm(tmp_path, "exec sleep 60"))
    monkeypatch.setattr(installing, "INSTALL_S", 0.3)
    with pytest.raises(NotInstalled, match=r"not done within 0\.3 s"):
        asyncio.run(install(NPM[:1], tmp_path))


def test_without_npm_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match=r"install Node\.js"):
        asyncio.run(install(NPM[:1], tmp_path))
