"""What learning on a stream cost: how long until it was of use, what was missed meanwhile. Figures over all streams.

Regret is what another policy would have got on the very same requests, less what ours got, in outcomes of 1,000
requests. The best fixed model is known only afterwards; the best model of each kind needs to be told when one drops.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from understudy.bench.routing.rows import Course, Curve, Spread, Vector

OURS, PER_KIND = "ours", "best model of each kind"
MIDDLE = (0.5, 0.025, 0.975)
REGRET_OF = 1_000
# Requests of one point of a course: with 50 streams its standard error is a fifth of a point.
EVERY = 1_000
_Z = 1.959963984540054


class Run(NamedTuple):
    """What came of one stream: mean outcomes of ours and of both fixed models; compared prompts until the alarm.

    `useful` has the requests and the compared prompts until a belief served that is worth more than the best fixed
    model, `compared` all that were compared; `got` the outcome of every request by who answers it.
    """

    ours: float
    best_fixed: float
    own_share_before: float
    delay: int | None
    false_alarms: int
    useful: tuple[int, int] | None
    compared: int
    got: Mapping[str, Vector]


def spreads(runs: Sequence[Run]) -> tuple[Spread, ...]:
    """Time to the first useful router, and regrets."""
    total = len(runs[0].got[OURS])
    half = total // 2
    found = [run.useful for run in runs if run.useful is not None]
    requests = [total if run.useful is None else run.useful[0] for run in runs]
    compared = [run.compared if run.useful is None else run.useful[1] for run in runs]
    missed = [run.got[PER_KIND] - run.got[OURS] for run in runs]
    return (
        _spread("requests until the first useful router", requests, len(found)),
        _spread("compared prompts until then", compared, len(found)),
        _regret("regret against the best fixed model", [run.best_fixed - run.ours for run in runs]),
        _regret("regret against the best model of each kind", [float(one.mean()) for one in missed]),
        _regret("of it before the drop", [float(one[:half].mean()) for one in missed]),
        _regret("after the drop", [float(one[half:].mean()) for one in missed]),
    )


def _regret(name: str, values: Sequence[float] | Vector) -> Spread:
    return _spread(f"{name}, of {REGRET_OF:,} requests", REGRET_OF * np.asarray(values), len(values))


def _spread(name: str, values: Sequence[float] | Vector, found: int) -> Spread:
    median, low, high = np.quantile(values, MIDDLE)
    return Spread(name=name, median=float(median), low=float(low), high=float(high), found=found, of=len(values))


def course(streams: Sequence[Mapping[str, Vector]], event: str) -> Course:
    """Mean outcomes over all streams, so many requests at a time; ours with the 95 % interval of that mean."""
    total = len(streams[0][OURS])
    every = min(EVERY, total // 2)
    ends = np.arange(every, total + 1, every)
    curves = []
    for name in streams[0]:
        means = np.array([[part.mean() for part in np.split(got[name][: ends[-1]], ends[:-1])] for got in streams])
        mean, half = means.mean(axis=0), _Z * means.std(axis=0, ddof=1) / np.sqrt(len(streams))
        points = zip(ends.tolist(), mean.tolist(), strict=True)
        band = zip((mean - half).tolist(), (mean + half).tolist(), strict=True) if name == OURS else ()
        curves.append(Curve(name=name, points=tuple(points), band=tuple(band)))
    return Course(every=every, curves=tuple(curves), at=total // 2, event=event)
