"""`understudy money`: the bill, by tenant, route, kind, model and purpose, as the books have summed it up."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.table import Table

from understudy.canon.money import dollars, usd
from understudy.cli.books import open_books_or_leave
from understudy.cli.screen import ConfigOption, JsonOption, load_or_leave, out, write_json
from understudy.ports import Bill

NOTHING = "Nothing was asked yet."
# How a tenant is shown whose bill is from before bills were kept by tenant.
NOBODY = "(before)"


def run(
    tenant: Annotated[str | None, typer.Option(help="Only what this tenant asked.")] = None,
    config: ConfigOption = None,
    json: JsonOption = None,
) -> None:
    """Show what was asked and what it cost, by route, kind, model and purpose, and by tenant where there are several.

    A dash is a sum of which nothing is known. What was saved is told of answers with both prices known: their own and
    that of the incumbent.
    """
    found = open_books_or_leave(load_or_leave(config)).money(tenant=tenant)
    write_json(json, {"money": found})
    out.print(_table(found) if found else NOTHING)


def _table(found: list[Bill]) -> Table:
    columns: dict[str, Callable[[Bill], str]] = {
        "tenant": lambda bill: bill.tenant or NOBODY,
        "route": lambda bill: bill.route or "–",
        "kind": lambda bill: bill.kind or "–",
        "model": lambda bill: bill.model or "–",
        "purpose": lambda bill: bill.purpose,
        "exchanges": lambda bill: f"{bill.exchanges:,}",
        "cost": lambda bill: _amount(bill.cost_nano_usd),
        "saved": lambda bill: _amount(bill.saved_nano_usd),
    }
    if len({bill.tenant for bill in found}) == 1:
        del columns["tenant"]
    table = Table(box=None, header_style="bold")
    for name in columns:
        number = name in ("exchanges", "cost", "saved")
        table.add_column(name, justify="right" if number else "left", no_wrap=number, overflow="fold")
    for bill in found:
        table.add_row(*(told(bill) for told in columns.values()))
    return table


def _amount(nano: int | None) -> str:
    amount = usd(nano)
    return "–" if amount is None else dollars(amount)
