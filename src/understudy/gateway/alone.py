"""Calls that one model answers and no other may: admission, the model, and its places in turn.

Vectors of two models do not compare, and what passes as it came is understood by its own provider alone: nothing here
falls back to another model, is compared with one, or moves with a slice. A route's incumbent answers for it.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from understudy.canon.faults import Fault
from understudy.gateway.draft import Draft
from understudy.gateway.holding import budgeted
from understudy.gateway.rights import rights_of
from understudy.gateway.site import Call, Site, Standing
from understudy.policy.budgets import Size
from understudy.policy.keys import Caller, admit, permit
from understudy.ports import Attempt, UpstreamCall
from understudy.routing.board import Model
from understudy.routing.choose import Plan, meant, named

T = TypeVar("T")


def admitted(site: Site, call: Call, draft: Draft) -> tuple[Standing, Caller]:
    """The snapshots of this moment, and the caller, who may call."""
    standing = site.standing()
    caller = draft.caller = admit(standing.keyring, site.server_secret, call.key)
    draft.strict = draft.strict or caller.strict
    return standing, caller


def planned(
    site: Site, draft: Draft, caller: Caller, asked: str, standing: Standing, reason: str, size: Callable[[], Size]
) -> Model:
    """The one model behind a name that the caller may ask for; `size` is only asked where somebody has a budget."""
    draft.asked, board = asked, standing.board
    name = meant(asked, board)
    permit(caller, name)
    route = board.routes.get(name)
    draft.heed(route)
    model = board.models[route.incumbent] if route is not None else named(name, board)
    draft.plan = Plan(chain=(model,), reason=reason)
    rights_of(caller, route, standing, draft.now_s(), holds=site.holds).check(model)
    draft.model = model
    if budgeted(caller, None):
        draft.size = size()
        draft.hold(model)
    return model


async def in_turn(
    site: Site,
    draft: Draft,
    model: Model,
    path: str,
    body: bytes,
    ask: Callable[[UpstreamCall], Awaitable[T]],
    *,
    headers: dict[str, str] | None = None,
    method: str = "POST",
) -> T:
    """What the first place gives that answers; the last one's Fault if none does, or one that no other place mends."""
    for number, endpoint in enumerate(model.endpoints, start=1):
        since_ms = draft.elapsed_ms()
        try:
            return await ask(UpstreamCall(model, endpoint, path, body, site.timeouts.connect_s, headers or {}, method))
        except Fault as fault:
            spent_ms = draft.elapsed_ms() - since_ms
            draft.attempts.append(Attempt(model.name, fault.kind.value, fault.row.status, spent_ms))
            if number == len(model.endpoints) or not fault.row.retriable or draft.begun:
                raise
    raise RuntimeError("a model has at least one place")
