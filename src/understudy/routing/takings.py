"""Takings: what a completed request of a model takes, in dollars or milliseconds, by kind.

Means over what was measured, drawn toward what the model took on its other kinds by as many pseudo-requests as outcomes
are: a few dear answers on a new kind say little yet.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from understudy.stats.shrinkage import Tally, shrunk, tally

Slice = tuple[str, str]


def takings(measured: Mapping[Slice, Sequence[float]]) -> dict[Slice, float]:
    """The mean by kind and model; a slice of which nothing was measured has none."""
    seen = {place: tally(values, [1.0] * len(values)) for place, values in measured.items() if values}
    whole: dict[str, Tally] = defaultdict(Tally)
    for (_, model), one in seen.items():
        whole[model] = whole[model].plus(one)
    return {place: _drawn(one, whole[place[1]].without(one)) for place, one in seen.items()}


def _drawn(here: Tally, elsewhere: Tally) -> float:
    own = here.mean
    if own is None:
        raise ValueError("a slice without requests has no mean")
    return own if elsewhere.mean is None else shrunk(here, elsewhere.mean)
