"""Budgets that a model without a price gets around: each is told once, with whom and what to do."""

import msgspec
import pytest

from tests.gateway.sites import BOARD, OWN, RENTED
from understudy.canon.money import Price
from understudy.jobs.unpriced import REMEDY, warnings
from understudy.policy.keys import Key
from understudy.routing.board import Board, Route

HALF = msgspec.structs.replace(OWN, name="half", price=Price(uncached_in=1), tags=("eu",))
BARE = msgspec.structs.replace(OWN, name="bare", price=Price())
FREE = msgspec.structs.replace(OWN, name="free", tags=("eu",))
ROUTES = {
    "good": Route(name="good", incumbent="rented", choose_from=("free", "rented"), budget_usd_per_day=1.0),
    "bad": Route(name="bad", incumbent="rented", candidate="half", fallbacks=("bare",)),
    "capped": Route(name="capped", incumbent="rented", choose_from=("bare", "rented"), budget_usd_per_day=1.0),
}
MODELS = BOARD.models | {"half": HALF, "bare": BARE, "free": FREE}
HOUSE = Board(models=MODELS, routes={name: ROUTES[name] for name in ("good", "bad")}, aliases={"gpt-*": "bad"})
TEAM = Key(name="team", digest="d", budget_usd_per_day=2.0)


def told(board: Board = HOUSE, **changes: object) -> list[str]:
    return list(warnings(board, [msgspec.structs.replace(TEAM, **changes)]))


def counts(names: str, whose: str = "key 'team'") -> str:
    return f"{whose} has a budget to which answers of {names} count nothing, since their price is not known: {REMEDY}"


@pytest.mark.parametrize(
    ("routes", "names"),
    [
        ((), "'half', 'bare'"),
        (("bad",), "'half', 'bare'"),
        (("bare", "rented"), "'bare'"),
        (("gpt-4",), "'half', 'bare'"),
    ],
)
def test_a_key_is_told_which_models_count_nothing_to_its_budget(routes: tuple[str, ...], names: str) -> None:
    assert told(routes=routes) == [counts(names)]


def test_nothing_is_said_where_all_is_priced_nothing_is_capped_or_nothing_is_there() -> None:
    assert told(routes=("good",)) == []
    assert told(budget_usd_per_day=None) == []
    assert told(routes=("gone",)) == []
    assert told(only_tags=("us",)) == []
    assert told(only_tags=("eu",)) == [counts("'half'")]


def test_a_route_with_a_budget_is_told_too() -> None:
    assert list(warnings(msgspec.structs.replace(HOUSE, routes=ROUTES), [])) == [counts("'bare'", "route 'capped'")]


def test_a_key_without_routes_may_name_what_nobody_declared() -> None:
    near = msgspec.structs.replace(OWN, name="near")
    open_ = msgspec.structs.replace(BOARD, providers={"far": RENTED, "near": near, "far/known": RENTED})
    wide = "key 'team' has a budget and may name any model (far/…), also one whose price is not known: give it routes"
    assert told(open_) == [wide]
    assert told(open_, routes=("rented",)) == []
    bare = msgspec.structs.replace(RENTED, price=Price())
    assert told(msgspec.structs.replace(open_, providers={"far": bare}), routes=("far/x",)) == [counts("'far/x'")]
