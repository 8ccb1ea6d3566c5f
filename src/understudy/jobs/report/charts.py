"""Charts as SVG text: lines and bands over an axis, self-contained, readable in light and dark, with no script."""

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

WIDTH, HEIGHT = 860, 320
LEFT, RIGHT, TOP, BOTTOM = 74, 190, 16, 44
# Names of events that stand below one another before they begin again at the top.
EVENT_ROWS = 4
# A small plot that stands in a row of a table.
INTERVAL_WIDTH, INTERVAL_HEIGHT, INTERVAL_EDGE = 180, 22, 6
COLOURS = ("#2f6fed", "#d1495b", "#2a9d8f", "#e09f3e", "#7b5ea7", "#5c677d", "#9c6644", "#3d8b37", "#c2185b", "#00838f")


@dataclass(frozen=True)
class Line:
    """One series: its name and its points (x, y); a `step` keeps its height until the next point.

    A `plain` one is dashed and without colour: what others are compared with.
    """

    name: str
    points: Sequence[tuple[float, float]]
    step: bool = False
    plain: bool = False


@dataclass(frozen=True)
class Band:
    """An area between two heights: points (x, low, high), in the colour of the line at this place."""

    name: str
    points: Sequence[tuple[float, float, float]]
    line: int = 0
    opacity: float = 0.18


