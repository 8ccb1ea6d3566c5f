"""The corridor: one coroutine from a caller's bytes to the last byte of its answer.

Admission, kind, plan, attempts in turn, relay, books, evidence. Everything that serves an answer enters here: the web,
assistants, channels and jobs alike.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator

import msgspec

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.canon.usage import NO_USAGE
from understudy.dialects.contract import Echo
from understudy.gateway import trial
from understudy.gateway.account import addressed, reach
from understudy.gateway.alone import admitted
from understudy.gateway.attempt import Place, StreamAttempt, ask_whole, identified
from understudy.gateway.conversation import Conversation, conversation_of
from understudy.gateway.draft import Draft
from understudy.gateway.embedding import embed
from understudy.gateway.evidence import answered, conclude, errand_of, lost, roomy
from understudy.gateway.holding import budgeted, size_of
from understudy.gateway.keeping import check_known, keep, resumed
from understudy.gateway.passing import pass_on
from understudy.gateway.relay import Relay
from understudy.gateway.rights import Rights, rights_of
from understudy.gateway.site import Call, Site, Standing
from understudy.gateway.unattended import book_errand
from understudy.gateway.wheel import Watch
from understudy.parity.assign import bucket
from understudy.parity.slices import SliceId
from understudy.policy.keys import Caller, permit
from understudy.ports import Attempt, Health, Sampled, Sender
from understudy.routing.board import Model
from understudy.routing.choose import Features, Plan, choose, meant
from understudy.routing.kinds import asked_words, kind_of

log = logging.getLogger(__name__)
Serve = Callable[[Draft, Relay, Watch], Awaitable[None]]
KIND_HEADER = "x-understudy-kind"
# The draw of a request that no share applies to.
OUTSIDE = 1.0
# What stands in a draw of a pool where a hypothesis stands in that of a ramp.
POOL = "pool"
# When to come again where the spool is full: the bookkeeper drains it many times a second.
FULL_RETRY_S = 1.0
# Grace beyond both models' total time before an announced pair counts as lost: a minute of it may be spent waiting for
# a slot of the second one.
PAIR_GRACE_S = 90.0


class Gateway:
    """Answers requests: the one door to every model."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def answer(self, call: Call, sender: Sender) -> None:
        """Serve one call to its end. Every outcome is booked; only cancellation leaves as an exception."""

        async def serve(draft: Draft, relay: Relay, watch: Watch) -> None:
            request = await self._prepare(call, draft)
            if request.streamed:
                watch.keep_alive, watch.keep_alive_s = relay.keep_alive, self._site.timeouts.keep_alive_s
                await self._stream(call, request, draft, relay, watch)
            else:
                await self._whole(call, request, draft, sender, watch)

        await self._served(call, sender, serve)

    async def embed(self, call: Call, sender: Sender) -> None:
        """Serve one call for vectors to its end, as `answer` does."""

        async def serve(draft: Draft, relay: Relay, watch: Watch) -> None:
            await embed(self._site, call, draft, sender, watch)

        await self._served(call, sender, serve)

    async def pass_on(self, call: Call, sender: Sender) -> None:
        """Serve one call of an endpoint that passes as it is to its end, as `answer` does."""

        async def serve(draft: Draft, relay: Relay, watch: Watch) -> None:
            await pass_on(self._site, call, draft, sender, relay, watch)

        await self._served(call, sender, serve)

    async def reach(self, call: Call, sender: Sender) -> None:
        """Serve one call to what lies at a provider to its end, as `answer` does."""

        async def serve(draft: Draft, relay: Relay, watch: Watch) -> None:
            await reach(self._site, call, draft, sender, watch)

        call = addressed(self._site, call)
        await self._served(call, sender, serve)

    async def _served(self, call: Call, sender: Sender, serve: Serve) -> None:
        """Whatever comes of it is told in the caller's dialect, and booked."""
        draft = Draft(self._site, call)
        watch = Watch(asyncio.get_running_loop().time(), total_s=self._site.timeouts.total_s)
        relay = Relay(sender, call.dialect, draft, watch)
        self._site.wheel.add(watch)
        try:
            if self._site.journal.full:
                full = "the journal's spool is full: new requests wait until it drains"
                raise Fault(full, kind=FaultKind.UNAVAILABLE, retry_after_s=FULL_RETRY_S)
            await serve(draft, relay, watch)
        except Fault as fault:
            watch.keep_alive = None
            await relay.fail(fault)
        except RecursionError:
            await relay.fail(bad_request("the body is nested too deeply to be carried on"))
        except asyncio.CancelledError:
            _cancelled(draft)
            raise
        except Exception:
            # The supervisor of requests: a mistake of ours is told and booked like any other failure.
            log.exception("request %s failed inside the gateway", draft.id)
            watch.keep_alive = None
            await relay.fail(Fault("the gateway failed; its log has the reason", kind=FaultKind.INTERNAL))
        finally:
            self._site.wheel.discard(watch)
            # Each knows the other: what a request held is let go with it, and not at the collector's next look.
            watch.keep_alive = None
            self._site.holds.release(draft.id)
            if draft.plan is not None and draft.request is not None:
                plan = draft.plan
                if plan.decision is not None or draft.compared or plan.canary or plan.crowded is not None:
                    self._site.spawn(conclude(self._site, draft, plan, draft.request))

    async def refuse(self, call: Call, fault: Fault, sender: Sender) -> None:
        """Answer a call that came to nothing before it could be read: told in its dialect, and booked."""

        async def serve(draft: Draft, relay: Relay, watch: Watch) -> None:
            raise fault

        await self._served(call, sender, serve)

    async def _prepare(self, call: Call, draft: Draft) -> Request:
        """Admit, decode, plan; announce the comparison if there is to be one."""
        site = self._site
        standing, caller = admitted(site, call, draft)
        draft.request = request = await resumed(site, call.dialect, call.read(), caller.tenant)
        if not request.messages:
            raise bad_request("messages is empty; there is nothing to answer", "messages")
        asked = meant(request.model, standing.board)
        permit(caller, asked)
        draft.heed(standing.board.routes.get(asked))
        conversation = conversation_of(call.headers, request, caller.name, draft.id)
        draft.unit = conversation.unit
        route = standing.board.routes.get(asked)
        if budgeted(caller, route):
            draft.size = await size_of(request)
            # The sums of this moment, since holds are of this moment too; from here to the hold nobody else is let in.
            standing = msgspec.structs.replace(standing, spent=site.standing().spent)
        now_s, health, holds = draft.now_s(), site.health, site.holds
        rights = rights_of(caller, route, standing, now_s, request=request, health=health, holds=holds)
        plan = rights.left(self._plan(call, request, asked, conversation, standing, caller, rights))
        # What is refused is no lost answer of the candidate's.
        draft.plan = msgspec.structs.replace(plan, canary=False)
        rights.check(plan.chain[0])
        draft.plan = plan = roomy(plan, site.slots, standing.board)
        draft.hold(plan.chain[0])
        check_known(call.dialect, request, plan.chain[0])
        draft.compared = plan.others if plan.shadow is None else (plan.shadow,)
        site.slots.announce(draft.compared)
        if plan.shadow is not None and plan.hypothesis is not None:
            self._announce(draft, plan, conversation, standing, caller)
        return request

    def _plan(
        self,
        call: Call,
        request: Request,
        asked: str,
        conversation: Conversation,
        standing: Standing,
        caller: Caller,
        rights: Rights,
    ) -> Plan:
        board, secret, ledger = standing.board, self._site.server_secret, self._site.ledger
        # A model that is named needs no kind; what is declared must make sense all the same.
        declared = call.headers.get(KIND_HEADER, caller.kind)
        known = asked in board.routes or declared is not None
        found = kind_of(request, declared, call.headers, standing.policies) if known else None
        kind = found.id if found is not None else ""
        route = board.routes.get(asked)
        kind = route.pool.get(kind, kind) if route is not None else kind
        ramp = board.ramps.get((caller.tenant, asked, kind))
        draw = shadow_draw = OUTSIDE
        if route is not None and route.choose_from:
            slice_ = SliceId(asked, kind, caller.tenant)
            draw = bucket(secret, slice_, POOL, conversation.unit)
            shadow_draw = bucket(secret, slice_, POOL, conversation.unit, purpose="shadow")
        elif ramp is not None:
            slice_ = SliceId(asked, kind, caller.tenant)
            draw = bucket(secret, slice_, ramp.hypothesis, conversation.unit)
            shadow_draw = bucket(secret, slice_, ramp.hypothesis, conversation.unit, purpose="shadow")
        # A session's titles and summaries may go to another route, which must not take the conversation along.
        seat = f"{asked} {conversation.unit}"
        running = None if conversation.one_turn else ledger.recall(seat)
        features = Features(asked=asked, kind=kind, running=running, tenant=caller.tenant)
        if route is not None and route.choose_from:
            features = msgspec.structs.replace(
                features,
                words=asked_words(request),
                needs=rights.needs,
                moment=rights.moment,
                known=found.words if found is not None else "",
            )
        plan = choose(features, board, draw=draw, shadow_draw=shadow_draw)
        if not conversation.one_turn and plan.route is not None:
            ledger.remember(seat, plan.chain[0].name)
        return plan

    def _announce(
        self, draft: Draft, plan: Plan, conversation: Conversation, standing: Standing, caller: Caller
    ) -> None:
        """Say in the books that both models will answer, and whether a person is to be asked, before either does."""
        route = standing.board.routes[str(plan.route)]
        slice_ = SliceId(route.name, str(plan.kind), caller.tenant)
        lot = bucket(self._site.server_secret, slice_, str(plan.hypothesis), conversation.unit, purpose="label")
        asked = lot < route.labels
        answers_s = 2 * self._site.timeouts.total_s + PAIR_GRACE_S
        draft.sampled = Sampled(
            exchange_id=draft.id,
            at_s=draft.at_s,
            hypothesis=str(plan.hypothesis),
            unit=conversation.unit,
            served=plan.served,
            deadline_s=draft.at_s + answers_s + (route.label_s if asked else route.verdict_s),
            propensity=plan.shadow_rate,
            idle_s=None if conversation.one_turn else route.unit_idle_s,
            label_propensity=route.labels,
            asked=asked,
        )
        self._site.journal.append(draft.sampled)

    async def _whole(self, call: Call, request: Request, draft: Draft, sender: Sender, watch: Watch) -> None:
        async def attempt(place: Place) -> None:
            begun = draft.asked_ms(place.model)
            strict = draft.strict
            reply, draft.omissions = await ask_whole(self._site, place, request, watch, draft.fetched, strict=strict)
            wasted = draft.wasted.get(place.model.name, 0)
            draft.answered[place.model.name] = answered(place.model, reply, draft.elapsed_ms() - begun, wasted)
            await self._send(call, request, draft, sender, reply)

        reply = await self._tried(draft, request, watch)
        if reply is not None:
            return await self._send(call, request, draft, sender, reply)
        await _try(self._site, draft, attempt, begun=lambda: draft.booked)

    async def _send(self, call: Call, request: Request, draft: Draft, sender: Sender, reply: Reply) -> None:
        """A whole answer, to its caller and into the books."""
        draft.usage = reply.usage
        draft.stop = reply.stop.value if reply.stop else None
        reply = identified(reply, draft.id, call.dialect)
        body = call.dialect.encode_reply(reply, request, Echo(request.model, draft.extension(reply.usage)))
        draft.omissions += body.omissions
        draft.content()
        keep(self._site, call.dialect, draft, body.body, streamed=False)
        draft.book("ok")
        await sender.start(200, [("content-type", "application/json"), *draft.headers(final=True)])
        await sender.end(body.body)

    async def _tried(self, draft: Draft, request: Request, watch: Watch) -> Reply | None:
        """The first model's answer in a cascade, if the check accepts it; else the plan goes on without that model."""
        plan = draft.plan
        if plan is None or plan.decision is None or not plan.decision.trial:
            return None
        reply = await trial.accepted(self._site, draft, plan, request, watch)
        if reply is None:
            draft.plan = msgspec.structs.replace(plan, chain=plan.chain[1:])
            draft.hold(plan.chain[1])
        return reply

    async def _stream(self, call: Call, request: Request, draft: Draft, relay: Relay, watch: Watch) -> None:
        async def attempt(place: Place) -> None:
            begun = draft.asked_ms(place.model)
            run = StreamAttempt(self._site, place, request, call.dialect, relay, draft)
            try:
                await run.run(watch, strict=draft.strict)
            finally:
                # Finished means booked as whole: a caller that hangs up at the last byte takes nothing from the model.
                if relay.finished:
                    reply = run.collector.reply()
                    wasted = draft.wasted.get(place.model.name, 0)
                    took_ms = draft.elapsed_ms() - begun
                    draft.answered[place.model.name] = answered(place.model, reply, took_ms, wasted)

        reply = await self._tried(draft, request, watch)
        if reply is not None:
            return await trial.told(self._site, draft, call.dialect, request, reply, relay)
        await _try(self._site, draft, attempt, begun=lambda: relay.content)


