"""The share that moved and the money, over time: the plots that a manager looks at first."""

import time
from collections.abc import Callable, Iterator
from itertools import groupby

from understudy.canon.money import NANO, dollars
from understudy.jobs.planning import COMPARING, DAY_S
from understudy.jobs.report.charts import Chart, Line
from understudy.jobs.report.gather import Report, SliceReport
from understudy.jobs.report.markup import box, dim
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
        "share",
        "time (UTC)",
        "own share",
        lines,
        (0.0, 1.0),
        x_words=_clock(since_s, report.at_s),
        y_words="{:.0%}".format,
    )
    left = len(report.slices) - len(rising)
    said = "The share of each slice's conversations that the own model answers."
    return [
        "<h2>Share over time</h2>",
        dim(said + (f" {left} more slices are not drawn." if left else "")),
        chart.svg(),
    ]


def _shares(one: SliceReport, since_s: float, now_s: float) -> list[tuple[float, float]]:
    steps = [(move.at_s - since_s, BY_LABEL.get(move.to, Rung.SHADOW).share) for move in one.moves]
    return [(0.0, 0.0), *steps, (now_s - since_s, one.view.share)]


def costs(report: Report) -> list[str]:
    """The plot of money over time, all of it summed up to each moment."""
    if not report.spending:
        return []
    since_s = report.spending[0].from_s
    rented, served, comparing = (list(_running(report, since_s, kind)) for kind in ("rented", "served", "comparing"))
    lines = [Line("all rented", rented), Line("as served", served), Line("comparing", comparing)]
    top = max(y for line in lines for _, y in line.points) or 1.0
    chart = Chart(
        "money",
        "time (UTC)",
        "dollars",
        lines,
        (0.0, top * 1.05),
        x_words=_clock(since_s, report.at_s),
        y_words=dollars,
    )
    said = "What answers cost as they were served, beside what they would have cost all rented (where both prices are "
    return ["<h2>Money</h2>", dim(said + "known), and what comparing cost."), chart.svg()]


def money_words(report: Report) -> Iterator[str]:
    """Boxes with the two sums that matter."""
    served = [row for row in report.spending if row.purpose == "serve"]
    comparing = [row for row in report.spending if row.purpose in COMPARING]
    # What a caller's answer took besides, trials and broken attempts, is taken off.
    saved = sum(row.incumbent_cost_nano_usd - row.cost_nano_usd for row in report.spending if row not in comparing)
    compared = sum(row.cost_nano_usd for row in comparing)
    if any(row.compared for row in served):
        yield box(dollars(saved / NANO), "saved so far, of answers with both prices known")
    if any(row.compared for row in comparing):
        yield box(dollars(compared / NANO), "spent on comparing")
    asked, own = sum(row.exchanges for row in served), sum(row.own for row in served)
    if asked:
        yield box(f"{own / asked:.0%}", "of all answers came from own models")


def _running(report: Report, since_s: float, kind: str) -> Iterator[tuple[float, float]]:
    total = 0
    yield 0.0, 0.0
    for from_s, rows in groupby(report.spending, key=lambda row: row.from_s):
        total += sum(_amount(row, kind) for row in rows)
        yield min(from_s + report.stretch_s, report.at_s) - since_s, total / NANO


def _amount(row: SpendRow, kind: str) -> int:
    if row.purpose in COMPARING:
        return row.cost_nano_usd if kind == "comparing" else 0
    return {"rented": row.incumbent_cost_nano_usd, "served": row.cost_nano_usd}.get(kind, 0)


def _clock(since_s: float, now_s: float) -> Callable[[float], str]:
    span_s = now_s - since_s
    form = "%m-%d" if span_s > 2 * DAY_S else "%H:%M" if span_s > HOUR_S else "%H:%M:%S"
    return lambda x: time.strftime(form, time.gmtime(since_s + x))
