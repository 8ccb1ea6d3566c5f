"""The share that moved and the money, over time, of slices and of pools: the plots that a manager looks at first."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from understudy.canon.money import NANO, dollars
from understudy.jobs.planning import COMPARING, DAY_S
from understudy.jobs.report.charts import Chart, Line
from understudy.jobs.report.gather import Report, SliceReport
from understudy.jobs.report.markup import box, dim, drawn
from understudy.parity.ladder import BY_LABEL, Rung
from understudy.ports import SpendRow

# Lines that one plot can tell apart; further slices are in the table above it.
MAX_LINES = 10
HOUR_S = 3_600.0


def moved(report: Report) -> list[str]:
    """The plot of shares over time."""
    since_s = min((move.at_s for one in report.slices for move in one.moves), default=report.at_s)
    rising = sorted(report.slices, key=lambda one: -len(one.moves))[:MAX_LINES]
    lines = [Line(one.view.slice, _shares(one, since_s, report.at_s), step=True) for one in rising]
    chart = Chart(
        "Share over time",
        "time (UTC)",
        "own share",
        lines,
        (0.0, 1.0),
        x_words=clock(since_s, report.at_s),
        y_words="{:.0%}".format,
    )
    left = len(report.slices) - len(rising)
    said = "The share of each slice's conversations that the own model answers."
    return [
        "<h2>Share over time</h2>",
        dim(said + (f" {left} more slices are not drawn." if left else "")),
        drawn(chart.svg()),
    ]


def _shares(one: SliceReport, since_s: float, now_s: float) -> list[tuple[float, float]]:
    steps = [(move.at_s - since_s, BY_LABEL.get(move.to, Rung.SHADOW).share) for move in one.moves]
    return [(0.0, 0.0), *steps, (now_s - since_s, one.view.share)]


def costs(spending: Sequence[SpendRow], stretch_s: int, at_s: float, otherwise: str) -> list[str]:
    """The plot of money over time, all of it summed up to each moment; `otherwise` is what it is held against."""
    if not spending:
        return []
    since_s = spending[0].from_s

    def line(name: str, kind: str) -> Line:
        return Line(name, [(min(x, at_s) - since_s, y) for x, y in _running(spending, stretch_s, kind)])

    lines = [line(otherwise, "rented"), line("as served", "served"), line("comparing", "comparing")]
    top = max(y for one in lines for _, y in one.points) or 1.0
    chart = Chart(
        "Money over time",
        "time (UTC)",
        "dollars",
        lines,
        (0.0, top * 1.05),
        x_words=clock(since_s, at_s),
        y_words=dollars,
    )
    said = (
        f"What answers cost as they were served, beside what they would have cost {otherwise} (where both prices are "
    )
    return [dim(said + "known), and what comparing cost; each summed up to that moment."), drawn(chart.svg())]


def money_words(spending: Sequence[SpendRow]) -> Iterator[str]:
    """Boxes with the two sums that matter."""
    served = [row for row in spending if row.purpose == "serve"]
    comparing = [row for row in spending if row.purpose in COMPARING]
    # What a caller's answer took besides, trials and broken attempts, is taken off.
    paid = (row for row in spending if row.purpose not in COMPARING)
    saved = sum(row.incumbent_cost_nano_usd - row.cost_nano_usd for row in paid)
    compared = sum(row.cost_nano_usd for row in comparing)
    if any(row.compared for row in served):
        words = "saved so far" if saved >= 0 else "spent more than the incumbent alone would have"
        yield box(dollars(abs(saved) / NANO), f"{words}, of answers with both prices known")
    if any(row.compared for row in comparing):
        yield box(dollars(compared / NANO), "spent on comparing")
    asked, own = sum(row.exchanges for row in served), sum(row.own for row in served)
    if asked:
        yield box(f"{own / asked:.0%}", "of all answers came from own models")


def _running(spending: Sequence[SpendRow], stretch_s: int, kind: str) -> Iterator[tuple[float, float]]:
    """Until when, and how much by then."""
    total = 0
    yield spending[0].from_s, 0.0
    for from_s, rows in groupby(spending, key=lambda row: row.from_s):
        total += sum(_amount(row, kind) for row in rows)
        yield from_s + stretch_s, total / NANO


def _amount(row: SpendRow, kind: str) -> int:
    if row.purpose in COMPARING:
        return row.cost_nano_usd if kind == "comparing" else 0
    return {"rented": row.incumbent_cost_nano_usd, "served": row.cost_nano_usd}.get(kind, 0)


def clock(since_s: float, now_s: float) -> Callable[[float], str]:
    """How a moment so many seconds after the beginning is told: by day, minute or second, as the whole span asks."""
    span_s = now_s - since_s
    form = "%m-%d" if span_s > 2 * DAY_S else "%H:%M" if span_s > HOUR_S else "%H:%M:%S"
    return lambda x: time.strftime(form, time.gmtime(since_s + x))