async def _try(
    site: Site, draft: Draft, attempt: Callable[[Place], Awaitable[None]], *, begun: Callable[[], bool]
) -> None:
    """Try the plan's places in turn until one answers; never again once the caller has seen content.

    Where the candidate leads, any failure of its own lets the incumbent answer: a caller must not suffer from a ramp.
    """
    plan = draft.plan
    if plan is None:
        raise RuntimeError("a request is planned before it is tried")
    places = list(_places(plan, draft.id, site.health))
    for number, place in enumerate(places, start=1):
        draft.model = place.model
        if number > 1:
            draft.hold(place.model)
        since_ms = draft.elapsed_ms()
        site.slots.begin(place.model, place.endpoint)
        try:
            return await attempt(place)
        except Fault as fault:
            spent_ms = draft.elapsed_ms() - since_ms
            draft.attempts.append(Attempt(place.model.name, fault.kind.value, fault.row.status, spent_ms))
            draft.answered[place.model.name] = lost(place.model, fault.kind.value, draft.waste(place.model))
            canary = plan.served == "candidate" and place.model is plan.chain[0]
            if begun() or number == len(places) or not (fault.row.retriable or canary):
                raise
            _book_attempt(site, draft, plan, place.model, fault, spent_ms)
        finally:
            site.slots.end(place.model, place.endpoint)


