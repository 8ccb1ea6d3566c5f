"""The bench of the router as one page of plots: quality over the share of strong calls, outcomes over requests.

Figures are those of the suites; none is made here. The page needs no other file, and holds no prompt.
"""

import math
from collections.abc import Sequence
from itertools import chain

from understudy.bench.routing.rows import PERCENTS, Course, Row, Suite
from understudy.jobs.report.charts import Band, Chart, Dot, Line
from understudy.jobs.report.markup import dim, document, table, text

HOW = (
    "Each line shows what the answers are worth as calls move from the weak model (left) to the strong one (right), "
    "those first that a way of ranking wants there most. Above the dashed diagonal is better than chance. A shaded "
    "area holds 95 % of what resampled prompts give, measured from chance at the same share. A circle is a published "
    "point, at the part of the gap that it tells. The oracle is not drawn: it takes the noise of single runs for skill."
)
# What a step between two heights on an axis may be, in tens.
_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 20.0)
_TICKS = 4
_HEIGHT = 400
# The rows that most suites have come first, so that each has one colour on the whole page.
_FIRST = ("ours: text", "length", "ours: both", "slice mean")


def page(suites: Sequence[Suite]) -> str:
    """All suites that have something to draw, as one file of HTML."""
    body = [line for suite in suites if suite.curves for line in _suite(suite)]
    body = [dim(HOW), *body] if body else []
    body += [line for suite in suites if suite.course is not None for line in _course(suite, suite.course)]
    return document("Understudy: bench of the router", ["<h1>How well requests are told apart</h1>", *body])


def drawable(suites: Sequence[Suite]) -> int:
    """How many of these suites a page would show."""
    return sum(bool(suite.curves) + (suite.course is not None) for suite in suites)


def _suite(suite: Suite) -> list[str]:
    weak, strong = (_end(suite, name) for name in ("always weak", "always strong"))
    chance = Line("random (expected)", [(0.0, weak), (1.0, strong)], plain=True)
    dots = [dot for row in suite.rows if row.published for dot in _published(row, weak, strong)]
    curves = sorted(suite.curves, key=lambda one: _FIRST.index(one.name) if one.name in _FIRST else len(_FIRST))
    heights = [weak, strong, *(y for one in suite.curves for _, y in one.points)]
    heights += [edge for one in suite.curves for edges in one.band for edge in edges]
    chart = Chart(
        suite.title,
        "share of calls at the strong model, %",
        f"mean outcome ({suite.unit})",
        [*(Line(one.name, one.points) for one in curves), chance],
        rounded(min(heights), max(heights)),
        bands=[
            Band(f"{one.name}, 95 %", [(x, *edges) for (x, _), edges in zip(one.points, one.band, strict=True)], place)
            for place, one in enumerate(curves)
        ],
        dots=dots,
        x_words=lambda x: f"{x:.0%}",
        y_words=lambda y: f"{y:.4g}",
        height=_HEIGHT,
    )
    rows = [
        (
            row.name,
            _three(row.apgr),
            _interval(row),
            *(_one(share) for share in (*row.cpt, None, None, None)[:3]),
            row.source,
        )
        for row in suite.rows
        if not row.name.startswith("always")
    ]
    heads = ("row", "APGR", "95 %", "CPT50, %", "CPT80, %", "CPT95, %", "source")
    return [
        f"<h2>{text(suite.title)}</h2>",
        chart.svg(),
        table(heads, rows, numbers=(1, 2, 3, 4, 5)),
        *map(dim, suite.notes),
    ]


def _course(suite: Suite, course: Course) -> list[str]:
    """What was served over the requests of a stream, beside those who would have answered all of it."""
    heights = [y for one in course.curves for _, y in one.points] + [
        y for one in course.curves for y in chain(*one.band)
    ]
    chart = Chart(
        suite.title,
        "requests served",
        f"mean outcome of {course.every:,} requests ({suite.unit})",
        [Line(one.name, one.points) for one in course.curves],
        rounded(min(heights), max(heights)),
        events=[(float(course.at), course.event)],
        bands=[
            Band(f"{one.name}, 95 %", [(x, *edges) for (x, _), edges in zip(one.points, one.band, strict=False)], place)
            for place, one in enumerate(course.curves)
            if one.band
        ],
        y_words=lambda y: f"{y:.4g}",
        height=_HEIGHT,
    )
    rows = [
        (one.name, f"{one.median:,.1f}", f"{one.low:,.1f} to {one.high:,.1f}", f"{one.found} of {one.of}")
        for one in suite.spreads
    ]
    heads = ("over all streams", "median", "95 % of streams", "found in")
    said = "Each point is the mean of all streams; the shaded area is the 95 % interval of ours."
    told = table(heads, rows, numbers=(1, 2, 3))
    return [f"<h2>{text(suite.title)}</h2>", dim(said), chart.svg(), told, *map(dim, suite.notes)]


def _end(suite: Suite, name: str) -> float:
    return next(row.quality or 0.0 for row in suite.rows if row.name == name)


def _published(row: Row, weak: float, strong: float) -> list[Dot]:
    """Where a published row reaches a part of the gap, as our models have it."""
    reached = zip(row.cpt, PERCENTS, strict=True)
    return [Dot(cpt / 100, weak + part / 100 * (strong - weak), row.name) for cpt, part in reached if cpt is not None]


def rounded(low: float, high: float) -> tuple[float, float]:
    """The least range around both whose four steps are round numbers."""
    power = 10.0 ** math.floor(math.log10(max(high - low, 1e-6) / _TICKS))
    ranges = ((math.floor(low / step + 1e-9) * step, step) for step in (part * power for part in _STEPS))
    return next((begun, begun + _TICKS * step) for begun, step in ranges if begun + _TICKS * step >= high - 1e-9)


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _one(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _interval(row: Row) -> str:
    return "" if row.low is None or row.high is None else f"{row.low:.3f} to {row.high:.3f}"
