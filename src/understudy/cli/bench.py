"""`understudy bench`: how much of a processor the gateway takes, and whether the gate keeps its promises."""

from typing import Annotated

import typer
from rich.table import Table

from understudy.bench.gateway import Row, measure, versions
from understudy.cli import bench_chunks, bench_parity, bench_routing
from understudy.cli.screen import EXIT_FAILED, JsonOption, err, give_up, out, write_json

app = typer.Typer(help="Measure, beside others in the same run.", no_args_is_help=True)


app.command("parity")(bench_parity.parity)
app.command("chunks")(bench_chunks.chunks)
app.command("routing")(bench_routing.routing)


@app.callback()
def callback() -> None:
    """Measure, beside others in the same run."""


@app.command()
def gateway(
    repeats: Annotated[int, typer.Option(help="How often everything is measured.", min=1)] = 3,
    quick: Annotated[bool, typer.Option("--quick", help="A fifth of the load: a look, not a figure.")] = False,
    json: JsonOption = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a request failed.")] = False,
) -> None:
    """CPU microseconds of the whole server per request and per stream event, beside nginx's proxy_pass.

    nginx does no parsing, no key check, no translation and keeps no books: it is the floor, not a rival.
    """
    try:
        rows = measure(repeats=1 if quick else repeats, quick=quick, tell=lambda words: err.print(words, style="dim"))
    except RuntimeError as error:
        give_up(str(error), status=EXIT_FAILED)
    floor = {row.scene: row.median for row in rows if row.system == "nginx"}
    table = Table("per", "system", "CPU µs", "min to max", "times nginx", "p50 ms", "failed", box=None)
    for row in sorted(rows, key=lambda row: (row.scene, row.system)):
        table.add_row(*_cells(row, floor))
    out.print(table)
    if not floor:
        out.print("nginx is not installed, so there is no ratio: `apt-get install nginx-light` brings it.")
    if quick:
        out.print("This was --quick: a look, not a figure.")
    write_json(json, {"rows": rows, "versions": versions(), "quick": quick})
    failed = sum(row.bad for row in rows)
    if failed:
        out.print(f"{failed} requests failed")
        if check:
            raise typer.Exit(EXIT_FAILED)


def _cells(row: Row, floor: dict[str, float]) -> list[str]:
    low, high = min(row.cpu_us), max(row.cpu_us)
    beside = floor.get(row.scene)
    ratio = f"{row.median / beside:.1f}" if beside else "–"
    return [
        row.scene,
        row.system,
        f"{row.median:.1f}",
        f"{low:.1f} to {high:.1f}",
        ratio,
        f"{row.p50_ms[0]:.2f}",
        str(row.bad),
    ]
