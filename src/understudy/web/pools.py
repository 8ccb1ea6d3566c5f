"""What routes with a pool have learned, at /understudy/v1/pools, and as a page to look at below it.

Figures and names only.
"""

import asyncio
from typing import Annotated, Literal

from msgspec import Meta
from starlette.responses import HTMLResponse

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.value import Value
from understudy.jobs.pools import PoolView, pool_views
from understudy.jobs.report.pool_gather import PoolsReport, gather_pools
from understudy.jobs.report.pool_page import pools_page
from understudy.policy.keys import Caller
from understudy.web.back import Back, whose
from understudy.web.operations import BASE, Operation


class Learned(Value, frozen=True):
    """What was learned, by tenant and route."""

    pools: list[PoolView]


class WantedPools(Value, frozen=True):
    """Which report is wanted."""

    route: Annotated[str | None, Meta(description="One route, by its name; all of them if left out.")] = None
    format: Annotated[Literal["html", "json"], Meta(description="A page, or the figures behind it.")] = "html"


async def pools(back: Back, caller: Caller) -> Learned:
    """What routes with a pool have learned: every model's record by kind, the dial, and what serves.

    Of the key's own tenant; of all with the role `operate`.
    """
    routes = back.standing().board.routes
    return Learned(await asyncio.to_thread(pool_views, back.store, routes, back.clock.now_s(), whose(caller)))


async def pools_reported(back: Back, caller: Caller, query: WantedPools) -> PoolsReport | HTMLResponse:
    """The report on pools, as a page to look at or as figures.

    Of the key's own tenant; of all with the role `operate`.
    """
    report = await asyncio.to_thread(pools_of, back, whose(caller), query.route)
    if query.route is not None and not report.pools:
        raise Fault(f"there is no pool {query.route!r}; GET {BASE}/pools lists all", kind=FaultKind.NOT_FOUND)
    if query.format == "json":
        return report
    return HTMLResponse(await asyncio.to_thread(pools_page, report))


def pools_of(back: Back, tenant: str | None, only: str | None = None) -> PoolsReport:
    """What a report tells of a tenant's pools, or of all."""
    return gather_pools(back.store, back.standing().board, back.clock.now_s(), tenant=tenant, only=only)


POOLS = (Operation("GET", "/pools", pools), Operation("GET", "/pools/report", pools_reported))
