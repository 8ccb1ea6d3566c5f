"""Everything that is not a model route: health, metrics, the list of models, the read side of parity and money.

Reads of the database run off the loop. What people tell the house is in `steering`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from understudy.canon.faults import Fault, FaultKind
from understudy.jobs.imported import imported_views
from understudy.jobs.recording import link_of
from understudy.jobs.replaying import replay_all
from understudy.jobs.status import views
from understudy.parity.slices import SliceId
from understudy.policy.keys import Caller
from understudy.web.back import Back, Endpoint, guarded
from understudy.web.lists import lists
from understudy.web.steering import steering

Page = Callable[[Request, Caller], Awaitable[Response]]
# Rows of the journal that one page shows.
MAX_EXCHANGES = 1_000


def rest(back: Back) -> Starlette:
    """The application for every path that is not a model route."""
    live = [Route(path, _live) for path in ("/livez", "/health/liveness", "/health/liveliness")]
    ready = [Route(path, _ready(back)) for path in ("/readyz", "/health/readiness")]
    private = [
        *lists(back),
        Route("/understudy/v1/parity", guarded(back, _parity(back))),
        Route("/understudy/v1/money", guarded(back, _money(back))),
        Route("/understudy/v1/exchanges", guarded(back, _exchanges(back))),
        Route("/understudy/v1/parity/replay", guarded(back, _replay(back))),
        Route("/understudy/v1/parity/imports", guarded(back, _imports(back))),
        Route("/understudy/v1/parity/{route}/{kind}", guarded(back, _show(back))),
        *steering(back),
    ]
    handlers: dict[Any, Any] = {404: _not_found(back)}
    return Starlette(routes=[*live, *ready, Route("/metrics", _metrics(back)), *private], exception_handlers=handlers)


async def _live(request: Request) -> Response:
    return PlainTextResponse("ok")


def _ready(back: Back) -> Endpoint:
    async def ready(request: Request) -> Response:
        board = back.standing().board
        problems = []
        if back.journal.full:
            problems.append("the spool is full")
        if not board.models and not board.providers:
            problems.append("no model is declared")
        body = {"status": "unready" if problems else "ok", "problems": problems, "board_version": board.version}
        return JSONResponse(body, status_code=503 if problems else 200)

    return ready


def _metrics(back: Back) -> Endpoint:
    async def metrics(request: Request) -> Response:
        return Response(back.metrics.render(), media_type="text/plain; version=0.0.4")

    return metrics


def _parity(back: Back) -> Page:
    async def parity(request: Request, caller: Caller) -> Response:
        found = await asyncio.to_thread(views, back.store, back.specs, back.clock.now_s(), back.places)
        return _json(msgspec.json.encode({"slices": found}))

    return parity


def _show(back: Back) -> Page:
    async def show(request: Request, caller: Caller) -> Response:
        route, kind = request.path_params["route"], request.path_params["kind"]
        wanted = str(SliceId(route, kind, caller.tenant))
        found = await asyncio.to_thread(views, back.store, back.specs, back.clock.now_s(), back.places)
        view = next((one for one in found if one.slice == wanted), None)
        if view is None:
            raise Fault(f"there is no slice {wanted!r}; GET /understudy/v1/parity lists all", kind=FaultKind.NOT_FOUND)
        rows = await asyncio.to_thread(back.store.transitions, route, kind)
        orders = [row for row in await asyncio.to_thread(back.store.orders) if (row.route, row.kind) == (route, kind)]
        links = [link_of(row).told() | {"hash": row.hash} for row in rows]
        return _json(msgspec.json.encode({"slice": view, "transitions": links, "orders": orders}))

    return show


def _replay(back: Back) -> Page:
    async def replay(request: Request, caller: Caller) -> Response:
        return _json(msgspec.json.encode({"findings": await asyncio.to_thread(replay_all, back.store)}))

    return replay


def _imports(back: Back) -> Page:
    async def imports(request: Request, caller: Caller) -> Response:
        return _json(msgspec.json.encode({"imports": await asyncio.to_thread(imported_views, back.store)}))

    return imports


def _money(back: Back) -> Page:
    async def money(request: Request, caller: Caller) -> Response:
        return JSONResponse({"money": await asyncio.to_thread(back.store.money)})

    return money


def _exchanges(back: Back) -> Page:
    async def exchanges(request: Request, caller: Caller) -> Response:
        asked = request.query_params.get("limit", "100")
        limit = min(int(asked), MAX_EXCHANGES) if asked.isdigit() else 100
        rows = await asyncio.to_thread(back.store.exchanges, limit, route=request.query_params.get("route"))
        return _json(msgspec.json.encode({"exchanges": [msgspec.structs.asdict(row) for row in rows]}))

    return exchanges


def _not_found(back: Back) -> Callable[[Request, Exception], Awaitable[Response]]:
    served = ", ".join(path for dialect in back.dialects for path in dialect.served)

    async def not_found(request: Request, error: Exception) -> Response:
        message = f"there is nothing at {request.url.path!r}; models answer POST at {served}"
        body = {"error": {"message": message, "type": "not_found_error", "param": None, "code": "not_found"}}
        return JSONResponse(body, status_code=404)

    return not_found


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
