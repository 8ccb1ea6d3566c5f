"""Cautions about pools: what a route that chooses from one is told to do and cannot, or does not do at all.

None of it is an error: a route may be on its way from a candidate to a pool, or wait for a model that is still to come.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import fields

from understudy.jobs.specs import ParitySpec, RouteSpec
from understudy.routing.board import Model

# What moves a candidate's slices and nothing else.
ONLY_FOR_CANDIDATES = frozenset(
    {"margin", "guardrails", "dwell", "cycle", "risk", "approvals", "watch", "holdout", "retires", "label_deadline"}
)
PLAIN = ParitySpec()


def pool_cautions(routes: Iterable[RouteSpec], models: Mapping[str, Model]) -> Iterator[str]:
    """What is to be said of routes that choose from a pool, one sentence each."""
    for route in routes:
        if route.choose_from:
            pool = [models[name] for name in route.choose_from]
            for words in (*_idle(route), *_alike(route, pool), *_blind(route)):
                yield f"route {route.name!r}: {words}"


def _idle(route: RouteSpec) -> Iterator[str]:
    changed = (one.name for one in fields(PLAIN) if getattr(route.parity, one.name) != getattr(PLAIN, one.name))
    names = [repr(name) for name in changed if name in ONLY_FOR_CANDIDATES]
    if names:
        yield f"a pool has no use for {', '.join(names)} under 'parity': such settings are for routes with a candidate"


def _alike(route: RouteSpec, pool: Iterable[Model]) -> Iterator[str]:
    rented = {not model.owned for model in pool}
    if route.rented_share is not None and rented == {False}:
        yield "no model of its pool is rented, so that 'rented_share' decides nothing"
    if route.rented_share is not None and route.rented_share < 1 and rented == {True}:
        yield f"every model of its pool is rented, so that a 'rented_share' of {route.rented_share:.0%} cannot be met"
    if route.cascade and rented != {True, False}:
        yield "'cascade' asks an own model before a rented one, and its pool has not both"


def _blind(route: RouteSpec) -> Iterator[str]:
    if not route.parity.shadow and not route.explore:
        yield "'parity.shadow' is 0 and so is 'explore': no model but the incumbent will ever be learned of, or answer"