def _book_attempt(site: Site, draft: Draft, plan: Plan, model: Model, fault: Fault, spent_ms: float) -> None:
    """Book what a try cost that another one makes up for, at the request's expense and to the model that made it."""
    if draft.usage != NO_USAGE:
        errand = errand_of(draft, plan, "attempt", "attempt: it broke off before its caller saw any of it")
        book_errand(site, model, errand, spent_ms, fault=fault, usage=draft.usage)
        draft.usage = NO_USAGE


def _places(plan: Plan, request_id: str, health: Health) -> Iterator[Place]:
    """Every place of every model of the plan, the models in order, the places of one starting at a point of its own.

    Those that rest after failures come last.
    """
    for model in plan.chain:
        places = model.endpoints
        first = hash(request_id) % len(places)
        turned = places[first:] + places[:first]
        if len(places) > 1:
            turned = tuple(sorted(turned, key=lambda endpoint: health.resting(model, endpoint) is not None))
        for endpoint in turned:
            yield Place(model, endpoint)


def _cancelled(draft: Draft) -> None:
    gone = Fault("the caller went away before the answer was complete", kind=FaultKind.BAD_REQUEST)
    draft.book("cancelled", fault=gone, http_status=499)
    if draft.model is not None:
        draft.answered.setdefault(draft.model.name, lost(draft.model, "cancelled"))
