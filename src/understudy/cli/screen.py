"""What commands share with each other: two consoles, the way to load a configuration, the way to give up."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from understudy.settings import Settings, load
from understudy.settings.file import DEFAULT_FILE
from understudy.settings.reading import ConfigError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
EXIT_FAILED = 1
EXIT_UNUSABLE = 2

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration; ./understudy.yaml is used where there is one."),
]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Write the figures to this file besides.")]


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
        give_up(f"{error.file} has {count} problem{'s' if count != 1 else ''}; nothing was started")
