"""Cautions: what can be served as it is declared and is hardly meant, each with the remedy.

Budgets that models without a price can get around: an unknown cost counts as none. That is no error, since an own model
may cost nothing. And routes whose incumbent lacks the tags that they ask for.
"""

from collections.abc import Iterable, Iterator

from understudy.canon.faults import Fault
from understudy.policy.keys import Key
from understudy.routing.board import Board, Model, Route
from understudy.routing.choose import meant, named

REMEDY = "give each a price, such as {input_usd: 3, output_usd: 15}, or 0 and 0 where it costs nothing"


def cautions(board: Board, keys: Iterable[Key]) -> Iterator[str]:
    """What is to be said of this configuration, one sentence each."""
    for route in board.routes.values():
        yield from _untagged(route, board)
    for key in keys:
        if key.budget_usd_per_day is not None:
            yield from _warned(f"key {key.name!r}", _of_key(key, board))
            yield from _nameable(key, board)
    for route in board.routes.values():
        if route.budget_usd_per_day is not None:
            yield from _warned(f"route {route.name!r}", _of_route(route, board))


def _untagged(route: Route, board: Board) -> Iterator[str]:
    for tag in route.only_tags:
        if tag not in board.models[route.incumbent].tags:
            yield (
                f"route {route.name!r}: its incumbent {route.incumbent!r} lacks the tag {tag!r} that the route asks "
                "for, and answers none of its requests; give the model that tag if it may, or name another incumbent"
            )


def _warned(whose: str, models: Iterable[Model]) -> Iterator[str]:
    names = [repr(name) for name in dict.fromkeys(model.name for model in models if not _priced(model))]
    if names:
        words = f"answers of {', '.join(names)} count nothing, since their price is not known: {REMEDY}"
        yield f"{whose} has a budget to which {words}"


def _nameable(key: Key, board: Board) -> Iterator[str]:
    """A key without routes may name models that nobody declared; those of the house's own cost nothing."""
    rented = [name for name, model in board.providers.items() if "/" not in name and not model.owned]
    if rented and not key.routes and not key.only_tags:
        shown = ", ".join(f"{name}/…" for name in rented)
        words = f"may name any model ({shown}), also one whose price is not known: give it routes"
        yield f"key {key.name!r} has a budget and {words}"


def _of_key(key: Key, board: Board) -> Iterator[Model]:
    asked = key.routes or (*board.routes, *board.models)
    for name in asked:
        route = board.routes.get(meant(name, board))
        found = _of_route(route, board) if route is not None else _named(name, board)
        yield from (model for model in found if set(key.only_tags) <= set(model.tags))


def _of_route(route: Route, board: Board) -> Iterator[Model]:
    names = dict.fromkeys((route.incumbent, route.candidate, *route.choose_from, *(route.fallbacks or ())))
    models = (board.models[name] for name in names if name is not None)
    yield from (model for model in models if set(route.only_tags) <= set(model.tags))


def _named(name: str, board: Board) -> Iterator[Model]:
    try:
        yield named(meant(name, board), board)
    except Fault:
        # What means nothing here is asked in vain.
        return


def _priced(model: Model) -> bool:
    return model.price.uncached_in is not None and model.price.out is not None
