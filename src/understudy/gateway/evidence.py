"""Evidence: both answers to one prompt, gathered for the check after the caller has been served.

The comparison is announced in the books before either model answers (`Sampled`), so that a lost answer is seen as
lost. The second model is asked with its own time-out, whole, on its own; nobody waits for it, no tool runs, and it
is not booked to the caller.
"""

import msgspec

from understudy.canon.faults import Fault
from understudy.canon.money import cost
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.gateway.draft import Draft
from understudy.gateway.site import Site
from understudy.gateway.unattended import Errand, ask_unattended
from understudy.ports import Answered, Compared, Live, Paired, Purpose, Side
from understudy.routing.board import Model
from understudy.routing.choose import Plan


def answered(model: Model, reply: Reply, latency_ms: float, wasted: int = 0) -> Answered:
    """One side of a pair from a complete answer, `wasted` what the model's tries before it cost.

    The upstream's own bytes are left behind.
    """
    kept = msgspec.structs.replace(reply, source=b"", extras={})
    paid = cost(reply.usage, model.price)
    return Answered(
        model=model.name,
        build=model.build,
        reply=kept,
        cost_nano_usd=None if paid is None else paid + wasted,
        latency_ms=latency_ms,
    )


def lost(model: Model, why: str, wasted: int = 0) -> Answered:
    """One side of a pair that never came, why, and what it cost all the same."""
    return Answered(model=model.name, build=model.build, missing=why, cost_nano_usd=wasted or None)


def bare_of(request: Request) -> Request:
    """A request as it is asked whole, by nobody who waits for a stream, and as it is kept."""
    return msgspec.structs.replace(request, source=b"", stream=None, stream_usage=None)


def errand_of(draft: Draft, plan: Plan, purpose: Purpose, reason: str) -> Errand:
    """An errand at the expense of an exchange's slice."""
    return Errand(
        purpose=purpose,
        of=draft.id,
        reason=reason,
        tenant=draft.caller.tenant if draft.caller else "default",
        route=plan.route,
        kind=plan.kind,
        hypothesis=plan.hypothesis,
        unit=draft.unit,
        key=draft.caller.name if draft.caller and purpose in ("trial", "attempt") else "",
    )


async def gather(site: Site, draft: Draft, plan: Plan, request: Request) -> None:
    """Complete the evidence of one exchange and append it to the books: a pair, or a live outcome in a canary."""
    if plan.hypothesis is None or plan.incumbent is None:
        return
    served = plan.chain[0]
    first = draft.answered.get(served.name) or lost(served, "no answer")
    bare = bare_of(request)
    if plan.shadow is None or draft.sampled is None:
        if plan.canary:
            live = Live(
                exchange_id=draft.id,
                at_s=draft.at_s,
                hypothesis=plan.hypothesis,
                side=plan.served,
                request=bare,
                answer=first,
                alone=plan.alone,
            )
            site.journal.append(live)
        return
    second = draft.answered.get(plan.shadow.name) or await _shadow(site, draft, plan, plan.shadow, bare)
    sides: dict[Side, Answered] = {plan.served: first, _other(plan.served): second}
    site.journal.append(
        Paired(
            exchange_id=draft.id,
            at_s=draft.at_s,
            settled_at_s=site.clock.now_s(),
            deadline_s=draft.sampled.deadline_s,
            hypothesis=plan.hypothesis,
            unit=draft.unit or draft.id,
            served=plan.served,
            request=bare,
            candidate=sides["candidate"],
            incumbent=sides["incumbent"],
        )
    )


async def compare(site: Site, draft: Draft, plan: Plan, request: Request) -> None:
    """Append what models of a pool answered to the books: the one that served, and the others of a comparison."""
    decision = plan.decision
    if decision is None or not draft.answered or plan.route is None or plan.kind is None:
        return
    bare = bare_of(request)
    answers = [draft.answered[decision.chosen]] if decision.chosen in draft.answered else []
    for model in plan.others:
        answers.append(draft.answered.get(model.name) or await _shadow(site, draft, plan, model, bare))
    rate, served = plan.shadow_rate, decision.propensity
    fit = [option.model for option in decision.options if not option.unfit]
    rest = (1.0 - served) / max(1, len(fit) - 1)
    chances = {name: rate + (1.0 - rate) * (served if name == decision.chosen else rest) for name in fit}
    site.journal.append(
        Compared(
            exchange_id=draft.id,
            at_s=draft.at_s,
            tenant=draft.caller.tenant if draft.caller else "default",
            key=draft.caller.name if draft.caller else "",
            route=plan.route,
            kind=plan.kind,
            request=bare,
            served=decision.chosen,
            answers=tuple(answers),
            chances=chances,
        )
    )


def _other(side: Side) -> Side:
    return "incumbent" if side == "candidate" else "candidate"


async def _shadow(site: Site, draft: Draft, plan: Plan, model: Model, request: Request) -> Answered:
    errand = errand_of(draft, plan, "shadow", "shadow: answered for comparison only")
    try:
        reply, latency_ms = await ask_unattended(site, model, request, errand, draft.fetched)
    except Fault as fault:
        return lost(model, fault.kind.value)
    return answered(model, reply, latency_ms)
