"""Left out: comparisons that were drawn and not made, since a model had no slot for one more; how many, and what to do.

They are left out by the load alone, before anybody is asked, so that what is compared is a fair sample of the moments
in which there was room. It says less of the busiest ones, and people are told how many are missing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from understudy.jobs.planning import DAY_S
from understudy.ports import LeftOutRow, Store

Place = TypeVar("Place", bound=Hashable)
REMEDY = "models[].slots says how many calls a model answers at a time"


def left_out_of_slices(store: Store, now_s: float) -> dict[tuple[str, str, str], str]:
    """What is to be said of each slice (tenant, route, kind) of which comparisons were left out in the last day."""
    return _left_out(store, now_s, lambda row: (row.tenant, row.route, row.kind))


def left_out_of_routes(store: Store, now_s: float) -> dict[tuple[str, str], str]:
    """The same of each tenant's route, all its kinds together."""
    return _left_out(store, now_s, lambda row: (row.tenant, row.route))


def _left_out(store: Store, now_s: float, place: Callable[[LeftOutRow], Place]) -> dict[Place, str]:
    found: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for row in store.left_out(now_s - DAY_S):
        found[place(row)][row.model] += row.comparisons
    return {where: _words(models) for where, models in found.items()}


def _words(models: Mapping[str, int]) -> str:
    many = sum(models.values())
    were = "comparisons of the last day were" if many > 1 else "comparison of the last day was"
    return f"{many:,} {were} left out: {', '.join(sorted(models))} had no slot for more; {REMEDY}"
