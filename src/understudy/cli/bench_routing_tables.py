"""The tables of `understudy bench routing`: figures of a suite as rows and columns. Nothing is computed here."""

from rich.console import Console
from rich.table import Table

from understudy.bench.routing.rows import Reliability, Row, Served, Spread, Suite
from understudy.bench.routing.worded import Told
from understudy.cli.screen import out

# The widest table; a narrower screen breaks its lines rather than its figures.
_WIDTH = 140
_RANKED = ("APGR", "95 %", "bins", "CPT50", "CPT80", "CPT95", "more", "labels", "quality", "at", "dial ±", "CPU ms")
_SERVED = ("quality", "95 %", "$ a request", "cost", "AIQ", "at best", "predicted", "predicted $", "served")


def show(suite: Suite) -> None:
    """Print all that is told of a suite."""
    wide = Console(highlight=False, width=max(out.width, _WIDTH))
    out.print(f"[bold]{suite.title}[/]", soft_wrap=True)
    if suite.rows:
        wide.print(_table(_RANKED, [(row.name, *_ranked(row)) for row in suite.rows]))
    if suite.served:
        wide.print(_table(_SERVED, [(one.name, *_served(one)) for one in suite.served]))
    if suite.spreads:
        wide.print(
            _table(("median", "95 % of streams", "found in"), [(one.name, *_spread(one)) for one in suite.spreads])
        )
    for told in suite.reliability:
        wide.print(_deciles(told))
        out.print(f"  {_reliable(told)}", soft_wrap=True)
    if suite.dialled:
        asked = "/".join(f"{100 * point.asked:.0f}" for point in suite.dialled)
        realised = "/".join(f"{100 * point.realised:.1f}" for point in suite.dialled)
        out.print(f"  share asked {asked} %, realised {realised} %", soft_wrap=True)
    for note in suite.notes:
        out.print(f"  {note}", markup=False, soft_wrap=True)
    for bar in suite.bars:
        mark = "[green]holds[/]" if bar.passed else "[red]falls short[/]"
        out.print(f"  {bar.what}: {bar.shown} (asked {bar.asked}) {mark}", soft_wrap=True)
    out.print()


def show_words(told: Told) -> None:
    """Print the decisions of a suite, each with its prompt cut to a line and what both answers were worth."""
    one = told.suite
    out.print(f"[bold]{one.name}: {one.title}[/], {one.labels:,} prompts learned from", soft_wrap=True)
    for found, prompt in zip(one.decisions, told.prompts, strict=True):
        worth = ", ".join(f"{model} {outcome:g}" for model, outcome in found.outcomes.items())
        out.print(f"\n{prompt}", style="bold", markup=False, soft_wrap=True)
        out.print(f"  recorded: {worth}", style="dim", markup=False, soft_wrap=True)
        for line in found.lines:
            out.print(f"  {line}", markup=False, soft_wrap=True)
    out.print()


def _table(names: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    """A table without the columns in which nothing stands."""
    used = [place for place, _ in enumerate(names, 1) if any(row[place] for row in rows)]
    table = Table(box=None, header_style="bold")
    for name in ("", *(names[place - 1] for place in used)):
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(row[0], *(row[place] for place in used))
    return table


def _ranked(row: Row) -> tuple[str, ...]:
    shares = ["" if share is None else f"{share:.1f}" for share in (*row.cpt, None, None, None)[:3]]
    error = "" if row.share_error is None else f"{row.share_error:.1f}"
    cpu = " ".join(f"{one:.2f}" for one in row.cpu_ms)
    figures = (_three(row.apgr), _interval(row.low, row.high), _three(row.bins), *shares, _three(row.more))
    return (*figures, _whole(row.labels), _three(row.quality), _percent(row.share), error, cpu)


def _served(one: Served) -> tuple[str, ...]:
    return (
        _three(one.quality),
        _interval(one.low, one.high),
        _dollars(one.usd),
        "" if one.cost is None else f"{one.cost:.2f}",
        _three(one.aiq),
        "" if one.at_best is None else f"{one.at_best:.2f}",
        _three(one.predicted),
        _dollars(one.predicted_usd),
        "" if one.enabled is None else ("yes" if one.enabled else "no"),
    )


def _spread(one: Spread) -> tuple[str, ...]:
    median, low, high = (
        f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" for value in (one.median, one.low, one.high)
    )
    return median, f"{low} to {high}", f"{one.found} of {one.of}"


def _deciles(told: Reliability) -> Table:
    heads = tuple(str(number) for number in range(1, len(told.deciles) + 1))
    half = [f"{(one.high - one.low) / 2:.3f}" for one in told.deciles]
    rows = [
        (f"{told.name}: gain predicted", *(f"{one.predicted:+.3f}" for one in told.deciles)),
        ("realised, by tenths", *(f"{one.realised:+.3f}" for one in told.deciles)),
        ("±, 95 %", *half),
    ]
    return _table(heads, rows)


def _reliable(told: Reliability) -> str:
    error = (
        f"mean error {told.error:.3f} ({told.low:.3f} to {told.high:.3f}; {told.by_chance:.3f} comes of chance alone)"
    )
    slope = f"slope {told.slope:.2f} ({told.slope_low:.2f} to {told.slope_high:.2f})"
    return f"{told.name}: {error}; realised over predicted, {slope}"


def _interval(low: float | None, high: float | None) -> str:
    return f"{low:.3f}–{high:.3f}" if low is not None and high is not None else ""


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _dollars(value: float | None) -> str:
    return "" if value is None else f"{value:.7f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _whole(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
