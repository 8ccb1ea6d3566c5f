"""Embeddings: the corridor's side door, for texts that become vectors. One model answers, at any of its places."""

from understudy.canon.embeddings import Embedded, EmbedRequest
from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.gateway.alone import admitted, in_turn, planned
from understudy.gateway.attempt import check_strict, open_answer, target_of, timed
from understudy.gateway.draft import Draft
from understudy.gateway.holding import size_of_texts
from understudy.gateway.site import Call, Site
from understudy.gateway.wheel import Watch
from understudy.ports import Sender, UpstreamCall
from understudy.routing.board import Model

REASON = "embeddings stay with one model: vectors of two do not compare"


async def embed(site: Site, call: Call, draft: Draft, sender: Sender, watch: Watch) -> None:
    """Serve one call for vectors; a Fault if no place of its model gives any."""
    means = call.dialect.embedding
    if means is None:
        raise RuntimeError("only dialects that have embeddings are asked for them")
    standing, caller = admitted(site, call, draft)
    request = means.read(call.body, call.address)
    model = planned(site, draft, caller, request.model, standing, REASON, lambda: size_of_texts(request))
    reply = await _asked(site, model, request, draft, watch)
    if len(reply.vectors) != len(request.inputs):
        words = f"{model.name!r} gave {len(reply.vectors)} vectors for {len(request.inputs)} texts"
        raise Fault(words, kind=FaultKind.UPSTREAM)
    draft.usage = reply.usage
    body = means.write_reply(reply, request)
    draft.content()
    draft.book("ok")
    await sender.start(200, [("content-type", "application/json"), *draft.headers(final=True)])
    await sender.end(body)


async def _asked(site: Site, model: Model, request: EmbedRequest, draft: Draft, watch: Watch) -> Embedded:
    means = site.dialects[model.dialect].embedding
    if means is None:
        raise bad_request(f"{model.name!r} speaks the {model.dialect} dialect, which has no embeddings", "model")
    encoded = means.write(request, target_of(model))
    check_strict(model, encoded, strict=draft.strict)
    draft.omissions = encoded.omissions
    path = means.path_to(request, target_of(model))

    async def ask(call: UpstreamCall) -> Embedded:
        async with timed(watch), open_answer(site, call) as answer:
            return means.read_reply(await answer.read())

    return await in_turn(site, draft, model, path, encoded.body, ask)
