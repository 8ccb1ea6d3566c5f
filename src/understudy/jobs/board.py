"""The board, built: what the configuration says, and how far each slice has moved by the books."""

from collections.abc import Iterable, Mapping

import msgspec

from understudy.jobs.specs import RouteSpec, seconds
from understudy.ports import SliceRow
from understudy.routing.board import Board, Model, Ramp, Route


def base_board(models: Mapping[str, Model], routes: Iterable[RouteSpec], providers: Mapping[str, Model]) -> Board:
    """The board before any slice has moved."""
    return Board(
        models=dict(models),
        routes={route.name: _route(route) for route in routes},
        providers=dict(providers),
    )


def _route(spec: RouteSpec) -> Route:
    return Route(
        name=spec.name,
        incumbent=spec.incumbent,
        candidate=spec.candidate,
        fallbacks=spec.fallbacks,
        shadow=spec.parity.shadow,
        unit_idle_s=seconds(spec.parity.unit_idle),
    )


def with_ramps(board: Board, slices: Iterable[SliceRow], version: int) -> Board:
    """The board with every slice where the books have it."""
    ramps = {
        (row.route, row.kind): Ramp(
            hypothesis=row.hypothesis, share=row.share, shadow=row.shadow, canary=0 < row.share < 1
        )
        for row in slices
    }
    return msgspec.structs.replace(board, ramps=ramps, version=version)
