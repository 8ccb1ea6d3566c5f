"""Pools with recorded dollars: what ours comes to beside the best single model, turns, and the zero-router.

The zero-router mixes single models blindly, at the best prices that a mixture can have (RouterBench, arXiv 2403.12031):
a router that lies below it is worth nothing. Policies are paid at each model's mean cost.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from understudy.bench.routing.data import Item
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.leakage import prints
from understudy.bench.routing.rows import Ranked, Served, Vector
from understudy.bench.routing.scoring import folded, measured, ranked
from understudy.stats.ranking import aiq

# Prices of a dollar in units of outcome, from nothing to prohibitive (RT-7.5).
PRICES = (0.0, *map(float, np.geomspace(1e-3, 1e6, 90)))
_Z = 1.959963984540054


def pool_served(items: Sequence[Item], strong: str, weak: str) -> tuple[Served, ...]:
    """The policies over a pair of models whose calls have recorded dollars."""
    pair = measured([item for item in items if {strong, weak} <= item.usd.keys()], strong, weak)
    run = ranked(pair, folded(len(pair.items), prints(pair.items), FROZEN.seeds[0]), FROZEN.seeds[0], sliced=True)
    usd = np.array([float(np.mean([item.usd[model] for item in pair.items])) for model in (strong, weak)])
    singles = [(float(usd[0]), float(run.strong.mean())), (float(usd[1]), float(run.weak.mean()))]
    dear, best = max(singles, key=lambda point: point[1])
    low, high = float(usd.min()), float(usd.max())
    gains = run.scores["ours: both"] + (run.base if run.base is not None else 0.0)
    points = [_point(run, gains - price * (usd[0] - usd[1]) > 0, usd) for price in PRICES]
    ours = [*points, min(singles)]
    every = np.arange(len(gains))
    chosen = np.where(gains > 0, run.strong, run.weak)
    return (
        served(f"always {strong}", run.strong, singles[0][0], dear),
        served(f"always {weak}", run.weak, singles[1][0], dear),
        served("turns", np.where(every % 2 == 0, run.strong, run.weak), float(usd.mean()), dear),
        Served(name="zero-router", quality=best, usd=dear, cost=1.0, aiq=aiq(singles, low, high), at_best=1.0),
        served("ours: both", chosen, points[0][0], dear, aiq=aiq(ours, low, high), at_best=at_best(ours, best, dear)),
    )


def served(
    name: str, got: Vector, usd: float, beside: float, *, aiq: float | None = None, at_best: float | None = None
) -> Served:
    """A policy by the outcomes of its answers, its dollars a request over those of the model beside."""
    mean, half = float(got.mean()), _Z * float(got.std()) / math.sqrt(len(got))
    return Served(
        name=name, quality=mean, low=mean - half, high=mean + half, usd=usd, cost=usd / beside, aiq=aiq, at_best=at_best
    )


def at_best(points: Sequence[tuple[float, float]], best: float, dear: float) -> float | None:
    """The least cost at which the best single model's quality is reached, over that model's; None if it never is."""
    reached = [cost for cost, quality in points if quality >= best]
    return min(reached) / dear if reached else None


def _point(run: Ranked, sent: NDArray[np.bool_], usd: Vector) -> tuple[float, float]:
    """Mean cost and quality where these items go to the strong model."""
    share = float(sent.mean())
    return share * float(usd[0]) + (1 - share) * float(usd[1]), float(np.where(sent, run.strong, run.weak).mean())
