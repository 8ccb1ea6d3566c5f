"""`understudy parity report`: the whole story of the slices as one file to open in a browser."""

import time
from pathlib import Path
from typing import Annotated

import typer

from understudy.cli.books import open_books_or_leave
from understudy.cli.screen import ConfigOption, JsonOption, give_up, load_or_leave, out, write_json
from understudy.cli.steer import SliceOrAll
from understudy.declared import specs_of
from understudy.jobs.report.gather import gather
from understudy.jobs.report.page import page
from understudy.parity.slices import SliceId

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
    (routes[].parity.texts), unless --no-words is given: share it accordingly.
    """
    settings = load_or_leave(config)
    store = open_books_or_leave(settings)
    specs = specs_of(settings)
    try:
        only = str(SliceId.parse(slice_)) if slice_ else None
    except ValueError as error:
        give_up(str(error))
    report = gather(store, specs, time.time(), words=words, places=settings.file.fleet.hypotheses, only=only)
    if only is not None and not report.slices:
        give_up(f"there is no slice {slice_!r}", "understudy parity status lists all")
    write_json(json, report)
    try:
        html.write_text(page(report), encoding="utf-8")
    except OSError as error:
        give_up(f"the report cannot be written: {error}")
    out.print(f"{html}: {len(report.slices)} slices, {html.stat().st_size / 1024:,.0f} KiB", soft_wrap=True)
