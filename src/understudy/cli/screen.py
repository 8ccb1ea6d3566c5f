"""What commands share with each other: two consoles, the way to load a configuration, the way to give up."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from understudy.settings import Settings, load
from understudy.settings.file import DEFAULT_FILE
from understudy.settings.reading import ConfigError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
# Where nobody looks, in a pipe or a log, a table is not cut to a screen of 80.
WIDE = 200
if not out.is_terminal:
    out.width = WIDE
PIPE = Path("-")
EXIT_FAILED = 1
EXIT_UNUSABLE = 2

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration; ./understudy.yaml is used where there is one."),
]


def _to_pipe(to: Path | None) -> Path | None:
    """Where --json says: words leave standard output to the figures, and a folder that is missing is told at once."""
    if to == PIPE:
        out.file = sys.stderr
    elif to is not None and not to.parent.is_dir():
        raise typer.BadParameter(f"there is no folder '{to.parent}' to write {to.name!r} to")
    return to


JsonOption = Annotated[
    Path | None,
    typer.Option(
        "--json",
        callback=_to_pipe,
        help="Write the figures to this file besides; - is standard output, and words go to standard error.",
    ),
]


def write_json(to: Path | None, figures: object) -> None:
    """Write what a command found to where --json says, if it was said."""
    if to is None:
        return
    written = msgspec.json.encode(figures)
    try:
        if to == PIPE:
            sys.stdout.buffer.write(written + b"\n")
        else:
            to.write_bytes(written)
    except OSError as error:
        give_up(f"cannot write to '{to}': {error.strerror}")


def give_up(message: str, remedy: str = "", *, status: int = EXIT_UNUSABLE) -> NoReturn:
    """Say what is wrong and what to do, and leave."""
    tell_error(message)
    if remedy:
        err.print(remedy, soft_wrap=True, markup=False)
    raise typer.Exit(status)


def tell_error(message: str) -> None:
    """Say what is wrong."""
    # It may quote anything, and brackets are markup to the console: understudy[vectors].
    err.print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True)


def load_or_leave(config: Path | None) -> Settings:
    """The settings, or every problem of the file and exit status 2."""
    path = config or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    try:
        return load(path)
    except ConfigError as error:
        for line in error.lines():
            err.print(line, soft_wrap=True, markup=False)
        count = len(error.problems)
        give_up(f"{error.file} has {count} problem{'s' if count != 1 else ''}")
