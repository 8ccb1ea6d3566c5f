"""The tree of commands."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from understudy.cli import bench, conformance, demo, doctor, keys, label, models, money, parity, route, serve, tenant
from understudy.cli.screen import EXIT_UNUSABLE, out, tell_error
from understudy.storage.vault import Locked

HELP = """One gateway before every model you rent or own.

It moves each kind of traffic to your own model when the evidence allows, and back when it does not.
Start with **understudy demo**, or **understudy serve** with OPENAI_API_KEY or ANTHROPIC_API_KEY set.
"""
# As Markdown, so that paragraphs are broken where the screen ends and not where the source does.
app = typer.Typer(rich_markup_mode="markdown", no_args_is_help=True, pretty_exceptions_enable=False)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("models")(models.run)
app.command("money")(money.run)
app.add_typer(parity.app, name="parity")
app.add_typer(route.app, name="route")
app.command("label")(label.run)
app.add_typer(keys.app, name="key")
app.add_typer(tenant.app, name="tenant")
app.add_typer(bench.app, name="bench")
app.command("conformance")(conformance.run)


def _tell_version(asked: bool) -> None:
    if asked:
        out.print(f"understudy {version('understudy')}", highlight=False)
        raise typer.Exit


@app.callback(help=HELP)
def callback(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What stands before every command."""


def main() -> None:
    """The entry point of the `understudy` command."""
    try:
        app()
    except Locked as locked:
        # Whatever a command reads of the books may hold words, and the settings may name another secret than then.
        tell_error(str(locked))
        sys.exit(EXIT_UNUSABLE)
