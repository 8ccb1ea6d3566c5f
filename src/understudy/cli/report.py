"""`understudy parity report` and `understudy route report`: the whole story as one file to open in a browser."""

import time
from pathlib import Path
from typing import Annotated

import typer

from understudy.cli.books import open_books_or_leave
from understudy.cli.screen import ConfigOption, JsonOption, give_up, load_or_leave, out, write_json
from understudy.cli.steer import SliceOrAll
from understudy.declared import models_of, specs_of
from understudy.jobs.board import base_board
from understudy.jobs.report.gather import gather
from understudy.jobs.report.page import page
from understudy.jobs.report.pool_gather import gather_pools
from understudy.jobs.report.pool_page import pools_page
from understudy.parity.slices import SliceId
from understudy.routing.board import Board
from understudy.settings import Settings

HtmlOption = Annotated[Path, typer.Option("--html", help="Where the report is written; it needs no other file.")]
WordsOption = Annotated[
    bool, typer.Option("--words/--no-words", help="Show prompts and answers of pairs on which the models part.")
]


def run(
    slice_: SliceOrAll = None,
    html: HtmlOption = Path("parity-report.html"),
    words: WordsOption = True,
    config: ConfigOption = None,
    json: JsonOption = None,
) -> None:
    """Write a report with plots: evidence against rungs, differences against margins, shares, money, flips.

    The file is self-contained and fetches nothing. It holds words of your callers while the books still keep them
    (routes[].parity.texts), unless --no-words is given: share it accordingly. Pools stand behind the slices.
    """
    settings = load_or_leave(config)
    store = open_books_or_leave(settings)
    specs = specs_of(settings)
    try:
        only = str(SliceId.parse(slice_)) if slice_ else None
    except ValueError as error:
        give_up(str(error))
    now_s, places = time.time(), settings.file.fleet.hypotheses
    pooled = gather_pools(store, _board(settings), now_s) if only is None else None
    report = gather(store, specs, now_s, words=words, places=places, only=only, pools=pooled)
    if only is not None and not report.slices:
        give_up(f"there is no slice {slice_!r}", "understudy parity status lists all")
    write_json(json, report)
    told = f"{len(report.slices)} slices" + (f", {len(pooled.pools)} pools" if pooled and pooled.pools else "")
    _write(html, page(report), told)


def pools(
    route: Annotated[str | None, typer.Argument(help="A route with a pool; all of them if left out.")] = None,
    html: HtmlOption = Path("pools-report.html"),
    config: ConfigOption = None,
    json: JsonOption = None,
) -> None:
    """Write a report with plots on pools: who answers and why, what is known of each model by kind, money, the judge.

    The file is self-contained and fetches nothing. It holds figures and names, and no words of your callers.
    """
    settings = load_or_leave(config)
    report = gather_pools(open_books_or_leave(settings), _board(settings), time.time(), only=route)
    if route is not None and not report.pools:
        give_up(f"nothing is known of a pool {route!r}", "understudy route status lists all")
    write_json(json, report)
    _write(html, pools_page(report), f"{len(report.pools)} pools")


def _board(settings: Settings) -> Board:
    return base_board(models_of(settings), settings.file.routes, {})


def _write(path: Path, words: str, told: str) -> None:
    try:
        path.write_text(words, encoding="utf-8")
    except OSError as error:
        give_up(f"the report cannot be written: {error}")
    out.print(f"{path}: {told}, {path.stat().st_size / 1024:,.0f} KiB", soft_wrap=True)
