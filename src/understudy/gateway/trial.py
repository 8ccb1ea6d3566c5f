"""A trial: the first model of a cascade answers whole, and its answer leaves the house only if the check accepts it.

What was refused is booked as an exchange of its own, at the request's expense; the plan's other models then answer as
if the first had failed. One trial a request, within its own time.
"""

import asyncio
import logging

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.reply import Reply, events_of
from understudy.canon.request import Request
from understudy.dialects.contract import Dialect, Echo
from understudy.gateway.attempt import Place, ask_whole, identified
from understudy.gateway.draft import Draft
from understudy.gateway.evidence import answered, bare_of, errand_of, lost
from understudy.gateway.keeping import keep
from understudy.gateway.relay import Relay
from understudy.gateway.site import Site
from understudy.gateway.unattended import book_errand
from understudy.gateway.wheel import Watch
from understudy.ports import Attempt, Check
from understudy.routing.cascade import RIGHT
from understudy.routing.choose import Plan

log = logging.getLogger(__name__)
# The longest that a trial may keep the caller waiting before the next model is asked.
TRIAL_S = 30.0


async def accepted(site: Site, draft: Draft, plan: Plan, request: Request, watch: Watch) -> Reply | None:
    """The first model's answer, if the check accepts it; None if it does not, or there is none."""
    model = plan.chain[0]
    begun_ms = draft.elapsed_ms()
    asked = bare_of(request) if request.streamed else request
    place = Place(model, model.endpoints[0])
    site.slots.begin(model, place.endpoint)
    try:
        async with asyncio.timeout(TRIAL_S):
            reply, omissions = await ask_whole(site, place, asked, watch, draft.fetched, strict=False)
    except (Fault, TimeoutError) as error:
        kind = error.kind if isinstance(error, Fault) else FaultKind.TIMEOUT
        draft.attempts.append(Attempt(model.name, kind.value, None, draft.elapsed_ms() - begun_ms))
        draft.answered[model.name] = lost(model, kind.value)
        return None
    finally:
        site.slots.end(model, place.endpoint)
    spent_ms = draft.elapsed_ms() - begun_ms
    draft.answered[model.name] = answered(model, reply, spent_ms)
    if _accepts(site.checks.get(plan.route or ""), request, reply):
        draft.model, draft.omissions = model, omissions
        return reply
    draft.attempts.append(Attempt(model.name, "refused by the check", None, spent_ms))
    errand = errand_of(draft, plan, "trial", f"trial: the check refused the answer of {model.name}")
    book_errand(site, model, errand, spent_ms, reply=reply)
    return None


def _accepts(check: Check | None, request: Request, reply: Reply) -> bool:
    """Whether a check says that an answer is right; silence and a mistake of its own are no yes."""
    try:
        return check is not None and (check.score(request, reply) or 0.0) >= RIGHT
    except Exception:
        # The supervisor of checks on the request path: a plug-in's mistake must not cost the caller the answer.
        log.exception("a check broke on an answer of %s", reply.model)
        return False


async def told(site: Site, draft: Draft, dialect: Dialect, request: Request, reply: Reply, relay: Relay) -> None:
    """Stream an answer that is there already whole."""
    draft.usage, draft.stop = reply.usage, reply.stop.value if reply.stop else None
    encoder = dialect.reply_encoder(request, Echo(request.model))
    reply = identified(reply, draft.id, dialect)
    data = b"".join(encoder.send(event) for event in events_of(reply))
    terminal = encoder.end(Echo(request.model, draft.extension(reply.usage)))
    draft.omissions += encoder.omissions
    await relay.write(data, asyncio.get_running_loop().time())
    keep(site, dialect, draft, terminal, streamed=True)
    await relay.end(terminal)
