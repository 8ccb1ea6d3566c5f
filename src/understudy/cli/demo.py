"""`understudy demo`: see an own model earn its slices, in a minute and a half."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer

from understudy.bench.serving import NotUp
from understudy.cli.screen import EXIT_FAILED, JsonOption, give_up, out, write_json
from understudy.demo import report
from understudy.demo.run import FILE_NAME, MAX_REQUESTS, DemoFailed, Stage, prepare, run, shipped_model
from understudy.engines.llama_cpp import EngineFailed

FOLDER = Path("understudy-demo")
NEXT = """Try next:
  understudy parity status --config {folder}/understudy.yaml
  understudy parity show assistant/{kind} --config {folder}/understudy.yaml
  understudy parity replay --config {folder}/understudy.yaml"""


def demo(
    seed: Annotated[int | None, typer.Option(help="Which traffic is played; a new one each time if left out.")] = None,
    requests: Annotated[int, typer.Option(help="The most requests of the main part.")] = MAX_REQUESTS,
    folder: Annotated[Path, typer.Option(help="Where configuration, database and log go.")] = FOLDER,
    model: Annotated[Path | None, typer.Option(help="Another GGUF in place of the shipped tiny model.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server up when the run is over.")] = False,
    json: JsonOption = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a decision was wrong by the truth.")] = False,
) -> None:
    """Watch an own model take over, slice by slice, what it is good enough for. No key, no network.

    A real tiny Llama runs in llama.cpp beside a stand-in for a rented provider; a few thousand requests go through the
    gateway; each kind of query moves as far as its evidence allows. Writes demo-report.html.
    """
    chosen = seed if seed is not None else int(time.time()) % 1_000_000
    stage = Stage(folder=prepare(folder), seed=chosen, model=model or shipped_model(), console=out)
    try:
        finished = asyncio.run(run(stage, max_requests=requests, keep=keep))
    except (DemoFailed, NotUp, EngineFailed) as error:
        give_up(str(error), status=EXIT_FAILED)
    path = Path(FILE_NAME)
    report.write(finished, path)
    wrong = [verdict for verdict in finished.verdicts if verdict.right is False]
    for verdict in wrong:
        out.print(
            f"[red]wrong by the truth:[/] {verdict.kind}: {verdict.words}; it reached {verdict.reached:.0%}",
            soft_wrap=True,
        )
    figures = {"seed": chosen, "seconds": finished.seconds, "verdicts": finished.verdicts}
    write_json(json, {**figures, "slices": finished.sights[-1].slices})
    out.print(f"\n[bold]{path}[/] has the plots and what was right by the truth (seed {chosen})", soft_wrap=True)
    kind = finished.fault_kind or "triage"
    out.print(NEXT.format(folder=folder, kind=kind), markup=False, soft_wrap=True)
    if check and wrong:
        raise typer.Exit(EXIT_FAILED)
