"""Asking a model while no caller waits: shadows and judges, with a time-out of their own, whole, booked by themselves.

Their cost is the slice's and never the caller's, but for a trial and a broken attempt, which were asked for the caller.
"""

import asyncio

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.money import cost
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.canon.usage import NO_USAGE, Usage
from understudy.canon.value import Value
from understudy.gateway.attempt import Place, ask_whole
from understudy.gateway.media import Held
from understudy.gateway.site import Site
from understudy.gateway.wheel import Watch
from understudy.ports import Exchange, Purpose, Status
from understudy.routing.board import Model


class Errand(Value, frozen=True, kw_only=True):
    """Why a model is asked: the purpose, the exchange that it is for, and the slice that pays."""

    purpose: Purpose
    of: str
    reason: str
    tenant: str
    route: str | None
    kind: str | None
    hypothesis: str | None
    unit: str | None = None
    # Whose budget it counts to; a slice's own comparing counts to nobody's.
    key: str = ""


async def ask_unattended(site: Site, model: Model, request: Request, errand: Errand, held: Held) -> tuple[Reply, float]:
    """The whole answer and its latency in milliseconds; a Fault if there is none. Booked whatever comes of it."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    watch = Watch(begun, total_s=site.timeouts.total_s)
    site.wheel.add(watch)
    try:
        reply, _ = await ask_whole(site, Place(model, model.endpoints[0]), request, watch, held, strict=False)
    except Fault as fault:
        book_errand(site, model, errand, (loop.time() - begun) * 1000, fault=fault)
        raise
    except asyncio.CancelledError:
        cut = Fault("the server was stopped before the answer was complete", kind=FaultKind.UNAVAILABLE)
        book_errand(site, model, errand, (loop.time() - begun) * 1000, fault=cut, status="cancelled")
        raise
    finally:
        site.wheel.discard(watch)
    latency_ms = (loop.time() - begun) * 1000
    book_errand(site, model, errand, latency_ms, reply=reply)
    return reply, latency_ms


def book_errand(
    site: Site,
    model: Model,
    errand: Errand,
    latency_ms: float,
    *,
    reply: Reply | None = None,
    fault: Fault | None = None,
    usage: Usage = NO_USAGE,
    status: Status = "failed",
) -> None:
    """Book an errand as an exchange of its own; with a fault it has this status, and the usage told all the same."""
    usage = reply.usage if reply else usage
    exchange = Exchange(
        id=site.new_id(),
        at_s=site.clock.now_s(),
        purpose=errand.purpose,
        shadow_of=errand.of,
        tenant=errand.tenant,
        key=errand.key,
        route=errand.route,
        kind=errand.kind,
        dialect=model.dialect,
        asked=errand.route or "",
        model=model.name,
        owned=model.owned,
        build=model.build,
        reason=errand.reason,
        status=status if fault else "ok",
        fault=fault.kind.value if fault else None,
        message=fault.message if fault else None,
        stop=reply.stop.value if reply and reply.stop else None,
        usage=usage,
        cost_nano_usd=cost(usage, model.price),
        latency_ms=latency_ms,
        hypothesis=errand.hypothesis,
        unit=errand.unit,
    )
    site.journal.append(exchange)
    site.holds.end(exchange)
    site.observe(exchange)
