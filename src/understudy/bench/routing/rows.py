"""A row of the table: one way of ranking prompts, and how good it is on the items of a suite."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from understudy.stats.ranking import Interval, apgr, apgr_bins, apgr_interval, call_share

Vector = NDArray[np.float64]
RESAMPLES = 300
PERCENTS = (50.0, 80.0, 95.0)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One way of ranking. `apgr` is the mean over the first seeds, `more` over the others; the interval is seed 0's.

    `published` rows were not measured here; `source` says where they stand.
    """

    name: str
    apgr: float | None = None
    low: float | None = None
    high: float | None = None
    bins: float | None = None
    cpt: tuple[float | None, ...] = ()
    more: float | None = None
    labels: int | None = None
    published: bool = False
    source: str = ""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement against one figure."""

    what: str
    asked: str
    shown: str
    passed: bool | None


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """One table of the bench: its rows, its bars, and what has to be said beside it."""

    name: str
    title: str
    rows: tuple[Row, ...] = ()
    bars: tuple[Bar, ...] = ()
    notes: tuple[str, ...] = ()


class Ranked(NamedTuple):
    """The scored items of one seed: both models' outcomes and each way's scores."""

    strong: Vector
    weak: Vector
    scores: dict[str, Vector]
    seed: int


def rows_of(runs: Sequence[Ranked], first: int, labels: dict[str, int]) -> tuple[Row, ...]:
    """The rows of all ways of ranking; the first `first` seeds are the suite's, the rest are told beside them."""
    return tuple(_row(name, runs[:first], runs[first:], labels.get(name)) for name in runs[0].scores)


def _row(name: str, runs: Sequence[Ranked], others: Sequence[Ranked], labels: int | None) -> Row:
    found = [apgr(one.strong, one.weak, one.scores[name], lots(one)) for one in runs]
    more = [apgr(one.strong, one.weak, one.scores[name], lots(one)) for one in others]
    one = runs[0]
    interval = interval_of(one, name)
    shares = [[call_share(r.strong, r.weak, r.scores[name], lots(r), percent) for r in runs] for percent in PERCENTS]
    return Row(
        name=name,
        apgr=float(np.mean(found)),
        low=interval.low,
        high=interval.high,
        bins=float(np.mean([apgr_bins(r.strong, r.weak, r.scores[name]) for r in runs])),
        cpt=tuple(float(np.mean(share)) for share in shares),
        more=float(np.mean(more)) if more else None,
        labels=labels,
    )


def interval_of(one: Ranked, name: str) -> Interval:
    """The 95 % interval of one way's area, by resampling the items."""
    n = len(one.strong)
    draws = np.random.default_rng([one.seed, 300])
    places = (draws.integers(n, size=n) for _ in range(RESAMPLES))
    return apgr_interval(one.strong, one.weak, one.scores[name], lots(one), places)


def lots(one: Ranked) -> Vector:
    """The order of items of equal score, by chance."""
    return np.random.default_rng([one.seed, 1]).random(len(one.strong))


def at_least(what: str, value: float | None, limit: float) -> Bar:
    """A figure that must not be below its limit."""
    shown = "not measured" if value is None else f"{value:.4f}"
    return Bar(what=what, asked=f"≥ {limit:g}", shown=shown, passed=value is not None and value >= limit)
