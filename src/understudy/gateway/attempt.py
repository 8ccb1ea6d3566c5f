"""One attempt: one request to one place of one model, whole or streamed, in whichever dialect it speaks.

An attempt either yields a complete answer or raises a Fault. It closes its upstream connection on every way out, so
that a caller's going, a time-out and an error all free the slot at once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple, TypeVar

import msgspec

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.canon.frames import Frame
from understudy.canon.grammar import Grammar
from understudy.canon.omissions import Omission
from understudy.canon.reply import CONTENT_EVENTS, Collector, Event, Failed, Metered, PartStarted, Reply, Started
from understudy.canon.request import Request
from understudy.canon.value import Value
from understudy.dialects.contract import Dialect, Echo, Encoded, ReplyEncoder, Target
from understudy.dialects.eventstream import EVENT_STREAM_TYPE
from understudy.dialects.spelling import faulted, omitted
from understudy.dialects.toolnames import Back, named, restored
from understudy.gateway.draft import Draft
from understudy.gateway.keeping import keep
from understudy.gateway.limits import read_limits, read_wait_s
from understudy.gateway.media import Held, inlined
from understudy.gateway.relay import Relay
from understudy.gateway.site import Site
from understudy.gateway.wheel import Watch
from understudy.ports import UpstreamAnswer, UpstreamCall
from understudy.routing.board import Endpoint, Model

# An upstream's error body is read up to here; what people need of it stands at its beginning.
MAX_ERROR_BYTES = 256 * 1024
_EVENT_STREAMS = ("text/event-stream", EVENT_STREAM_TYPE)


class Place(Value, frozen=True):
    """Where an attempt goes: a model, and one of the places that serve it."""

    model: Model
    endpoint: Endpoint


def target_of(model: Model) -> Target:
    """A model as the encoder of its dialect wants to know it."""
    target = Target(
        model.upstream,
        model.maker,
        model.renames,
        model.unsupported,
        model.max_tokens,
        model.tool_choices,
        model.tool_ids,
        model.usage_on,
        model.developer,
        model.provider,
        model.thoughts,
    )
    for only in model.only:
        target = only.over(target)
    return target


def check_strict(model: Model, encoded: Encoded, *, strict: bool) -> None:
    """In strict mode every omission is a Fault."""
    if strict and encoded.omissions:
        named = "; ".join(f"{omission.field}: {omission.why}" for omission in encoded.omissions)
        raise bad_request(f"strict mode: {model.name!r} cannot be given all that was asked ({named})")


class Asked(NamedTuple):
    """The call to a place: what it could not carry, and what the names of tools in it stand for."""

    call: UpstreamCall
    omissions: tuple[Omission, ...]
    names: Back


def _encoded(site: Site, dialect: Dialect, request: Request, target: Target) -> tuple[Encoded, Back]:
    """The body for an upstream, and what its names of tools stand for.

    What stayed behind, and what must not, is told under the caller's own names.
    """
    if request.dialect == dialect.name:
        return dialect.encode_request(request, target), {}
    fitted, names = named(request, dialect.tool_names)
    spelling = site.spelling(request)
    try:
        encoded = dialect.encode_request(fitted, target)
    except Fault as fault:
        raise faulted(fault, request, spelling) from None
    return Encoded(encoded.body, omitted(encoded.omissions, request, spelling)), names


def call_to(site: Site, place: Place, request: Request, *, strict: bool) -> Asked:
    """The call to a place; in strict mode every omission is a Fault."""
    model, target = place.model, target_of(place.model)
    dialect = site.dialects[model.dialect]
    encoded, names = _encoded(site, dialect, request, target)
    check_strict(model, encoded, strict=strict)
    path = dialect.path_to(request, target)
    headers = request.headers if request.dialect == dialect.name else {}
    call = UpstreamCall(model, place.endpoint, path, encoded.body, site.timeouts.connect_s, headers)
    return Asked(call, encoded.omissions, names)


@asynccontextmanager
async def open_answer(site: Site, call: UpstreamCall) -> AsyncIterator[UpstreamAnswer]:
    """The upstream's answer, its connection closed on the way out; an error status is raised as the Fault it tells."""
    answer = await site.upstream.send(call)
    try:
        if answer.status >= 300:
            raise await _refusal(site, call, answer)
        yield answer
    finally:
        answer.close()


