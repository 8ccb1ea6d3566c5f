"""Everything that is not a model route: health, metrics, the list of models, the read side of parity and money.

Reads of the database run off the loop. The paths below /understudy/v1 need a key wherever keys are declared.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from understudy.canon.faults import Fault
from understudy.dialects.contract import Dialect
from understudy.gateway.site import Call, Standing
from understudy.jobs.specs import ParitySpec
from understudy.jobs.status import views
from understudy.policy.keys import admit
from understudy.ports import Clock, Journal, Store
from understudy.web.metrics import Metrics

Endpoint = Callable[[Request], Awaitable[Response]]
# Rows of the journal that one page shows.
MAX_EXCHANGES = 1_000


@dataclass(frozen=True, slots=True)
class Back:
    """What these pages read from."""

    standing: Callable[[], Standing]
    store: Store
    journal: Journal
    metrics: Metrics
    dialects: tuple[Dialect, ...]
    server_secret: bytes
    specs: Mapping[str, ParitySpec]
    clock: Clock


def rest(back: Back) -> Starlette:
    """The application for every path that is not a model route."""
    live = [Route(path, _live) for path in ("/livez", "/health/liveness", "/health/liveliness")]
    ready = [Route(path, _ready(back)) for path in ("/readyz", "/health/readiness")]
    private = [
        Route("/v1/models", _guarded(back, _models(back))),
        Route("/models", _guarded(back, _models(back))),
        Route("/understudy/v1/parity", _guarded(back, _parity(back))),
        Route("/understudy/v1/money", _guarded(back, _money(back))),
        Route("/understudy/v1/exchanges", _guarded(back, _exchanges(back))),
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


def _models(back: Back) -> Endpoint:
    async def models(request: Request) -> Response:
        board = back.standing().board
        return _json(_dialect_of(request, back).encode_models((*board.routes, *board.models)))

    return models


def _parity(back: Back) -> Endpoint:
    async def parity(request: Request) -> Response:
        found = await asyncio.to_thread(views, back.store, back.specs, back.clock.now_s())
        return _json(msgspec.json.encode({"slices": found}))

    return parity


def _money(back: Back) -> Endpoint:
    async def money(request: Request) -> Response:
        return JSONResponse({"money": await asyncio.to_thread(back.store.money)})

    return money


def _exchanges(back: Back) -> Endpoint:
    async def exchanges(request: Request) -> Response:
        asked = request.query_params.get("limit", "100")
        limit = min(int(asked), MAX_EXCHANGES) if asked.isdigit() else 100
        rows = await asyncio.to_thread(back.store.exchanges, limit, route=request.query_params.get("route"))
        return _json(msgspec.json.encode({"exchanges": [msgspec.structs.asdict(row) for row in rows]}))

    return exchanges


def _guarded(back: Back, inner: Endpoint) -> Endpoint:
    async def guarded(request: Request) -> Response:
        dialect = _dialect_of(request, back)
        try:
            call = Call(dialect, request.headers, b"")
            admit(back.standing().keyring, back.server_secret, call.key)
        except Fault as fault:
            status, body = dialect.encode_fault(fault, "")
            return Response(body, status_code=status, media_type="application/json")
        return await inner(request)

    return guarded


def _not_found(back: Back) -> Callable[[Request, Exception], Awaitable[Response]]:
    served = ", ".join(path for dialect in back.dialects for path in dialect.served)

    async def not_found(request: Request, error: Exception) -> Response:
        message = f"there is nothing at {request.url.path!r}; models answer POST at {served}"
        body = {"error": {"message": message, "type": "not_found_error", "param": None, "code": "not_found"}}
        return JSONResponse(body, status_code=404)

    return not_found


def _dialect_of(request: Request, back: Back) -> Dialect:
    """The dialect whose clients send this header; else the first, the default."""
    for dialect in back.dialects:
        if dialect.models_marker and dialect.models_marker in request.headers:
            return dialect
    return next((dialect for dialect in back.dialects if dialect.models_marker is None), back.dialects[0])


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
