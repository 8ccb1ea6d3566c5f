"""The board, built: what the configuration says, and how far each slice has moved by the books."""

from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType

import msgspec

from understudy.jobs.registrar import rate_of
from understudy.jobs.specs import RouteSpec, seconds
from understudy.ports import SliceRow, StrataRow
from understudy.routing.beliefs import Learned, Strata, Unserved
from understudy.routing.board import Board, Model, Ramp, Route
from understudy.stats.vectors import Vectors


def base_board(
    models: Mapping[str, Model],
    routes: Iterable[RouteSpec],
    providers: Mapping[str, Model],
    late: Container[str] = (),
    aliases: Mapping[str, str] = MappingProxyType({}),
    vectors: Vectors | None = None,
) -> Board:
    """The board before any slice has moved; `late` are the routes whose verdicts come after the answers."""
    return Board(
        models=dict(models),
        routes={route.name: _route(route, late=route.name in late) for route in routes},
        providers=dict(providers),
        aliases=dict(aliases),
        vectors=vectors,
    )


def _route(spec: RouteSpec, *, late: bool) -> Route:
    return Route(
        name=spec.name,
        incumbent=spec.incumbent,
        candidate=spec.candidate,
        fallbacks=spec.fallbacks,
        shadow=spec.parity.shadow,
        unit_idle_s=seconds(spec.parity.unit_idle),
        labels=spec.parity.labels,
        verdict_s=spec.parity.verdict_s if late else 0.0,
        label_s=seconds(spec.parity.label_deadline),
        pool={kind: pooled for pooled, kinds in spec.parity.pool.items() for kind in kinds},
        holdout=spec.parity.holdout,
        choose_from=spec.choose_from,
        explore=spec.explore,
        only_tags=spec.only_tags,
        budget_usd_per_day=spec.budget_usd_per_day,
        priors=spec.priors,
        strict=spec.strict,
        judge=spec.parity.judge.model if spec.parity.judge is not None else "",
        feedback=spec.parity.feedback,
    )


def with_books(
    board: Board,
    slices: Iterable[SliceRow],
    beliefs: Mapping[tuple[str, str], Learned | Unserved],
    version: int,
    strata: Iterable[StrataRow] = (),
    paces: Mapping[str, float] = MappingProxyType({}),
) -> Board:
    """The board with every slice where the books have it, what the routes believe, and how often they compare."""
    ramps = {
        (row.tenant, row.route, row.kind): _ramp(row, board.routes[row.route])
        for row in slices
        if row.route in board.routes
    }
    return msgspec.structs.replace(
        board,
        ramps=ramps,
        beliefs=dict(beliefs),
        strata={(row.tenant, row.route): Strata(kinds=row.kinds, new=row.new) for row in strata},
        paces=dict(paces),
        version=version,
    )


def _ramp(row: SliceRow, route: Route) -> Ramp:
    rate = rate_of(row, route.shadow)
    share = min(row.share, 1.0 - route.holdout)
    alone = share == 1.0 and rate == 0.0
    return Ramp(
        hypothesis=row.hypothesis,
        share=share,
        rate=rate,
        canary=0.0 < share < 1.0 or alone,
        alone=alone,
        evict=row.evict,
    )
