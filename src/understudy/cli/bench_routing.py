"""`understudy bench routing`: how well requests are told apart, on recorded outcomes, beside what was published."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from understudy.bench.parity.real import NoData
from understudy.bench.routing.page import drawable, page
from understudy.bench.routing.rows import Suite
from understudy.bench.routing.run import NAMES, Task, read_once, run, tasks
from understudy.bench.routing.run import explain as explain_each
from understudy.cli.bench_routing_tables import show, show_words
from understudy.cli.screen import EXIT_FAILED, JsonOption, err, give_up, out, write_json
from understudy.engines.vectors import VectorsRefused

RouteLLMOption = Annotated[Path | None, typer.Option("--data", help="A clone of lm-sys/RouteLLM.")]
SetsOption = Annotated[
    Path | None,
    typer.Option("--sets", help="A folder with mmlu_pro and routerarena_sub10 as *.items.parquet, *.outcomes.parquet."),
]
VectorsOption = Annotated[
    Path | None,
    typer.Option(
        "--vectors",
        help="A folder with static word vectors (model2vec's layout): adds rows that use them where they help.",
    ),
]
SuiteOption = Annotated[list[str] | None, typer.Option("--suite", help=f"Only these: {', '.join(NAMES)}.")]


def routing(
    data: RouteLLMOption = None,
    sets: SetsOption = None,
    suite: SuiteOption = None,
    vectors: VectorsOption = None,
    explain: Annotated[
        int | None,
        typer.Option(min=1, help="Measure nothing; word so many decisions of each suite that tells two models apart."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw each suite's curves into this file of HTML; it needs no other.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A tenth of the simulations: a look, not a figure.")] = False,
    json: JsonOption = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a bar falls short or was not run.")] = False,
) -> None:
    """Rank recorded prompts by what was learned from others, and replay a stream of them through the router.

    APGR is the area between always-weak (0) and always-strong (1) as calls move from one to the other: chance is 0.5.
    CPT is the share of strong calls that recovers 50, 80, 95 % of the gap; "more" is the APGR of seeds 3 to 9.
    Constants are those of a file that was committed before the first run.
    """
    try:
        todo = tasks(data, sets, only=suite or [], quick=quick, vectors=vectors)
        partial = read_once(todo)
    except NoData as error:
        give_up(str(error), error.remedy)
    except VectorsRefused as error:
        give_up(str(error))
    except ModuleNotFoundError:
        give_up("sets in Parquet need pyarrow", "pip install 'understudy[parquet]'")
    if explain is not None:
        _explained(todo, explain, json)
        return
    if plot is not None:
        _writable(plot)
    with _progress(len(todo)) as done:
        try:
            found = run(todo, done)
        except NoData as error:
            give_up(str(error), error.remedy)
    for one in found:
        show(one)
    if quick:
        out.print("This was --quick: a look, not a figure.")
    write_json(json, found)
    if plot is not None:
        _plotted(plot, found)
    missing = [name for name in NAMES if name not in {one.name for one in found}]
    short = [
        f"{one.name}: {bar.what}: {bar.shown}, asked {bar.asked}" for one in found for bar in one.bars if not bar.passed
    ]
    short += [*partial, *(f"{name}: not run" for name in missing)]
    for line in short:
        out.print(f"falls short: {line}", soft_wrap=True, markup=False)
    if check and short:
        raise typer.Exit(EXIT_FAILED)


def _explained(todo: Sequence[Task], count: int, json: Path | None) -> None:
    with _progress(len(todo)) as done:
        told = explain_each(todo, count, done)
    if not told:
        give_up("none of these suites tells two models apart by learning from their prompts")
    for one in told:
        show_words(one)
    write_json(json, [one.suite for one in told])


def _writable(file: Path) -> None:
    """Minutes of computing are not lost to a folder that is not there."""
    try:
        file.touch()
    except OSError as error:
        give_up(f"the plots cannot be written: {error}")


def _plotted(file: Path, found: Sequence[Suite]) -> None:
    file.write_text(page(found), encoding="utf-8")
    out.print(f"{file}: {drawable(found)} plots, {file.stat().st_size / 1024:,.0f} KiB", soft_wrap=True)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Task], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task("replaying", total=total)
        yield lambda task: progress.update(bar, advance=1, description=task.name)
