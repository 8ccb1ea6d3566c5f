"""Everything that is not a model route: health, metrics, money and the journal, and what neighbours here serve.

Reads of the database run off the loop. What people tell the house is in `steering`, what they ask of it in `parity`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from understudy.canon.faults import Fault, FaultKind
from understudy.jobs.explaining import account
from understudy.jobs.sanity import WINDOW, standing
from understudy.policy.keys import Caller
from understudy.web.back import Back, Endpoint, Page, guarded, json_of, resting_of
from understudy.web.counting import counting
from understudy.web.kept import kept
from understudy.web.lists import lists
from understudy.web.metrics import Believed
from understudy.web.parity import parity
from understudy.web.pools import pools
from understudy.web.steering import steering

log = logging.getLogger(__name__)
# Rows of the journal that one page shows.
MAX_EXCHANGES = 1_000
# What is told to those who look for something of the house's that is not there.
HOUSE = tuple(
    f"/understudy/v1/{page}"
    for page in ("exchanges", "exchanges/{id}", "pools", "money", "parity", "labels", "feedback (POST)")
)
# Where clients look whether somebody is there before they ask: Claude Code, by HEAD.
HELLOS = ("/api/hello",)


def rest(back: Back) -> Starlette:
    """The application for every path that is not a model route."""
    live = [Route(path, _live) for path in ("/livez", "/health/liveness", "/health/liveliness", *HELLOS)]
    ready = [Route(path, _ready(back)) for path in ("/readyz", "/health/readiness")]
    private = [
        *lists(back),
        *counting(back),
        *kept(back),
        *parity(back),
        *pools(back),
        Route("/understudy/v1/money", guarded(back, _money(back))),
        Route("/understudy/v1/exchanges", guarded(back, _exchanges(back))),
        Route("/understudy/v1/exchanges/{id}", guarded(back, _exchange(back))),
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
        status = "unready" if problems else "ok"
        # What rests is this worker's own view, and no reason to send it nothing: the others answer.
        resting = [place._asdict() for place in resting_of(back)]
        body = {"status": status, "problems": problems, "board_version": board.version, "resting": resting}
        return JSONResponse(body, status_code=503 if problems else 200)

    return ready


def _metrics(back: Back) -> Endpoint:
    async def metrics(request: Request) -> Response:
        page = back.metrics.render(resting_of(back), await asyncio.to_thread(_believed, back))
        return Response(page, media_type="text/plain; version=0.0.4")

    return metrics


def _believed(back: Back) -> list[Believed]:
    """The judges of all routes that were tried often enough for a word on them."""
    judges = [(route.name, route.judge) for route in back.standing().board.routes.values() if route.judge]
    try:
        found = [(route, judge, standing(judge, back.store.probes(route, WINDOW))) for route, judge in judges]
    except Exception:
        # The page's supervisor: what this worker counts is told without the database, too.
        log.exception("whether judges are believed could not be read")
        return []
    return [Believed(route, judge, now.believed) for route, judge, now in found if now.known]


def _money(back: Back) -> Page:
    async def money(request: Request, caller: Caller) -> Response:
        return json_of({"money": await asyncio.to_thread(back.store.money, tenant=_whose(caller))})

    return money


def _exchanges(back: Back) -> Page:
    async def exchanges(request: Request, caller: Caller) -> Response:
        asked = request.query_params.get("limit", "100")
        limit = min(int(asked), MAX_EXCHANGES) if asked.isdigit() else 100
        route, tenant = request.query_params.get("route"), _whose(caller)
        rows = await asyncio.to_thread(back.store.exchanges, limit, route=route, tenant=tenant)
        return json_of({"exchanges": [msgspec.structs.asdict(row) for row in rows]})

    return exchanges


def _whose(caller: Caller) -> str | None:
    """Whose rows a caller may read: its own tenant's, or, None, everybody's if it may operate."""
    return None if "operate" in caller.roles else caller.tenant


def _exchange(back: Back) -> Page:
    async def exchange(request: Request, caller: Caller) -> Response:
        row = await asyncio.to_thread(back.store.exchange, request.path_params["id"])
        if row is None or _whose(caller) not in (None, row.tenant):
            words = f"the journal has no exchange {request.path_params['id']!r}; its id is in x-understudy-request-id"
            raise Fault(words, kind=FaultKind.NOT_FOUND)
        # Without the tenant's own words: a bucket of them has its number.
        return json_of({"exchange": msgspec.structs.asdict(row), "explanation": [*account(row)]})

    return exchange


def _not_found(back: Back) -> Callable[[Request, Exception], Awaitable[Response]]:
    served = ", ".join(path for dialect in back.dialects for path in dialect.served)
    models, house = f"models answer POST at {served}", f"what the house tells is at {', '.join(HOUSE)}"

    async def not_found(request: Request, error: Exception) -> Response:
        path = request.url.path
        message = f"there is nothing at {path!r}; {house if path.startswith('/understudy') else models}"
        body = {"error": {"message": message, "type": "not_found_error", "param": None, "code": "not_found"}}
        return JSONResponse(body, status_code=404)

    return not_found
