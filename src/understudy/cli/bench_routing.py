"""`understudy bench routing`: how well requests are told apart, on recorded outcomes, beside what was published."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from understudy.bench.parity.real import NoData
from understudy.bench.routing.run import NAMES, Task, run, tasks
from understudy.cli.bench_routing_tables import show
from understudy.cli.screen import EXIT_FAILED, JsonOption, err, give_up, out
from understudy.engines.vectors import VectorsRefused

RouteLLMOption = Annotated[Path | None, typer.Option("--data", help="A clone of lm-sys/RouteLLM.")]
SetsOption = Annotated[
    Path | None,
    typer.Option("--sets", help="A folder with mmlu_pro and routerarena_sub10 as *.items.parquet, *.outcomes.parquet."),
]
VectorsOption = Annotated[
    Path | None,
    typer.Option("--vectors", help="A folder with static word vectors (model2vec's layout): adds rows that use them."),
]
SuiteOption = Annotated[list[str] | None, typer.Option("--suite", help=f"Only these: {', '.join(NAMES)}.")]


def routing(
    data: RouteLLMOption = None,
    sets: SetsOption = None,
    suite: SuiteOption = None,
    vectors: VectorsOption = None,
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
    except (NoData, VectorsRefused) as error:
        give_up(str(error))
    except ModuleNotFoundError:
        give_up("sets in Parquet need pyarrow", "pip install 'understudy[parquet]'")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task("replaying", total=len(todo))

        def done(task: Task) -> None:
            progress.update(bar, advance=1, description=task.name)

        found = run(todo, done)
    for one in found:
        show(one)
    if quick:
        out.print("This was --quick: a look, not a figure.")
    if json is not None:
        json.write_bytes(msgspec.json.encode(found))
    missing = [name for name in NAMES if name not in {one.name for one in found}]
    short = [
        f"{one.name}: {bar.what}: {bar.shown}, asked {bar.asked}" for one in found for bar in one.bars if not bar.passed
    ]
    short += [f"{name}: not run" for name in missing]
    for line in short:
        out.print(f"falls short: {line}", soft_wrap=True, markup=False)
    if check and short:
        raise typer.Exit(EXIT_FAILED)
