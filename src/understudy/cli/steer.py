"""`understudy parity hold|release|lower|approve|retry`, and what they share: an order, and what came of it.

A command writes where a worker does, into the spool, and waits until the bookkeeper has answered. Where no server
runs, the order waits for the next start, and the command says so.
"""

import getpass
import time
from pathlib import Path
from typing import Annotated

import typer

from understudy.app import new_id, orders_to
from understudy.cli.books import open_books_or_leave
from understudy.cli.screen import EXIT_FAILED, ConfigOption, give_up, load_or_leave, out
from understudy.parity.slices import SliceId
from understudy.ports import Order, Record, Store, Verb
from understudy.settings import Settings

# How long a command waits for the bookkeeper, which looks many times a second.
WAIT_S = 10.0
LOOK_S = 0.1

SliceArgument = Annotated[str, typer.Argument(metavar="ROUTE/KIND", help="The slice.")]
SliceOrAll = Annotated[str | None, typer.Argument(metavar="ROUTE/KIND", help="A slice; all of them if left out.")]
NoteOption = Annotated[str, typer.Option("--note", "-m", help="Why; it goes into the record.")]
RungArgument = Annotated[int, typer.Argument(help="A rung in whole percent: 0, 1, 5, 25, 50 or 100.")]


def hold(slice_: SliceArgument, note: NoteOption = "", config: ConfigOption = None) -> None:
    """Keep a slice where it is: it learns on, but takes no further rung until it is released."""
    _order(config, slice_, "hold", note)


def release(slice_: SliceArgument, note: NoteOption = "", config: ConfigOption = None) -> None:
    """Let a held slice go on."""
    _order(config, slice_, "release", note)


def lower(slice_: SliceArgument, rung: RungArgument, note: NoteOption = "", config: ConfigOption = None) -> None:
    """Take share back from the candidate, at once, and hold it there. Nobody can raise a share by hand."""
    _order(config, slice_, "lower", note, rung)


def approve(slice_: SliceArgument, rung: RungArgument, note: NoteOption = "", config: ConfigOption = None) -> None:
    """Agree to the next rung, where the route asks for approvals; each rung needs its own.

    What you saw is kept with it: the hash of the record's newest link of this slice.
    """
    _order(config, slice_, "approve", note, rung)


def retry(slice_: SliceArgument, note: NoteOption = "", config: ConfigOption = None) -> None:
    """Try a stopped or rolled back slice once more with the same builds: a new hypothesis, without old evidence."""
    _order(config, slice_, "retry", note)


def _order(config: Path | None, slice_: str, verb: Verb, note: str, rung: int | None = None) -> None:
    settings = load_or_leave(config)
    try:
        place = SliceId.parse(slice_)
    except ValueError as error:
        give_up(str(error))
    store = open_books_or_leave(settings)
    links = store.transitions(place.route, place.kind, place.tenant)
    order = Order(
        id=new_id(),
        at_s=time.time(),
        tenant=place.tenant,
        route=place.route,
        kind=place.kind,
        verb=verb,
        who=getpass.getuser(),
        rung=rung,
        seen=links[-1].hash if links else "",
        note=note,
    )
    carry_out(settings, store, order, slice_)


def carry_out(settings: Settings, store: Store, order: Order, name: str) -> None:
    """Give an order about what is called `name`, wait for what comes of it, and say so."""
    tell(settings, order)
    until = time.monotonic() + WAIT_S
    while ((row := store.order_of(order.id)) is None or row.done is None) and time.monotonic() < until:
        time.sleep(LOOK_S)
    if row is None or row.done is None:
        waits = "waits in the spool: no server answers for this database; it is done at its start"
        out.print(f"{order.verb} {name} {waits}")
    elif row.done:
        out.print(f"{name}: {row.words}")
    else:
        give_up(f"{name}: {row.words}", status=EXIT_FAILED)


def tell(settings: Settings, *records: Record) -> None:
    """Write records where the bookkeeper finds them."""
    spool = orders_to(settings)
    try:
        spool.append(*records)
    finally:
        spool.close()
