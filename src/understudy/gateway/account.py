"""What lies at a provider under the operator's account (files, batches): methods, bodies and answers pass as they are.

No model is named, so the path names the provider: `/passthrough/openai/files` is `/files` there. One account serves all
tenants, who would see one another's files, so that a caller needs the role `account`. What a batch costs is told to its
maker in the batch's results and not here.
"""

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.gateway.alone import admitted
from understudy.gateway.attempt import open_answer, timed
from understudy.gateway.draft import Draft
from understudy.gateway.rights import rights_of
from understudy.gateway.site import Call, Site
from understudy.gateway.wheel import Watch
from understudy.policy.keys import entrust
from understudy.ports import Sender, UpstreamCall
from understudy.routing.board import Board, Model
from understudy.routing.choose import Plan, named

PREFIX = "/passthrough/"
METHODS = ("GET", "POST", "DELETE")
REASON = "the path names the provider"
# What of an answer's headers its reader needs.
_TOLD = ("content-type", "content-disposition")


async def reach(site: Site, call: Call, draft: Draft, sender: Sender, watch: Watch) -> None:
    """Serve one call; a Fault if it fails."""
    standing, caller = admitted(site, call, draft)
    entrust(caller, "account")
    provider, path = _split(call.address)
    model = _account(site, provider, standing.board)
    draft.asked, draft.plan = model.name, Plan(chain=(model,), reason=REASON)
    rights_of(caller, None, standing, draft.now_s()).check(model)
    draft.model = model
    headers = {"content-type": kind} if (kind := call.headers.get("content-type")) else {}
    there = UpstreamCall(model, model.endpoints[0], path, call.body, site.timeouts.connect_s, headers, call.method)
    async with timed(watch), open_answer(site, there) as answer:
        body = await answer.read()
    draft.content()
    draft.book("ok")
    told = [(name, value) for name in _TOLD if (value := answer.headers.get(name))]
    await sender.start(200, [*told, *draft.headers(final=True)])
    await sender.end(body)


def _split(address: str) -> tuple[str, str]:
    provider, slash, path = address.removeprefix(PREFIX).partition("/")
    steps = path.partition("?")[0].split("/")
    if not slash or not path or any(step in (".", "..") for step in steps):
        raise bad_request(f"say what is wanted there, as in {PREFIX}{provider or 'PROVIDER'}/files")
    return provider, slash + path


def _account(site: Site, provider: str, board: Board) -> Model:
    """The provider's account, as a model without a name there."""
    if provider not in board.providers:
        known = ", ".join(name for name in board.providers if "/" not in name)
        raise Fault(f"provider {provider!r} is not reachable here; reachable: {known}", kind=FaultKind.NOT_FOUND)
    model = named(f"{provider}/account", board)
    if site.dialects[model.dialect].passing is None:
        raise bad_request(f"{provider!r} speaks the {model.dialect} dialect, of which nothing passes as it is")
    return model
