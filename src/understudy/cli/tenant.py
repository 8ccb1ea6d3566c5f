"""`understudy tenant delete`: forget a tenant's words, weights and reactions."""

import getpass
import time
from typing import Annotated

import typer

from understudy.app import new_id
from understudy.cli.books import open_books_or_leave
from understudy.cli.screen import ConfigOption, JsonOption, load_or_leave, out, write_json
from understudy.cli.steer import carry_out
from understudy.ports import Order

app = typer.Typer(help="What is kept of a tenant.", no_args_is_help=True)


@app.callback()
def _tenant() -> None:
    """Keep the group a group while it has one command."""


@app.command("delete")
def delete(
    name: Annotated[str, typer.Argument(help="A tenant, as its keys name it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Delete; without it, only what would go is counted.")] = False,
    config: ConfigOption = None,
    json: JsonOption = None,
) -> None:
    """Delete what was learned from a tenant and the words that are kept of it; without --yes, count them.

    Lessons, beliefs, the words of pairs, kept answers and reactions go, and nothing from before comes back. The
    numbers of the journal and of the record stay. What the tenant asks later is learned from anew.
    """
    settings = load_or_leave(config)
    store = open_books_or_leave(settings)
    found = store.held(name)
    write_json(json, {"tenant": name, "ordered": yes, "held": found})
    if not yes:
        counts = ", ".join(f"{count:,} {what}" for what, count in found.items())
        out.print(f"{name}: {counts} would go; nothing is deleted without --yes", markup=False)
        return
    order = Order(id=new_id(), at_s=time.time(), tenant=name, route="", kind="", verb="delete", who=getpass.getuser())
    carry_out(settings, store, order, name)
