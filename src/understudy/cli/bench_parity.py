"""`understudy bench parity`: every bar of the gate beside what came out, and the peers on the same streams."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from understudy.bench.parity.real import NoData
from understudy.bench.parity.run import Result, Task, run, tasks
from understudy.cli.screen import EXIT_FAILED, JsonOption, err, give_up, out, write_json

DataOption = Annotated[
    Path | None, typer.Option("--data", help="A clone of lm-sys/RouteLLM, for the bars on real outcomes.")
]


def parity(
    data: DataOption = None,
    quick: Annotated[bool, typer.Option("--quick", help="A twentieth of the runs: a look, not a figure.")] = False,
    seed: Annotated[int | None, typer.Option(help="Another seed than the usual one.")] = None,
    json: JsonOption = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a bar falls short or was not run.")] = False,
) -> None:
    """Simulate what the gate promises, and replay real pairs through it: error rates, speed, rollback, watch, judges.

    A full run takes some minutes on two cores. An error rate is held against its bar by the upper end of its 95 %
    interval.
    """
    try:
        todo = tasks(data, quick=quick, **({} if seed is None else {"seed": seed}))
    except NoData as error:
        give_up(str(error), error.remedy)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task("simulating", total=len(todo))

        def done(task: Task) -> None:
            progress.update(bar, advance=1, description=task.name)

        result = run(todo, quick=quick, done=done, with_data=data is not None)
    _print(result)
    write_json(json, result)
    short = result.short
    for line in short:
        out.print(f"falls short: bar {line.bar}, {line.what}: {line.shown}", soft_wrap=True, markup=False)
    if check and short:
        raise typer.Exit(EXIT_FAILED)


def _print(result: Result) -> None:
    title = "THE BAR (quick: a look, not a figure)" if result.quick else "THE BAR"
    table = Table("bar", "what", "asked", "came out", "prototype", "", title=title, box=None, header_style="bold")
    for line in result.lines:
        sign = "≥" if line.at_least else "≤"
        asked = f"{sign} {line.limit:g}" if line.limit is not None else ""
        mark = {True: "[green]holds[/]", False: "[red]falls short[/]", None: ""}[line.passed]
        mark = "too few runs" if result.quick and line.undecided else mark
        table.add_row(line.bar, line.what, asked, line.shown, line.prototype, mark)
    out.print(table)
    names = list(dict.fromkeys(name for row in result.peers.values() for name in row))
    peers = Table("null streams", *names, title="False promotions on the same streams", box=None, header_style="bold")
    for cell, row in result.peers.items():
        peers.add_row(cell, *(f"{row[name]:.3f}" for name in names))
    out.print(peers)
