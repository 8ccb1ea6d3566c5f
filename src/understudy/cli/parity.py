"""`understudy parity`: where every slice stands, what blocks it, and whether the record can be made again."""

import time

import typer
from rich.table import Table

from understudy.cli import imports, plan, report, steer
from understudy.cli.books import open_books_or_leave, slices_of
from understudy.cli.screen import EXIT_FAILED, ConfigOption, JsonOption, give_up, load_or_leave, out, write_json
from understudy.cli.steer import SliceArgument, SliceOrAll
from understudy.jobs.replaying import replay_all
from understudy.jobs.status import SliceView, in_points, story
from understudy.parity.slices import SliceId
from understudy.ports import OrderRow

NOTHING = (
    "No slice yet: a route needs a candidate, and traffic. What routes learn that choose from a pool is told by "
    "understudy route status."
)
app = typer.Typer(help="See which slices have moved to the own model, and why.", no_args_is_help=True)
app.command("plan")(plan.run)
app.command("import")(imports.run)
app.command("report")(report.run)
for _command in (steer.hold, steer.release, steer.lower, steer.approve, steer.retry):
    app.command(_command.__name__)(_command)


@app.command()
def status(config: ConfigOption = None, json: JsonOption = None) -> None:
    """List every slice: evidence, share, and the one condition that blocks its next rung."""
    settings = load_or_leave(config)
    store = open_books_or_leave(settings)
    found = slices_of(settings, store)
    write_json(json, {"slices": found})
    table = Table(box=None, header_style="bold")
    for name in ("slice", "state", "share", "pairs", "own", "rented", "e", "what blocks the next rung"):
        table.add_column(name, no_wrap=name in ("slice", "state"))
    for view in found:
        blocked = view.blocked or "nothing: it serves the whole slice and is watched"
        pairs = f"{view.pairs + view.watched}"
        own, rented = _rate(view.candidate_mean), _rate(view.incumbent_mean)
        table.add_row(view.slice, view.status, f"{view.share:.0%}", pairs, own, rented, f"{view.e:.3g}", blocked)
    out.print(table if found else NOTHING)


@app.command()
def show(slice_: SliceArgument, config: ConfigOption = None, json: JsonOption = None) -> None:
    """Show one slice whole: what is tested, the figures, what blocks it, and every move it made."""
    settings = load_or_leave(config)
    store = open_books_or_leave(settings)
    try:
        wanted = SliceId.parse(slice_)
    except ValueError as error:
        give_up(str(error))
    view = next((one for one in slices_of(settings, store) if one.slice == str(wanted)), None)
    if view is None:
        known = ", ".join(one.slice for one in slices_of(settings, store)) or "none yet"
        give_up(f"there is no slice {slice_!r}; known: {known}")
    told = story(store, view)
    write_json(json, told)
    _figures(view)
    table = Table("when", "move", "from", "to", "e", "why", box=None, header_style="bold")
    for move in told.transitions:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(move["at_s"]))
        table.add_row(when, move["move"], move["from"], move["to"], f"{move['e']:.3g}", move["reason"])
    out.print(table)
    _orders(told.orders)


@app.command()
def replay(
    slice_: SliceOrAll = None,
    config: ConfigOption = None,
    json: JsonOption = None,
) -> None:
    """Make every transition again from the stored pairs alone; exit 1 if a figure differs by more than 1e-9."""
    settings = load_or_leave(config)
    store = open_books_or_leave(settings)
    findings = replay_all(store, SliceId.parse(slice_) if slice_ else None)
    write_json(json, {"findings": findings})
    table = Table("slice", "hypothesis", "transitions", "pairs", "finding", box=None, header_style="bold")
    for found in findings:
        mark = "[green]agrees[/]" if found.agrees else f"[red]{found.words}[/]"
        table.add_row(found.slice, found.hypothesis[:12], str(found.transitions), str(found.pairs), mark)
    out.print(table if findings else "There is no transition to replay yet.")
    if not all(found.agrees for found in findings):
        raise typer.Exit(EXIT_FAILED)


def _figures(view: SliceView) -> None:
    table = Table(box=None, show_header=False)
    table.add_column(style="dim")
    rows = {
        "slice": f"{view.slice}   {view.status}, own serves {view.share:.0%}",
        "tested": f"{view.candidate} is at most {view.margin * 100:g} points worse than {view.incumbent}",
        "by": f"check {view.check}, attempt {view.attempt}, hypothesis {view.hypothesis}",
        "own / rented": f"{_rate(view.candidate_mean)} / {_rate(view.incumbent_mean)}",
        "pairs": f"{view.pairs} ({view.wins} won, {view.losses} lost), {view.watched} watched",
        "difference": f"{in_points(view.difference)}, 95 % sequence [{in_points(view.low)}, {in_points(view.high)}]",
        "evidence": f"e = {view.e:.4g}; futility e = {view.futility_e:.3g}; rollback e = {view.rollback_e:.3g}; "
        f"watch R = {view.watch_r:.3g}",
        **{
            f"guardrail {rail.name}": f"holds e = {rail.e:.3g}, broken e = {rail.broken_e:.3g}"
            for rail in view.guardrails
        },
        "judge": view.judge or "",
        "labels": ""
        if view.judge_weight is None
        else f"{view.labels} correct the judge, with weight {view.judge_weight:.2f}",
        "users": "" if view.feedback_e is None else f"e = {view.feedback_e:.3g} that they are not worse served",
        "may open": f"up to {view.may_open}, by outcomes of kind {view.outcome}",
        "compared": "" if view.rate is None else f"{view.rate:.1%} of its requests, as its budget allows",
        "left out": view.left_out or "",
        "blocked by": view.blocked or "nothing",
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, value)
    out.print(table)


def _orders(orders: list[OrderRow]) -> None:
    if not orders:
        return
    table = Table("when", "asked", "by", "came to", box=None, header_style="bold", title="orders", title_justify="left")
    for row in orders:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(row.at_s))
        came = {None: "waits for the server", True: "done", False: f"refused: {row.words}"}[row.done]
        table.add_row(when, row.verb, row.who, came)
    out.print(table)


def _rate(mean: float | None) -> str:
    return "–" if mean is None else f"{mean:.1%}"
