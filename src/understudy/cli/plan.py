"""`understudy parity plan`: what each slice will take, before it takes it."""

import time
from typing import Annotated

import typer
from rich.table import Table

from understudy.cli.books import open_books_or_leave
from understudy.cli.screen import ConfigOption, JsonOption, give_up, load_or_leave, out, write_json
from understudy.declared import specs_of
from understudy.jobs.planning import HORIZON_DAYS, SlicePlan, Traffic, plan, pools, slice_plan
from understudy.jobs.specs import ParitySpec
from understudy.parity.forecast import Guess

RequestsOption = Annotated[
    float | None, typer.Option(help="What if: so many requests a day, instead of the journal's.")
]
CostOption = Annotated[float | None, typer.Option(help="What if: one more answer costs so many dollars.")]
KindOption = Annotated[str, typer.Option(help="What if: the name of the supposed slice's kind.")]
DifferenceOption = Annotated[float, typer.Option(help="The supposed true difference, own less rented: 0 is parity.")]
DiscordanceOption = Annotated[float, typer.Option(help="The supposed share of pairs that are decided either way.")]


def run(
    requests_per_day: RequestsOption = None,
    cost_per_request: CostOption = None,
    kind: KindOption = "chat",
    difference: DifferenceOption = 0.0,
    discordance: DiscordanceOption = 0.2,
    config: ConfigOption = None,
    json: JsonOption = None,
) -> None:
    """Say how many pairs, days and dollars each slice still needs for its rungs, and which can never be decided.

    With --requests-per-day nothing is read: it answers "what if" for one slice of each route. Days are medians at the
    present traffic and rate of comparison; a dwell comes on top.
    """
    try:
        guess = Guess(difference, discordance)
    except ValueError as error:
        give_up(str(error))
    settings = load_or_leave(config)
    specs = specs_of(settings)
    if requests_per_day is not None:
        traffic = Traffic(requests_per_day, cost_per_request)
        names = specs or {"route": ParitySpec()}
        plans = [slice_plan(f"{name}/{kind}", spec, traffic, spec.shadow, guess) for name, spec in names.items()]
    else:
        plans = plan(open_books_or_leave(settings), specs, time.time(), guess)
    together = pools(plans, guess)
    write_json(json, {"plans": plans, "pools": together})
    if not plans:
        out.print("No slice yet. Ask what if: understudy parity plan --requests-per-day 2000 --cost-per-request 0.004")
        return
    _print(plans)
    for route, kinds in together.items():
        out.print(f"\n{route}: {', '.join(kinds)} could be decided together within {HORIZON_DAYS:.0f} days. Pool them:")
        out.print(f"  routes: [{{name: {route}, …, parity: {{pool: {{small: [{', '.join(kinds)}]}}}}}}]", markup=False)


def _print(plans: list[SlicePlan]) -> None:
    table = Table(box=None, header_style="bold")
    for name in (
        "slice",
        "requests/day",
        "compared",
        "pairs so far",
        "to 1 %",
        "to 25 %",
        "to 100 %",
        "what to expect",
    ):
        table.add_column(name, no_wrap=name == "slice")
    for one in plans:
        needs = {need.rung: need for need in one.needs}
        cells = []
        for rung in ("1 %", "25 %", "100 %"):
            need = needs.get(rung)
            if need is None:
                cells.append("done")
                continue
            pairs = "never" if need.pairs is None else f"{need.pairs:,} pairs"
            days = "" if need.days is None else f"\n{need.days:,.1f} days"
            usd = "" if need.usd is None else f"\n${need.usd:,.2f}"
            cells.append(pairs + days + usd)
        table.add_row(one.slice, f"{one.requests_per_day:,.0f}", f"{one.rate:.1%}", f"{one.seen:,}", *cells, one.words)
    out.print(table)
