"""The tree of commands: what a newcomer reads first."""

import re
from collections.abc import Iterator
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from understudy.cli.main import app

RUNNER = CliRunner(env={"TERM": "dumb", "COLUMNS": "100", "NO_COLOR": "1"})


def names(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from names(below, *path, name)


def test_the_version_is_told() -> None:
    done = RUNNER.invoke(app, ["--version"])
    assert (done.exit_code, done.output) == (0, f"understudy {version('understudy')}\n")


@pytest.mark.parametrize("path", list(names(get_command(app))), ids=" ".join)
def test_every_help_is_whole_and_broken_where_the_screen_ends(path: tuple[str, ...]) -> None:
    done = RUNNER.invoke(app, [*path, "--help"], prog_name="understudy")
    assert done.exit_code == 0
    usage, text = done.output.split("╭─", 1)[0].strip().split("\n", 1)
    assert "_" not in usage, "arguments are named for people"
    assert text.strip(), "what it is for"
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip()]
        for line, following in pairwise(lines):
            if not following.startswith("•"):
                assert len(line) + len(following.split()[0]) > 90, f"{line!r} ends early"
