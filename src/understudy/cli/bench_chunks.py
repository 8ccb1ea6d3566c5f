"""`understudy bench chunks`: what one chunk of a stream costs from one dialect into another."""

from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from understudy.app import load_dialects
from understudy.bench.chunks import DIALECTS, MAX_US, measured
from understudy.cli.screen import EXIT_FAILED, JsonOption, err, out, write_json


def chunks(
    repeats: Annotated[int, typer.Option(help="How often each pair is measured; the least counts.", min=1)] = 7,
    json: JsonOption = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a pair is above the bar.")] = False,
) -> None:
    """CPU microseconds of one stream chunk: decoded from the upstream's dialect, encoded in the caller's.

    Only the dialects run, in this process, on words in pieces of one; the rest of the server is in `bench gateway`.
    """
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("measuring", total=len(DIALECTS) ** 2)
        costs = measured(load_dialects(), repeats=repeats, tell=lambda: progress.advance(task))
    table = Table("caller, upstream", *DIALECTS, box=None)
    for caller in DIALECTS:
        table.add_row(caller, *[f"{cost.us:.1f}" for cost in costs if cost.caller == caller])
    out.print(table)
    slow = [cost for cost in costs if cost.us > MAX_US]
    for cost in slow:
        out.print(f"{cost.caller} <- {cost.upstream}: {cost.us:.1f} µs, above {MAX_US:g}")
    write_json(json, costs)
    if check and slow:
        raise typer.Exit(EXIT_FAILED)
