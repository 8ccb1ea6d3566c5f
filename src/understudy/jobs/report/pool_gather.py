"""What a report tells of pools, asked of the books: who answered what and when, what is known of each model, and the
choice that follows from it. Figures and names only, never words of callers.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from understudy.canon.value import Value
from understudy.jobs.learning import Place, learned_of
from understudy.jobs.planning import DAY_S
from understudy.jobs.pools import PoolView, pool_views
from understudy.ports import BeliefRow, ProbeRow, SpendRow, Store, TrafficRow
from understudy.routing.board import Board
from understudy.routing.decide import Decision, unhindered

# Stretches of time that shares and money are summed by: as many as a plot has use for.
MAX_STRETCHES = 120
MIN_STRETCH_S = 1
Row = TypeVar("Row", SpendRow, TrafficRow)


class PoolReport(Value, frozen=True, kw_only=True):
    """One tenant's pool.

    `choices` has, by kind, what is decided of a request that nothing keeps from any model and whose text adds nothing.
    `lately` counts the answers of the last day by kind and model, `waiting` the comparisons that wait for a judge,
    `falls` are the probes by which a judge of the route lost its belief. Since `changed_s` traffic is what it is now,
    where it ever changed.
    """

    view: PoolView
    models: tuple[str, ...]
    own: tuple[str, ...]
    choices: dict[str, Decision]
    lately: dict[str, dict[str, int]]
    spending: tuple[SpendRow, ...]
    waiting: int
    falls: tuple[ProbeRow, ...]
    changed_s: float


class PoolsReport(Value, frozen=True, kw_only=True):
    """All that a report tells of pools. `at_s` is when it was made."""

    at_s: float
    pools: tuple[PoolReport, ...]
    stretch_s: int


def gather_pools(
    store: Store, board: Board, now_s: float, *, tenant: str | None = None, only: str | None = None
) -> PoolsReport:
    """The report on every route with a pool that was taught anything, of one tenant or of all, or on one route.

    `board` is the declared one: its models and routes.
    """
    routes = {name: route for name, route in board.routes.items() if only in (None, name)}
    views = pool_views(store, routes, now_s, tenant)
    beliefs = {(row.tenant, row.route): row for row in store.beliefs()} if views else {}
    waiting = store.comparison_counts(now_s) if views else {}
    lately = _by_place(store.traffic(now_s - DAY_S)) if views else {}
    stretch_s = stretch_of(store, now_s)
    spending = _by_place(store.spending(stretch_s, tenant=tenant)) if views else {}
    falls = {name: tuple(store.falls(name)) for name in sorted({view.route for view in views}) if routes[name].judge}
    found = []
    for view in views:
        place = (view.tenant, view.route)
        row = beliefs.get(place)
        models = board.routes[view.route].choose_from
        found.append(
            PoolReport(
                view=view,
                models=models,
                own=tuple(name for name in models if board.models[name].owned),
                choices=_choices(row, board) if row is not None else {},
                lately=_lately(lately.get(place, ())),
                spending=tuple(spending.get(place, ())),
                waiting=waiting.get(place, 0),
                falls=falls.get(view.route, ()),
                changed_s=row.changed_s if row is not None else 0.0,
            )
        )
    return PoolsReport(at_s=now_s, pools=tuple(found), stretch_s=stretch_s)


def stretch_of(store: Store, now_s: float) -> int:
    """How many seconds are one point of a plot over all the journal's time."""
    first_s = store.first_exchange_s()
    span_s = now_s - first_s if first_s is not None else 0.0
    return max(MIN_STRETCH_S, round(span_s / MAX_STRETCHES))


def _choices(row: BeliefRow, board: Board) -> dict[str, Decision]:
    belief = learned_of(row)
    if belief is None or not belief.serves:
        return {}
    models = [board.models[name] for name in board.routes[row.route].choose_from]
    return {kind: unhindered(models, belief, kind, {}) for kind in belief.records}


def _by_place(rows: Iterable[Row]) -> dict[Place, list[Row]]:
    found: dict[Place, list[Row]] = {}
    for row in rows:
        found.setdefault((row.tenant, row.route), []).append(row)
    return found


def _lately(rows: Iterable[TrafficRow]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.purpose == "serve" and row.model is not None:
            kinds = found.setdefault(row.kind, {})
            kinds[row.model] = kinds.get(row.model, 0) + row.exchanges
    return found


def shares(spending: Sequence[SpendRow], models: Sequence[str], width_s: int) -> list[tuple[float, dict[str, float]]]:
    """Of each time of such a width in which anything was answered, its beginning and each model's share."""
    counts: dict[float, dict[str, int]] = {}
    for row in spending:
        if row.purpose == "serve" and row.model is not None:
            here = counts.setdefault(row.from_s // width_s * width_s, {})
            here[row.model] = here.get(row.model, 0) + row.exchanges
    return [
        (from_s, {model: here.get(model, 0) / sum(here.values()) for model in models})
        for from_s, here in counts.items()
    ]