@dataclass(frozen=True)
class Dot:
    """A single point, and its name."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class Mark:
    """A level that a reader should compare with, and its name."""

    y: float
    name: str


@dataclass(frozen=True)
class Chart:
    """What to draw. On a log axis, values below its lower end lie on the lower end. `x_words` spells an x."""

    title: str
    x_title: str
    y_title: str
    lines: Sequence[Line]
    y_range: tuple[float, float]
    log: bool = False
    marks: Sequence[Mark] = ()
    events: Sequence[tuple[float, str]] = field(default_factory=tuple)
    bands: Sequence[Band] = ()
    dots: Sequence[Dot] = ()
    x_words: Callable[[float], str] = "{:,.0f}".format
    y_words: Callable[[float], str] | None = None
    height: int = HEIGHT

    def svg(self) -> str:
        """The chart as one SVG element."""
        ends = [x for line in self.lines for x, _ in line.points] + [x for band in self.bands for x, *_ in band.points]
        x_top = max(ends, default=1.0) or 1.0
        parts = [
            f'<svg viewBox="0 0 {WIDTH} {self.height}" role="img" aria-label="{html.escape(self._said())}">',
            *self._axes(x_top),
            *(self._mark(mark) for mark in self.marks),
            *(self._band(band, x_top) for band in self.bands),
        ]
        for number, line in enumerate(self.lines):
            parts += self._line(line, number, x_top)
        parts += [self._event(x, name, number, x_top) for number, (x, name) in enumerate(self.events)]
        parts += [self._dot(dot, x_top) for dot in self.dots]
        return "\n".join([*parts, "</svg>"])

    def _said(self) -> str:
        """What is drawn, for those who are told and do not see."""
        names = ", ".join(line.name for line in self.lines)
        return f"{self.title}: {self.y_title} over {self.x_title}" + (f", for {names}" if names else "")

    def _x(self, x: float, x_top: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * x / x_top

    def _y(self, y: float) -> float:
        low, high = self.y_range
        if self.log:
            y, low, high = math.log(max(y, low)), math.log(low), math.log(high)
        share = (min(max(y, low), high) - low) / (high - low)
        return self.height - BOTTOM - (self.height - TOP - BOTTOM) * share

    def _axes(self, x_top: float) -> list[str]:
        bottom, right = self.height - BOTTOM, WIDTH - RIGHT
        parts = [f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>']
        for step in range(5):
            x = x_top * step / 4
            parts.append(_text(self._x(x, x_top), bottom + 18, self.x_words(x), "middle"))
        for y in self._ticks():
            at = self._y(y)
            parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{right}"/>')
            parts.append(_text(LEFT - 8, at + 4, (self.y_words or _short)(y), "end"))
        parts.append(_text((LEFT + right) / 2, self.height - 6, self.x_title, "middle"))
        parts.append(
            f'<text transform="translate(14 {(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">'
            f"{html.escape(self.y_title)}</text>"
        )
        return parts

    def _ticks(self) -> list[float]:
        low, high = self.y_range
        if not self.log:
            return [low + (high - low) * step / 4 for step in range(5)]
        return [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]

    def _mark(self, mark: Mark) -> str:
        y = self._y(mark.y)
        return f'<path class="mark" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>' + _text(
            WIDTH - RIGHT - 4, y - 4, mark.name, "end"
        )

    def _event(self, x: float, name: str, number: int, x_top: float) -> str:
        """A moment; names of moments that are near each other stand below one another, on the side that has room."""
        at, row = self._x(x, x_top), TOP + 12 + 16 * (number % EVENT_ROWS)
        side, anchor = (-4, "end") if x > x_top / 2 else (4, "start")
        return f'<path class="event" d="M{at:.1f} {TOP}V{self.height - BOTTOM}"/>' + _text(at + side, row, name, anchor)

    def _band(self, band: Band, x_top: float) -> str:
        there = [f"{self._x(x, x_top):.1f},{self._y(high):.1f}" for x, _, high in band.points]
        back = [f"{self._x(x, x_top):.1f},{self._y(low):.1f}" for x, low, _ in reversed(band.points)]
        title = f"<title>{html.escape(band.name)}</title>"
        colour = COLOURS[band.line % len(COLOURS)]
        drawn = f'fill="{colour}" fill-opacity="{band.opacity}"'
        return f'<polygon {drawn} points="{" ".join([*there, *back])}">{title}</polygon>'

    def _dot(self, dot: Dot, x_top: float) -> str:
        x, y = self._x(dot.x, x_top), self._y(dot.y)
        title = f"<title>{html.escape(dot.name)}</title>"
        mark = f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4.5">{title}</circle>'
        return mark + _text(x + 9, y + 13, dot.name, "start")

    def _line(self, line: Line, number: int, x_top: float) -> list[str]:
        colour = COLOURS[number % len(COLOURS)]
        points = _stepped(line.points) if line.step else line.points
        path = " ".join(f"{self._x(x, x_top):.1f},{self._y(y):.1f}" for x, y in points)
        legend_y = TOP + 8 + 18 * number
        legend_x = WIDTH - RIGHT + 16
        drawn, shown = (
            ('class="mark"', 'class="mark"')
            if line.plain
            else (f'fill="none" stroke="{colour}" stroke-width="2"', f'stroke="{colour}" stroke-width="3"')
        )
        return [
            f'<polyline {drawn} points="{path}"/>',
            f'<path {shown} d="M{legend_x} {legend_y}h18"/>',
            _text(legend_x + 24, legend_y + 4, line.name, "start"),
        ]


def interval(low: float, mean: float, high: float, base: float | None, span: tuple[float, float]) -> str:
    """A mean with its interval between two ends, and another mean to compare it with, dotted; told in figures below."""

    def at(value: float) -> float:
        share = (min(max(value, span[0]), span[1]) - span[0]) / ((span[1] - span[0]) or 1.0)
        return INTERVAL_EDGE + (INTERVAL_WIDTH - 2 * INTERVAL_EDGE) * share

    middle, told = INTERVAL_HEIGHT / 2, f"{mean:.3f} ({low:.3f} to {high:.3f})"
    beside = f'<path class=base d="M{at(base):.1f} 1V{INTERVAL_HEIGHT - 1}"/>' if base is not None else ""
    return (
        f'<svg class=interval viewBox="0 0 {INTERVAL_WIDTH} {INTERVAL_HEIGHT}" aria-hidden=true>'
        f'<path class=rule d="M{at(span[0]):.1f} {middle}H{at(span[1]):.1f}"/>{beside}'
        f'<path class=span d="M{at(low):.1f} {middle}H{at(high):.1f}"/>'
        f'<circle class=mean cx="{at(mean):.1f}" cy="{middle}" r="4.5"/></svg><span class=told>{told}</span>'
    )


def _short(y: float) -> str:
    return f"{y:,.0f}" if y >= 10 else f"{y:.3g}"


def _stepped(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    corners = [(after[0], before[1]) for before, after in pairwise(points)]
    return [point for pair in zip(points, [*corners, points[-1]], strict=True) for point in pair] if points else []


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>'
