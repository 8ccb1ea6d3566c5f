"""The sheet of a suite that ranks: everything that is asked of each, put together in one place.

Rows of the fixed models and of every way of ranking, dials, reliability, curves, the leakage of every split.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from understudy.bench.routing.dialled import dialled, share_error
from understudy.bench.routing.leakage import Leakage
from understudy.bench.routing.reliability import reliability
from understudy.bench.routing.rows import Bar, Ranked, Row, Suite, curve_of, rows_of
from understudy.bench.routing.scoring import OURS

# Chance is a straight line, and the oracle is no target: single runs are noisy, and it takes the noise for skill.
NOT_DRAWN = ("random", "oracle")
SHARES = np.linspace(0, 1, 51)


def sheet(
    name: str,
    title: str,
    runs: Sequence[Ranked],
    *,
    first: int,
    labels: Mapping[str, int],
    leaks: Leakage,
    cpu_ms: Mapping[str, tuple[float, ...]],
    published: Sequence[Row] = (),
    bars: Sequence[Bar] = (),
    notes: Sequence[str] = (),
) -> Suite:
    """All that is told of these runs; the first `first` of them are the suite's, the rest stand beside."""
    seeds, ours = runs[:first], [way for way in OURS if way in runs[0].scores]
    rows = [_with(row, seeds, cpu_ms) for row in rows_of(runs, first, dict(labels))]
    dial = dialled(runs[0], ours[-1])
    told = [found for way in ours if (found := reliability(runs[0], way)) is not None]
    return Suite(
        name=name,
        title=title,
        rows=(*_fixed(seeds), *rows, *published),
        dialled=dial,
        reliability=tuple(told),
        curves=tuple(curve_of(runs[0], way, SHARES) for way in runs[0].scores if way not in NOT_DRAWN),
        bars=(*bars, leaks.bar),
        notes=(*notes, leaks.words),
    )


def _with(row: Row, seeds: Sequence[Ranked], cpu_ms: Mapping[str, tuple[float, ...]]) -> Row:
    error = float(np.mean([share_error(dialled(one, row.name)) for one in seeds]))
    return msgspec.structs.replace(row, share_error=error, cpu_ms=cpu_ms.get(row.name, ()))


def _fixed(seeds: Sequence[Ranked]) -> tuple[Row, Row]:
    """The ends of every curve."""
    weak, strong = (float(np.mean([side.mean() for side in sides])) for sides in _sides(seeds))
    return (
        Row(name="always weak", apgr=0.0, quality=weak, share=0.0),
        Row(name="always strong", apgr=1.0, quality=strong, share=1.0),
    )


def _sides(seeds: Sequence[Ranked]) -> tuple[list[np.typing.NDArray[np.float64]], list[np.typing.NDArray[np.float64]]]:
    return [one.weak for one in seeds], [one.strong for one in seeds]
