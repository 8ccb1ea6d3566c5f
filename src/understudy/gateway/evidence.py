"""Evidence: both answers to one prompt, gathered for the check after the caller has been served.

The comparison is announced in the books before either model answers (`Sampled`), so that a lost answer is seen as
lost. The second model is asked with its own time-out, whole, on its own, once it can spare a slot; nobody waits for
it, no tool runs, and it is not booked to the caller. What we cut off ourselves, by a stop, is no model's failure.
"""

import asyncio
from contextlib import suppress

import msgspec

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.money import cost
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.gateway.draft import Draft
from understudy.gateway.rights import uncompared
from understudy.gateway.site import Site
from understudy.gateway.unattended import Errand, ask_unattended, book_errand
from understudy.ports import Answered, Compared, Live, Paired, Purpose, Side, Slots, Stopping
from understudy.routing.board import Board, Model
from understudy.routing.choose import Plan

# Why a pair counts for nothing that was cut off by a stop.
CUT = "the server was stopped before both had answered"


def answered(model: Model, reply: Reply, latency_ms: float | None, wasted: int = 0) -> Answered:
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


def roomy(plan: Plan, slots: Slots, board: Board) -> Plan:
    """The plan as it is where there is room for one comparison more, else without any, and with a chance of none.

    Room is asked for at all models that are compared, whoever serves, and in a pool whether or not this request was
    drawn: so it depends on nothing but the load, and the chance in the books is the one that held.
    """
    if plan.decision is not None and plan.shadow_rate:
        models = [board.models[option.model] for option in plan.decision.options if not option.unfit]
    else:
        models = [plan.chain[0], plan.shadow] if plan.shadow is not None else []
    crowded = slots.crowded(models)
    if crowded is None:
        return plan
    drawn = plan.shadow is not None or bool(plan.others)
    return msgspec.structs.replace(uncompared(plan), crowded=crowded if drawn else None)


async def conclude(site: Site, draft: Draft, plan: Plan, request: Request) -> None:
    """What is left to do for the books once an exchange is over; then its comparison is, too."""
    try:
        if plan.crowded is not None:
            words = f"{plan.crowded.name} had no slot for one comparison more"
            errand = errand_of(draft, plan, "shadow", f"shadow: left out, since {words}")
            book_errand(
                site, plan.crowded, errand, 0.0, fault=Fault(words, kind=FaultKind.OVERLOADED), status="refused"
            )
        if plan.decision is not None:
            await compare(site, draft, plan, request)
        else:
            await gather(site, draft, plan, request)
    finally:
        site.slots.announce(draft.compared, -1)


async def gather(site: Site, draft: Draft, plan: Plan, request: Request) -> None:
    """Complete the evidence of one exchange and append it to the books: a pair, or a live outcome in a canary."""
    if plan.hypothesis is None or plan.incumbent is None:
        return
    served = plan.chain[0]
    first = draft.answered.get(served.name) or lost(served, "no answer")
    bare = bare_of(request)
    if plan.shadow is None or draft.sampled is None:
        if plan.canary and not _cut(site, first):
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
    void = ""
    try:
        second = draft.answered.get(plan.shadow.name) or await _shadow(site, draft, plan, plan.shadow, bare)
    except Stopping:
        second, void = lost(plan.shadow, "stopped"), CUT
    except asyncio.CancelledError:
        site.journal.append(_paired(site, draft, plan, bare, first, lost(plan.shadow, "stopped"), CUT))
        raise
    site.journal.append(_paired(site, draft, plan, bare, first, second, void))


async def compare(site: Site, draft: Draft, plan: Plan, request: Request) -> None:
    """Append what models of a pool answered to the books: the one that served, and the others of a comparison."""
    decision = plan.decision
    if decision is None or not draft.answered or plan.route is None or plan.kind is None:
        return
    bare = bare_of(request)
    answers = [draft.answered[decision.chosen]] if decision.chosen in draft.answered else []
    if answers and _cut(site, answers[0]):
        return
    try:
        with suppress(Stopping):
            for model in plan.others:
                answers.append(draft.answered.get(model.name) or await _shadow(site, draft, plan, model, bare))
    finally:
        # Cut off by a stop, it has the answers that came.
        site.journal.append(_compared(draft, plan, bare, answers))


def _compared(draft: Draft, plan: Plan, bare: Request, answers: list[Answered]) -> Compared:
    decision = plan.decision
    if decision is None or plan.route is None or plan.kind is None:
        raise ValueError("only a plan that chose from a pool compares its models")
    rate, served = plan.shadow_rate, decision.propensity
    fit = [option.model for option in decision.options if not option.unfit]
    rest = (1.0 - served) / max(1, len(fit) - 1)
    chances = {name: rate + (1.0 - rate) * (served if name == decision.chosen else rest) for name in fit}
    return Compared(
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
        rate=rate,
        unit=draft.unit or "",
    )


def _paired(
    site: Site, draft: Draft, plan: Plan, bare: Request, first: Answered, second: Answered, void: str
) -> Paired:
    sides: dict[Side, Answered] = {plan.served: first, _other(plan.served): second}
    return Paired(
        exchange_id=draft.id,
        at_s=draft.at_s,
        settled_at_s=site.clock.now_s(),
        deadline_s=draft.sampled.deadline_s if draft.sampled else draft.at_s,
        hypothesis=plan.hypothesis or "",
        unit=draft.unit or draft.id,
        served=plan.served,
        request=bare,
        candidate=sides["candidate"],
        incumbent=sides["incumbent"],
        void=void,
    )


def _cut(site: Site, answer: Answered) -> bool:
    """Whether an answer was broken off because the server stops."""
    return site.slots.stopping and answer.missing == "cancelled"


def _other(side: Side) -> Side:
    return "incumbent" if side == "candidate" else "candidate"


async def _shadow(site: Site, draft: Draft, plan: Plan, model: Model, request: Request) -> Answered:
    errand = errand_of(draft, plan, "shadow", "shadow: answered for comparison only")
    try:
        async with site.slots.slot(model) as spared:
            reply, latency_ms = await ask_unattended(site, model, request, errand, draft.fetched)
    except Fault as fault:
        return lost(model, fault.kind.value)
    # Without a slot to spare it would say how busy the model is, not how fast.
    return answered(model, reply, latency_ms if spared else None)