async def _refusal(site: Site, call: UpstreamCall, answer: UpstreamAnswer) -> Fault:
    """What an error answer says, with how long to wait and what is left where it tells."""
    now_s = site.clock.now_s()
    dialect = site.dialects[call.model.dialect]
    wait_s = read_wait_s(answer.headers, now_s)
    fault = dialect.decode_fault(answer.status, await _error_body(answer), wait_s, answer.headers)
    prefixes = tuple(one.quotas for one in site.dialects.values() if one.quotas is not None)
    fault.limits = read_limits(answer.headers, prefixes, now_s)
    return fault


async def _error_body(answer: UpstreamAnswer) -> bytes:
    body = b""
    async for data in answer.chunks():
        body += data
        if len(body) > MAX_ERROR_BYTES:
            break
    return body[:MAX_ERROR_BYTES]


_Told = TypeVar("_Told", bound=Started | Reply)


def identified(told: _Told, exchange: str, caller: Dialect) -> _Told:
    """The beginning of an answer, or all of it, with an id.

    It is the exchange's where its upstream gave none, and where callers may go on from it, since it must not stand for
    two; an upstream of the caller's own dialect gives such ids itself.
    """
    if not told.id or (caller.keeping is not None and told.dialect != caller.name):
        return msgspec.structs.replace(told, id=exchange)
    return told


@asynccontextmanager
async def timed(watch: Watch, relay: Relay | None = None, *, first_s: float | None = None) -> AsyncIterator[None]:
    """The time that one attempt has, by the watch; a Fault(TIMEOUT) once it is over, unless the caller has it all."""
    try:
        async with asyncio.timeout(None) as deadline:
            watch.begin(asyncio.get_running_loop().time(), deadline, first_s=first_s)
            yield
    except TimeoutError:
        if relay is None or not relay.finished:
            raise watch.fault() from None
    finally:
        watch.deadline = None


@contextmanager
def watched(site: Site, place: Place) -> Iterator[None]:
    """What comes of an attempt, told to those who watch how places fare."""
    site.health.begin(place.model, place.endpoint)
    try:
        yield
    except Fault as fault:
        site.health.end(place.model, place.endpoint, fault)
        raise
    site.health.end(place.model, place.endpoint, None)


async def ask_whole(
    site: Site, place: Place, request: Request, watch: Watch, held: Held, *, strict: bool
) -> tuple[Reply, tuple[Omission, ...]]:
    """A whole answer, and what the request could not carry."""
    request = await inlined(site, held, request, place.model)
    asked = call_to(site, place, request, strict=strict)
    with watched(site, place):
        async with timed(watch), open_answer(site, asked.call) as answer:
            body = await answer.read()
        reply = site.dialects[place.model.dialect].decode_reply(body, place.model.maker)
    if asked.names:
        reply = msgspec.structs.replace(reply, parts=tuple(restored(part, asked.names) for part in reply.parts))
    return reply, asked.omissions


