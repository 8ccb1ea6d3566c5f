"""What routes with a pool have learned, at /understudy/v1/pools: the caller's own tenant, figures and names only."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy.jobs.pools import pool_views
from understudy.policy.keys import Caller
from understudy.web.back import Back, Page, guarded, json_of

PATH = "/understudy/v1/pools"


def pools(back: Back) -> list[Route]:
    """The one page."""
    return [Route(PATH, guarded(back, _pools(back)))]


def _pools(back: Back) -> Page:
    async def answer(request: Request, caller: Caller) -> Response:
        routes = back.standing().board.routes
        return json_of(
            {"pools": await asyncio.to_thread(pool_views, back.store, routes, back.clock.now_s(), caller.tenant)}
        )

    return answer
