"""The read side of parity: where slices stand, one slice whole, the plan, the report, the replay, what was imported.

Nothing is decided or changed here. Words of callers are shown only to those who may read them.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy.canon.faults import Fault, FaultKind
from understudy.jobs.imported import imported_views
from understudy.jobs.planning import plan, pools
from understudy.jobs.recording import link_of
from understudy.jobs.replaying import replay_all
from understudy.jobs.report.gather import Report, gather
from understudy.jobs.report.page import page
from understudy.jobs.status import SliceView, views
from understudy.parity.slices import SliceId
from understudy.policy.keys import Caller
from understudy.web.back import Back, Page, guarded, json_of
from understudy.web.pools import pools_of

BASE = "/understudy/v1/parity"


def parity(back: Back) -> list[Route]:
    """The routes below /understudy/v1/parity that read."""
    pages = {"": _all, "/replay": _replay, "/imports": _imports, "/plan": _plan, "/report": _report}
    named = [Route(BASE + path, guarded(back, made(back))) for path, made in pages.items()]
    return [*named, Route(BASE + "/{route}/{kind}", guarded(back, _show(back)))]


def _all(back: Back) -> Page:
    async def answer(request: Request, caller: Caller) -> Response:
        # Thousands of slices are not even written on the loop.
        return await asyncio.to_thread(lambda: json_of({"slices": _views(back)}))

    return answer


def _show(back: Back) -> Page:
    async def answer(request: Request, caller: Caller) -> Response:
        route, kind = request.path_params["route"], request.path_params["kind"]
        wanted = str(SliceId(route, kind, caller.tenant))
        view = next((one for one in await asyncio.to_thread(_views, back) if one.slice == wanted), None)
        if view is None:
            raise _nothing(wanted)
        place = (caller.tenant, route, kind)
        rows = await asyncio.to_thread(back.store.transitions, route, kind)
        told = await asyncio.to_thread(back.store.orders)
        orders = [row for row in told if (row.tenant, row.route, row.kind) == place]
        links = [link_of(row).told() | {"hash": row.hash} for row in rows if row.tenant == caller.tenant]
        return json_of({"slice": view, "transitions": links, "orders": orders})

    return answer


def _replay(back: Back) -> Page:
    async def answer(request: Request, caller: Caller) -> Response:
        return json_of({"findings": await asyncio.to_thread(replay_all, back.store)})

    return answer


def _imports(back: Back) -> Page:
    async def answer(request: Request, caller: Caller) -> Response:
        return json_of({"imports": await asyncio.to_thread(imported_views, back.store)})

    return answer


def _plan(back: Back) -> Page:
    async def answer(request: Request, caller: Caller) -> Response:
        plans = await asyncio.to_thread(plan, back.store, back.specs, back.clock.now_s())
        return json_of({"plans": plans, "pools": pools(plans)})

    return answer


def _report(back: Back) -> Page:
    """`?slice=route/kind` for one slice; `?format=json` for the figures behind the page."""

    async def answer(request: Request, caller: Caller) -> Response:
        only = request.query_params.get("slice")
        report = await asyncio.to_thread(_gathered, back, only, caller)
        if only is not None and not report.slices:
            raise _nothing(only)
        if request.query_params.get("format") == "json":
            return json_of(report)
        return Response(await asyncio.to_thread(page, report), media_type="text/html; charset=utf-8")

    return answer


def _gathered(back: Back, only: str | None, caller: Caller) -> Report:
    pools = pools_of(back, caller.tenant) if only is None else None
    words, now_s = bool(caller.roles), back.clock.now_s()
    return gather(back.store, back.specs, now_s, words=words, places=back.places, only=only, pools=pools)


def _views(back: Back) -> list[SliceView]:
    return views(back.store, back.specs, back.clock.now_s(), back.places)


def _nothing(wanted: str) -> Fault:
    return Fault(f"there is no slice {wanted!r}; GET {BASE} lists all", kind=FaultKind.NOT_FOUND)