class StreamAttempt:
    """A streamed answer on its way from one upstream to one caller."""

    def __init__(self, site: Site, place: Place, request: Request, caller: Dialect, relay: Relay, draft: Draft) -> None:
        self._site = site
        self._place = place
        self._request = request
        self._caller = caller
        self._relay = relay
        self._draft = draft
        self._upstream = site.dialects[place.model.dialect]
        self._same = self._upstream.name == caller.name
        self._encoder: ReplyEncoder = caller.reply_encoder(request, self._echo())
        self._grammar = Grammar()
        self._names: Back = {}
        self._held: list[bytes] = []
        self._terminal = b""
        self.collector = Collector()

    async def run(self, watch: Watch, *, strict: bool) -> None:
        """Relay the answer to its end; a Fault if it breaks, whose `relay.content` tells how far it came."""
        request = await inlined(self._site, self._draft.fetched, self._request, self._place.model)
        call, self._draft.omissions, self._names = call_to(self._site, self._place, request, strict=strict)
        first_s = self._site.timeouts.first_token_s
        try:
            with watched(self._site, self._place):
                async with timed(watch, self._relay, first_s=first_s), open_answer(self._site, call) as answer:
                    await self._pump(answer, watch)
        finally:
            self._draft.usage = self.collector.usage

    async def _pump(self, answer: UpstreamAnswer, watch: Watch) -> None:
        decoder = self._upstream.reply_decoder(self._place.model.maker)
        clock = asyncio.get_running_loop().time
        try:
            async for data in answer.chunks():
                await self._take(decoder.feed(data), watch, clock())
            await self._take(decoder.close(), watch, clock())
        except Fault:
            # Once the caller has the ending, the upstream's manners no longer matter.
            if self._relay.finished:
                return
            raise
        if not self._relay.finished:
            self._check_complete(answer)
            await self._finish()

    async def _take(self, frames: list[Frame], watch: Watch, now: float) -> None:
        if self._relay.finished:
            return
        out: list[bytes] = []
        ended = False
        for frame in frames:
            piece = self._piece(frame, watch)
            if piece:
                out.append(piece)
            ended = ended or frame.terminal
        if frames:
            watch.heard = now
        if out:
            await self._send(b"".join(out), watch, now)
        if ended and self._grammar.complete:
            await self._finish()

    def _piece(self, frame: Frame, watch: Watch) -> bytes:
        """The bytes for the caller that a frame stands for; events are judged and gathered on the way."""
        content = False
        metered = False
        if self._names:
            frame = msgspec.structs.replace(frame, events=tuple(self._restored(event) for event in frame.events))
        for event in frame.events:
            self._judge(event)
            content = content or isinstance(event, CONTENT_EVENTS)
            metered = metered or isinstance(event, Metered)
        if content and watch.first_s is not None:
            watch.content(self._site.timeouts.idle_s)
        if frame.malformed:
            self._draft.malformed += 1
            return b""
        if not self._same:
            return b"".join(self._encoder.send(self._named(event)) for event in frame.events)
        echo = self._echo(metered=metered)
        if frame.terminal:
            self._terminal += self._caller.edit_frame(frame, self._request, echo)
            return b""
        return self._caller.edit_frame(frame, self._request, echo)

    def _restored(self, event: Event) -> Event:
        """An event with a tool's name as the caller gave it."""
        if type(event) is not PartStarted:
            return event
        return msgspec.structs.replace(event, part=restored(event.part, self._names))

    def _named(self, event: Event) -> Event:
        """An event for the caller's encoder, the first of them with an id."""
        return identified(event, self._draft.id, self._caller) if type(event) is Started else event

    def _judge(self, event: Event) -> None:
        if isinstance(event, Failed):
            raise Fault(event.message, kind=event.kind, native=event.native)
        self._grammar.check(event)
        self.collector.feed(event)

    async def _send(self, data: bytes, watch: Watch, now: float) -> None:
        """Hold an answer's opening back until content stands behind it."""
        if watch.first_s is not None:
            self._held.append(data)
            return
        if self._held:
            data = b"".join((*self._held, data))
            self._held.clear()
        await self._relay.write(data, now)

    def _check_complete(self, answer: UpstreamAnswer) -> None:
        if self._grammar.complete:
            return
        kind = answer.headers.get("content-type", "")
        if self.collector.started is None and not kind.startswith(_EVENT_STREAMS):
            raise Fault(f"the model answered with {kind!r} instead of a stream of events", kind=FaultKind.UPSTREAM)
        raise Fault("the model's answer ended without a finish", kind=FaultKind.TRUNCATED)

    async def _finish(self) -> None:
        finished = self.collector.finished
        self._draft.usage = self.collector.usage
        self._draft.stop = finished.reason.value if finished else None
        if self._same:
            terminal = self._terminal or self._caller.closing(self._request)
        else:
            self._draft.omissions += self._encoder.omissions
            terminal = self._encoder.end(self._echo(metered=True))
        keep(self._site, self._caller, self._draft, terminal, streamed=True)
        await self._relay.end(b"".join((*self._held, terminal)))

    def _echo(self, *, metered: bool = False) -> Echo:
        """What is added to the caller's bytes: the name it asked for; figures once they are known."""
        asked = self._request.model
        return Echo(asked, self._draft.extension(self.collector.usage)) if metered else Echo(asked)
