"""Going on from kept answers: before a request is planned, and after its answer is whole.

Answers are bound to the tenant that asked. The conversation is put before the request here, so that any model can go on
with it, whoever gave the answer before.
"""

from understudy.canon.request import Request
from understudy.dialects.contract import Dialect
from understudy.gateway.draft import Draft
from understudy.gateway.site import Site
from understudy.ports import KeptAnswer
from understudy.routing.board import Model

# The conversation behind one answer, in bytes: twice what a request may bring by default. Beyond, nothing is kept.
MAX_KEPT_BYTES = 64 * 1024 * 1024


# Answers that are looked up for the items that a request names. A kept answer holds all that was said before it, so
# that one is enough for most; an id that is not known is waited for, each time.
MAX_NAMED = 4


async def resumed(site: Site, dialect: Dialect, request: Request, tenant: str) -> Request:
    """The request with what it goes on from before it; as it came where nothing of it is kept here."""
    request = await _spelt_out(site, dialect, request, tenant)
    previous = dialect.keeping.previous(request) if dialect.keeping is not None and request.messages else None
    if dialect.keeping is None or previous is None:
        return request
    words = await site.shelf.get(tenant, previous)
    return request if words is None else dialect.keeping.resume(request, words)


async def _spelt_out(site: Site, dialect: Dialect, request: Request, tenant: str) -> Request:
    """The request with the items that it names by an id alone, and that are kept here, in full."""
    looked_up: set[str] = set()
    while dialect.keeping is not None and len(looked_up) < MAX_NAMED:
        answer = next((answer for answer in dialect.keeping.named(request) if answer not in looked_up), None)
        if answer is None:
            break
        looked_up.add(answer)
        if (words := await site.shelf.get(tenant, answer)) is not None:
            request = dialect.keeping.spelt_out(request, words)
    return request


def check_known(dialect: Dialect, request: Request, model: Model) -> None:
    """A Fault where a request still names an answer that nobody knows: only a host of its dialect may have it."""
    if dialect.keeping is None or model.dialect == dialect.name:
        return
    if (previous := dialect.keeping.previous(request)) is not None:
        raise dialect.keeping.unknown(previous)


def keep(site: Site, dialect: Dialect, draft: Draft, told: bytes, *, streamed: bool) -> None:
    """Keep a whole answer by the last bytes that its caller is about to get, if the caller wants to go on from it."""
    request, caller = draft.request, draft.caller
    if dialect.keeping is None or not site.keep_answers_s or request is None or caller is None:
        return
    model = draft.model
    provider = model.provider if model is not None and model.dialect == dialect.name else ""
    kept = dialect.keeping.keep(request, told, streamed=streamed, provider=provider)
    if kept is None or len(kept.words) > MAX_KEPT_BYTES:
        return
    expires_at_s = draft.at_s + site.keep_answers_s
    site.shelf.put(
        KeptAnswer(id=kept.id, tenant=caller.tenant, at_s=draft.at_s, expires_at_s=expires_at_s, words=kept.words)
    )
