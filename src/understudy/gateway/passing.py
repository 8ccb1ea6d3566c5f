"""Passing: endpoints whose bodies go on as they came, the model's name apart, metered and booked.

An answer that is no stream is read whole. A stream goes on event by event; its ending is held until the exchange is in
the books, and one that breaks off without having said why it stopped ends in an error.
"""

import asyncio
from collections.abc import Callable

import msgspec

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.canon.request import Request
from understudy.canon.usage import NO_USAGE, merge
from understudy.dialects.contract import PassedEvent, Passing
from understudy.dialects.sse import SseFrame, SseParser
from understudy.gateway.alone import admitted, in_turn, planned
from understudy.gateway.attempt import open_answer, timed
from understudy.gateway.draft import Draft
from understudy.gateway.holding import size_of_body
from understudy.gateway.places import foreign, joined
from understudy.gateway.relay import Relay
from understudy.gateway.site import Call, Site
from understudy.gateway.wheel import Watch
from understudy.ports import Sender, UpstreamAnswer, UpstreamCall

# Said in the books of what is paid by the piece or the second, which no price here is told for.
UNMETERED = "its answer tells no usage, so that what it cost is unknown"
REASON = "this endpoint passes to its provider as it is"


async def pass_on(site: Site, call: Call, draft: Draft, sender: Sender, relay: Relay, watch: Watch) -> None:
    """Serve one call; a Fault if it fails, in-band where content went before."""
    means = call.dialect.passing
    if means is None:
        raise RuntimeError("only dialects that pass endpoints on are asked to")
    standing, caller = admitted(site, call, draft)
    kind = call.headers.get("content-type", "application/json")
    asked = means.read(call.body, kind, call.address)
    model = planned(site, draft, caller, asked.model, standing, REASON, lambda: size_of_body(call.body, kind))
    theirs = site.dialects[model.dialect].passing
    if theirs is None or theirs.name != means.name:
        raise bad_request(f"{model.name!r} speaks the {model.dialect} dialect, which has no such endpoint", "model")
    draft.request = Request(model=asked.model, messages=(), dialect=call.dialect.name, stream=asked.streamed)
    if asked.streamed:
        watch.keep_alive, watch.keep_alive_s = relay.keep_alive, site.timeouts.keep_alive_s
    way = _Way(site, means, draft, sender, relay, watch)
    path, _, query = call.address.partition("?")
    body = means.write(call.body, kind, model.upstream)
    path = means.path_to(joined(path, foreign(query)), model.upstream)
    await in_turn(site, draft, model, path, body, way.ask, headers={"content-type": kind}, method=call.method)


class _Way:
    """One call on its way back."""

    def __init__(self, site: Site, means: Passing, draft: Draft, sender: Sender, relay: Relay, watch: Watch) -> None:
        self._site = site
        self._means = means
        self._draft = draft
        self._sender = sender
        self._relay = relay
        self._watch = watch
        self._complete = False

    async def ask(self, call: UpstreamCall) -> None:
        """Ask one place, within the time that answers have."""
        first_s = self._site.timeouts.first_token_s if self._streamed else None
        async with timed(self._watch, self._relay, first_s=first_s), open_answer(self._site, call) as answer:
            if self._means.event and answer.headers.get("content-type", "").startswith("text/event-stream"):
                await self._stream(answer, self._means.event)
            else:
                await self._whole(answer)

    @property
    def _streamed(self) -> bool:
        return self._draft.request is not None and self._draft.request.streamed

    async def _whole(self, answer: UpstreamAnswer) -> None:
        body, self._draft.usage = self._means.whole(await answer.read(), self._draft.asked)
        self._watch.keep_alive = None
        if self._relay.started:
            raise Fault("the upstream answered a stream's request with no stream", kind=FaultKind.UPSTREAM)
        self._draft.content()
        if self._draft.usage == NO_USAGE and self._draft.plan is not None:
            self._draft.plan = msgspec.structs.replace(self._draft.plan, reason=f"{REASON}; {UNMETERED}")
        self._draft.book("ok")
        kind = answer.headers.get("content-type", "application/octet-stream")
        await self._sender.start(200, [("content-type", kind), *self._draft.headers(final=True)])
        await self._sender.end(body)

    async def _stream(self, answer: UpstreamAnswer, read: Callable[[SseFrame, str], PassedEvent]) -> None:
        parser = SseParser()
        async for data in answer.chunks():
            if await self._told(parser.feed(data), read):
                return
        if await self._told(parser.close(), read):
            return
        if not self._complete:
            raise Fault("the model's answer ended without a finish", kind=FaultKind.TRUNCATED)
        await self._relay.end(b"data: [DONE]\n\n")

    async def _told(self, pieces: list[SseFrame], read: Callable[[SseFrame, str], PassedEvent]) -> bool:
        """Hand events on; whether the answer has ended."""
        out: list[bytes] = []
        for piece in pieces:
            event = read(piece, self._draft.asked)
            self._draft.usage = merge(self._draft.usage, event.usage)
            self._complete = self._complete or event.complete
            if event.ended:
                await self._relay.end(b"".join((*out, event.raw)))
                return True
            out.append(event.raw)
        if out:
            now = asyncio.get_running_loop().time()
            if self._watch.first_s is not None:
                self._watch.content(self._site.timeouts.idle_s)
            self._watch.heard = now
            await self._relay.write(b"".join(out), now)
        return False
