"""What the bench tells of a suite: ways of ranking, dials, reliability, policies, bars. Figures, no words."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from understudy.stats.ranking import Interval, apgr, apgr_bins, apgr_interval, call_share, curve, lead_interval, order

Vector = NDArray[np.float64]
RESAMPLES = 300
PERCENTS = (50.0, 80.0, 95.0)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One way of ranking. `apgr` is the mean over the first seeds, `more` over the others; the interval is seed 0's.

    `quality` is the mean outcome with `share` of the calls at the strong model; `share_error` how far the shares of
    strong calls lie from those that a dial asked for, in points. `cpu_ms` has percentiles 50, 95 and 99 of reading and
    scoring one prompt. `published` rows were not measured here; `source` says where they stand.
    """

    name: str
    apgr: float | None = None
    low: float | None = None
    high: float | None = None
    bins: float | None = None
    cpt: tuple[float | None, ...] = ()
    more: float | None = None
    labels: int | None = None
    quality: float | None = None
    share: float | None = None
    share_error: float | None = None
    cpu_ms: tuple[float, ...] = ()
    published: bool = False
    source: str = ""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement against one figure."""

    what: str
    asked: str
    shown: str
    passed: bool | None


class Dialled(msgspec.Struct, frozen=True, kw_only=True):
    """A share of strong calls that a dial asked for, set on prompts without labels; what others then got."""

    asked: float
    realised: float
    quality: float


class Decile(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the scored prompts by predicted gain: what was predicted, what came, its 95 % interval."""

    n: int
    predicted: float
    realised: float
    low: float
    high: float


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """Predicted against realised gains of one way: deciles, the mean error, the slope of realised over predicted.

    `by_chance` is the error that perfect predictions would show with so many prompts. A slope below 1 is overconfident.
    """

    name: str
    deciles: tuple[Decile, ...]
    error: float
    low: float
    high: float
    by_chance: float
    slope: float
    slope_low: float
    slope_high: float


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """Mean outcome over the share of strong calls, for one way of ranking.

    `band` has by point what it may lie between, as far above chance as 95 % of resampled prompts had it.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float], ...] = ()


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers of one policy come to: mean outcome with its 95 % interval, dollars a request.

    `cost` is over that of the fixed model which the suite compares with; `aiq` the area under the policy's hull;
    `at_best` the cost at which it reaches the best single model's quality, over that model's; `predicted` and
    `predicted_usd` what our formula said before; `enabled` whether the router would serve so.
    """

    name: str
    quality: float
    low: float | None = None
    high: float | None = None
    usd: float | None = None
    cost: float | None = None
    aiq: float | None = None
    at_best: float | None = None
    predicted: float | None = None
    predicted_usd: float | None = None
    enabled: bool | None = None


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """One figure over all streams: its median and what the middle 95 % of them lie between.

    `found` streams have it, of `of`; in the others it counts as it stood at the end.
    """

    name: str
    median: float
    low: float
    high: float
    found: int
    of: int


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """Mean outcomes of so many requests each, over the requests of a stream; what happened `at` a request."""

    every: int
    curves: tuple[Curve, ...]
    at: int
    event: str


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the bench: its rows, its bars, and what has to be said beside them; `unit` is that of outcomes."""

    name: str
    title: str
    rows: tuple[Row, ...] = ()
    served: tuple[Served, ...] = ()
    dialled: tuple[Dialled, ...] = ()
    reliability: tuple[Reliability, ...] = ()
    curves: tuple[Curve, ...] = ()
    spreads: tuple[Spread, ...] = ()
    course: Course | None = None
    bars: tuple[Bar, ...] = ()
    notes: tuple[str, ...] = ()
    unit: str = "1 is right"


class Ranked(NamedTuple):
    """The scored items of one seed: both models' outcomes and each way's scores.

    `base` is the mean gain of the labels that an item was scored by: with it, our scores are predicted gains.
    """

    strong: Vector
    weak: Vector
    scores: dict[str, Vector]
    seed: int
    base: Vector | None = None


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
        quality=float(np.mean([quality_at(r, name, 0.5) for r in runs])),
        share=0.5,
    )


def quality_at(one: Ranked, name: str, share: float) -> float:
    """The mean outcome with so many of the calls at the strong model, those of the highest scores."""
    y = curve(one.strong, one.weak, order(one.scores[name], lots(one)))
    return float(np.interp(share * (len(y) - 1), np.arange(len(y)), y))


def interval_of(one: Ranked, name: str) -> Interval:
    """The 95 % interval of one way's area, by resampling the items."""
    return apgr_interval(one.strong, one.weak, one.scores[name], lots(one), _resamples(one))


def curve_of(one: Ranked, name: str, shares: Vector) -> Curve:
    """The curve of one way, at these shares of strong calls."""
    low, high = lead_interval(one.strong, one.weak, one.scores[name], lots(one), _resamples(one), shares)
    chance = one.weak.mean() + shares * (one.strong.mean() - one.weak.mean())
    band = zip((chance + low).tolist(), (chance + high).tolist(), strict=True)
    points = tuple((float(share), quality_at(one, name, float(share))) for share in shares)
    return Curve(name=name, points=points, band=tuple(band))


def _resamples(one: Ranked) -> Iterator[NDArray[np.int64]]:
    n = len(one.strong)
    draws = np.random.default_rng([one.seed, 300])
    return (draws.integers(n, size=n) for _ in range(RESAMPLES))


def lots(one: Ranked) -> Vector:
    """The order of items of equal score, by chance."""
    return np.random.default_rng([one.seed, 1]).random(len(one.strong))


def at_least(what: str, value: float | None, limit: float) -> Bar:
    """A figure that must not be below its limit."""
    shown = "not measured" if value is None else f"{value:.4f}"
    return Bar(what=what, asked=f"≥ {limit:g}", shown=shown, passed=value is not None and value >= limit)
