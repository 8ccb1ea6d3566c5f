"""What routes with a pool have learned, at /understudy/v1/pools: figures and names only."""

import asyncio

from understudy.canon.value import Value
from understudy.jobs.pools import PoolView, pool_views
from understudy.policy.keys import Caller
from understudy.web.back import Back, whose
from understudy.web.operations import Operation


class Learned(Value, frozen=True):
    """What was learned, by tenant and route."""

    pools: list[PoolView]


async def pools(back: Back, caller: Caller) -> Learned:
    """What routes with a pool have learned: every model's record by kind, the dial, and what serves.

    Of the key's own tenant; of all with the role `operate`.
    """
    routes = back.standing().board.routes
    return Learned(await asyncio.to_thread(pool_views, back.store, routes, whose(caller)))


POOLS = (Operation("GET", "/pools", pools),)
