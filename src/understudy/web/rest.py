"""Everything that is not a model route: health, metrics, what neighbours here serve, and what the house tells.

Reads of the database run off the loop.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from understudy.canon.faults import Fault, FaultKind
from understudy.jobs.sanity import WINDOW, standing
from understudy.web.back import Back, Endpoint, dialect_of, failed, resting_of
from understudy.web.counting import counting
from understudy.web.house import HOUSE
from understudy.web.kept import kept
from understudy.web.lists import lists
from understudy.web.metrics import Believed
from understudy.web.operations import routes

log = logging.getLogger(__name__)
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
        *routes(back, HOUSE),
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


def _not_found(back: Back) -> Callable[[Request, Exception], Awaitable[Response]]:
    served = ", ".join(path for dialect in back.dialects for path in dialect.served)
    told = ", ".join(f"{one.path}{' (POST)' if one.method == 'POST' else ''}" for one in HOUSE)
    models, house = f"models answer POST at {served}", f"what the house tells is at {told}"

    async def not_found(request: Request, error: Exception) -> Response:
        path = request.url.path
        words = f"there is nothing at {path!r}; {house if path.startswith('/understudy') else models}"
        return failed(back, Fault(words, kind=FaultKind.NOT_FOUND), dialect_of(request, back))

    return not_found
