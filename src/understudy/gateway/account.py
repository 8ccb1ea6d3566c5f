"""What lies at a provider under the operator's account (files, batches): methods, bodies and answers pass as they are.

No model is named, so the path names the provider: `/passthrough/openai/files` is `/files` there; below the home of a
dialect it is the only provider that speaks it. Which places there are is the dialect's to say, and no other passes. One
account serves all tenants, who would see one another's files, so that a caller needs the role `account`. Answers that
name a place where their caller goes on are made to name it here; where clients go there without a key, a ticket for
that place alone stands in the address.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

import msgspec

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.dialects.contract import Account
from understudy.gateway.alone import admitted
from understudy.gateway.attempt import open_answer, timed
from understudy.gateway.draft import Draft
from understudy.gateway.places import PREFIX, TICKET, Wanted, below, here, place, wanted_of
from understudy.gateway.results import book, summed
from understudy.gateway.rights import rights_of
from understudy.gateway.site import Call, Site
from understudy.gateway.wheel import Watch
from understudy.policy.keys import Caller, admit_ticket, entrust, ticket
from understudy.ports import Sender, UpstreamCall
from understudy.routing.board import Board, Model
from understudy.routing.choose import Plan, named

METHODS = ("GET", "POST", "PATCH", "DELETE")
REASON = "the path names the provider"
# Long enough for a large file on a slow line.
TICKET_S = 24 * 60 * 60
# What of an answer's headers its reader needs.
_TOLD = ("content-type", "content-disposition")


async def reach(site: Site, call: Call, draft: Draft, sender: Sender, watch: Watch) -> None:
    """Serve one call; a Fault if it fails."""
    standing = site.standing()
    board = standing.board
    caller = _admitted(site, call, draft)
    entrust(caller, "account")
    wanted = _wanted(call, board)
    model = _account(wanted.provider, board)
    draft.asked, draft.plan = model.name, Plan(chain=(model,), reason=REASON)
    rights_of(caller, None, standing, draft.now_s(), holds=site.holds).check(model)
    draft.model = model
    dialect, endpoint = site.dialects[model.dialect], model.endpoints[0]
    there = dialect.account and place(dialect.account, endpoint, wanted)
    if dialect.account is None or there is None:
        words = f"nothing at {wanted.path!r} passes to {wanted.provider!r}, which speaks the {model.dialect} dialect"
        raise Fault(words, kind=FaultKind.NOT_FOUND)
    sent = ("content-type", *dialect.forwarded, *dialect.account.sent)
    headers = {name: call.headers[name] for name in sent if name in call.headers}
    asked = UpstreamCall(model, there[0], there[1], call.body, site.timeouts.connect_s, headers, call.method)
    back = _Back(site, call, caller, dialect.account, model, wanted)
    async with timed(watch), open_answer(site, asked) as answer:
        body = back.linked(await answer.read())
    await back.meter(draft, body)
    draft.content()
    draft.book("ok", http_status=answer.status)
    await sender.start(answer.status, [*back.headers(answer.headers), *draft.headers(final=True)])
    await sender.end(body)


def addressed(site: Site, call: Call) -> Call:
    """The call in the dialect of the provider that its path names: clients of that one are told of faults."""
    if not call.address.startswith(PREFIX):
        return call
    template = site.standing().board.providers.get(call.address.removeprefix(PREFIX).partition("/")[0])
    return call if template is None else replace(call, dialect=site.dialects[template.dialect])


def _admitted(site: Site, call: Call, draft: Draft) -> Caller:
    """The caller, by its key, else by a ticket to this address."""
    address, _, shown = call.address.partition(f"{TICKET}=")
    if call.key is not None or not shown:
        return admitted(site, call, draft)[1]
    keyring, now_s = site.standing().keyring, site.clock.now_s()
    draft.caller = caller = admit_ticket(keyring, site.server_secret, unquote(shown), address[:-1], now_s)
    return caller


def _wanted(call: Call, board: Board) -> Wanted:
    address, _, query = call.address.partition("?")
    if address.startswith(PREFIX):
        provider, slash, rest = address.removeprefix(PREFIX).partition("/")
        return wanted_of(provider, PREFIX + provider, slash + rest, query)
    home = call.dialect.account.home if call.dialect.account else ""
    return wanted_of(_only(call.dialect.name, board), home, address.removeprefix(home), query)


def _only(dialect: str, board: Board) -> str:
    """The one provider that speaks a dialect."""
    names = [name for name, model in board.providers.items() if model.dialect == dialect and "/" not in name]
    if not names:
        raise Fault(f"no provider that is reachable here speaks the {dialect} dialect", kind=FaultKind.NOT_FOUND)
    if len(names) > 1:
        shown = ", ".join(names)
        raise bad_request(f"several providers speak the {dialect} dialect ({shown}); name one: {PREFIX}{names[0]}/…")
    return names[0]


def _account(provider: str, board: Board) -> Model:
    """The provider's account, as a model without a name there."""
    if provider not in board.providers:
        known = ", ".join(name for name in board.providers if "/" not in name)
        raise Fault(f"provider {provider!r} is not reachable here; reachable: {known}", kind=FaultKind.NOT_FOUND)
    return named(f"{provider}/account", board)


@dataclass(frozen=True, slots=True)
class _Back:
    """The way back of one answer."""

    site: Site
    call: Call
    caller: Caller
    means: Account
    model: Model
    wanted: Wanted

    def headers(self, told: Mapping[str, str]) -> list[tuple[str, str]]:
        """The headers that the caller needs."""
        kept = [(name, value) for name in (*_TOLD, *self.means.told) if (value := told.get(name))]
        return kept + [(name, self._onward(value)) for name in self.means.onward if (value := told.get(name))]

    def linked(self, body: bytes) -> bytes:
        """The body, with our own places in the fields that name some; what is no object passes as it came."""
        if not any(b'"%s"' % name.encode() in body for name in self.means.linked):
            return body
        try:
            top = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            if "data" in top:
                rows = msgspec.json.decode(top["data"], type=list[dict[str, msgspec.Raw]])
                top["data"] = msgspec.Raw(msgspec.json.encode([self._edited(row) for row in rows]))
            return msgspec.json.encode(self._edited(top))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return body

    async def meter(self, draft: Draft, body: bytes) -> None:
        """Book what a batch's results tell; they may be many, so the loop does not wait for them."""
        results = self.means.results if self.call.method == "GET" else None
        if results is not None:
            path = below(self.means, self.wanted.path)
            totals = await asyncio.to_thread(lambda: summed(results(path, body)))
            book(self.site, draft, self.caller, self.wanted, path, totals)

    def _edited(self, fields: dict[str, msgspec.Raw]) -> dict[str, msgspec.Raw]:
        for name in self.means.linked:
            url = msgspec.json.decode(fields[name]) if name in fields else None
            found = here(self.means, self.model.endpoints[0], self.wanted, url) if isinstance(url, str) else None
            if found is not None:
                fields[name] = msgspec.Raw(msgspec.json.encode(self.call.origin + found.address))
        return fields

    def _onward(self, url: str) -> str:
        """Where the caller goes on, with a ticket to that place."""
        found = here(self.means, self.model.endpoints[0], self.wanted, url)
        if found is None:
            raise Fault("the provider goes on at a place that does not pass", kind=FaultKind.UPSTREAM)
        until_s = self.site.clock.now_s() + TICKET_S
        told = quote(ticket(self.site.server_secret, self.caller, found.address, until_s), safe="")
        return f"{self.call.origin}{found.address}{'&' if found.query else '?'}{TICKET}={told}"
