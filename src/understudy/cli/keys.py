"""`understudy key`: keys for callers. The key is shown once; the configuration keeps its digest."""

import secrets
from typing import Annotated

import typer

from understudy.app import server_secret
from understudy.cli.screen import ConfigOption, load_or_leave, out
from understudy.policy.keys import PREFIX, digest

app = typer.Typer(help="Make keys for callers.", no_args_is_help=True)
KEY_BYTES = 24


@app.callback()
def callback() -> None:
    """Make keys for callers."""


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who will use it; shown in the journal.")],
    config: ConfigOption = None,
) -> None:
    """Make a key: prints the key once, and the lines for understudy.yaml that let it in.

    Only the digest is kept. Where no key is declared the server answers anyone on this machine; with the first one it
    asks everybody for theirs. Declare it and start the server again.
    """
    settings = load_or_leave(config)
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    out.print(f"key (shown once): {key}", soft_wrap=True, markup=False)
    out.print("add to understudy.yaml, and start the server again:\n\nkeys:", markup=False)
    out.print(f"  - name: {name}\n    digest: {digest(server_secret(settings), key)}", soft_wrap=True, markup=False)
