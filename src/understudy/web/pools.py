"""What routes with a pool have learned, at /understudy/v1/pools, and as a page to look at below it.

The caller's own tenant, figures and names only.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy.canon.faults import Fault, FaultKind
from understudy.jobs.pools import pool_views
from understudy.jobs.report.pool_gather import PoolsReport, gather_pools
from understudy.jobs.report.pool_page import pools_page
from understudy.policy.keys import Caller
from understudy.web.back import Back, Page, guarded, json_of

PATH = "/understudy/v1/pools"


def pools(back: Back) -> list[Route]:
    """The views, and the report."""
    return [Route(PATH, guarded(back, _pools(back))), Route(PATH + "/report", guarded(back, _report(back)))]


def _pools(back: Back) -> Page:
    async def answer(request: Request, caller: Caller) -> Response:
        routes = back.standing().board.routes
        return json_of({"pools": await asyncio.to_thread(pool_views, back.store, routes, caller.tenant)})

    return answer


def _report(back: Back) -> Page:
    """`?route=NAME` for one route; `?format=json` for the figures behind the page."""

    async def answer(request: Request, caller: Caller) -> Response:
        only = request.query_params.get("route")
        report = await asyncio.to_thread(pools_of, back, caller.tenant, only)
        if only is not None and not report.pools:
            raise Fault(f"there is no pool {only!r}; GET {PATH} lists all", kind=FaultKind.NOT_FOUND)
        if request.query_params.get("format") == "json":
            return json_of(report)
        return Response(await asyncio.to_thread(pools_page, report), media_type="text/html; charset=utf-8")

    return answer


def pools_of(back: Back, tenant: str, only: str | None = None) -> PoolsReport:
    """What a report tells of a tenant's pools."""
    return gather_pools(back.store, back.standing().board, back.clock.now_s(), tenant=tenant, only=only)
