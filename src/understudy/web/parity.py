"""The read side of parity: where slices stand, one slice whole, the plan, the report, the replay, what was imported.

Nothing is decided or changed here. A key sees its own tenant's slices, or all with the role `operate`; words of callers
are shown only to those who may read them.
"""

import asyncio
from typing import Annotated, Literal

from msgspec import Meta
from starlette.responses import HTMLResponse

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.value import Value
from understudy.jobs.imported import ImportedView, imported_views
from understudy.jobs.planning import SlicePlan, plan, pools
from understudy.jobs.replaying import Finding, replay_all
from understudy.jobs.report.gather import Report, gather
from understudy.jobs.report.page import page
from understudy.jobs.status import SliceStory, SliceView, story, views
from understudy.policy.keys import Caller
from understudy.web.back import Back, place_of, whose
from understudy.web.operations import BASE, Operation
from understudy.web.pools import pools_of

# The roles that read words of callers.
READERS = frozenset({"label", "operate"})


class Slices(Value, frozen=True):
    """Slices, in order of name."""

    slices: list[SliceView]


class Findings(Value, frozen=True):
    """What the replay of each hypothesis that has moved found."""

    findings: list[Finding]


class Imports(Value, frozen=True):
    """What imports show, oldest first."""

    imports: list[ImportedView]


class Plans(Value, frozen=True):
    """The plan of each slice, and by route the kinds that could be decided together."""

    plans: list[SlicePlan]
    pools: dict[str, list[str]]


class Wanted(Value, frozen=True):
    """Which report is wanted."""

    slice: Annotated[str | None, Meta(description="One slice, by its name; all of them if left out.")] = None
    format: Annotated[Literal["html", "json"], Meta(description="A page, or the figures behind it.")] = "html"


async def slices(back: Back, caller: Caller) -> Slices:
    """Every slice: evidence, share, and the one condition that blocks its next rung."""
    return Slices(await _views(back, caller))


async def shown(back: Back, caller: Caller, route: str, kind: str) -> SliceStory:
    """One slice whole: its figures, its record, and what people asked of it.

    Another tenant's is at `tenant:route`, for keys with the role `operate`.
    """
    place = (*place_of(caller, route), kind)
    view = next((one for one in await _views(back, caller) if (one.tenant, one.route, one.kind) == place), None)
    if view is None:
        raise _nothing(f"{route}/{kind}")
    return await asyncio.to_thread(story, back.store, view)


async def replayed(back: Back, caller: Caller) -> Findings:
    """Every move made again from the stored pairs alone, and whether it agrees with the record."""
    return Findings(await asyncio.to_thread(replay_all, back.store, tenant=whose(caller)))


async def imported(back: Back, caller: Caller) -> Imports:
    """What pairs show that were measured elsewhere."""
    return Imports(await asyncio.to_thread(imported_views, back.store, whose(caller)))


async def planned(back: Back, caller: Caller) -> Plans:
    """What each slice still takes before it may rise, in pairs, days and money."""
    found = await asyncio.to_thread(plan, back.store, back.specs, back.clock.now_s(), tenant=whose(caller))
    return Plans(found, pools(found))


async def reported(back: Back, caller: Caller, query: Wanted) -> Report | HTMLResponse:
    """The report, as a page to look at or as figures.

    Words of callers are in it for keys with the role `label` or `operate`.
    """
    report = await asyncio.to_thread(_gathered, back, caller, query.slice)
    if query.slice is not None and not report.slices:
        raise _nothing(query.slice)
    if query.format == "json":
        return report
    return HTMLResponse(await asyncio.to_thread(page, report))


def _gathered(back: Back, caller: Caller, only: str | None) -> Report:
    words, tenant = bool(READERS & set(caller.roles)), whose(caller)
    pools = pools_of(back, tenant) if only is None else None
    return gather(
        back.store,
        back.specs,
        back.clock.now_s(),
        words=words,
        places=back.places,
        only=only,
        pools=pools,
        tenant=tenant,
    )


async def _views(back: Back, caller: Caller) -> list[SliceView]:
    return await asyncio.to_thread(views, back.store, back.specs, back.clock.now_s(), back.places, tenant=whose(caller))


def _nothing(wanted: str) -> Fault:
    return Fault(f"there is no slice {wanted!r}; GET {BASE}/parity lists all", kind=FaultKind.NOT_FOUND)


PARITY = (
    Operation("GET", "/parity", slices),
    Operation("GET", "/parity/replay", replayed),
    Operation("GET", "/parity/imports", imported),
    Operation("GET", "/parity/plan", planned),
    Operation("GET", "/parity/report", reported),
    Operation("GET", "/parity/{route}/{kind}", shown),
)
