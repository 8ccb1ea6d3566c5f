"""Rights: what a key, its route and the money left say of models, on every way to one.

The first model of a plan must be permitted, or the request is refused in words; of those behind it the others are left
out, so that no failure opens what a right had closed.
"""

from typing import NamedTuple

import msgspec

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.request import Request
from understudy.gateway.site import Standing
from understudy.policy.budgets import NOTHING, broke, route_broke
from understudy.policy.keys import Caller
from understudy.ports import Health, Holds
from understudy.routing.board import Model, Route
from understudy.routing.choose import Plan
from understudy.routing.fitness import Moment, Needs, forbidden, unpaid
from understudy.routing.kinds import needs_of


class Rights(NamedTuple):
    """What a request asks of its model, what holds now, and the refusal for a caller whose money is spent or held.

    `judge` is the model that reads what the route compares.
    """

    needs: Needs
    moment: Moment
    gone: Fault | None
    judge: Model | None = None

    def check(self, model: Model) -> None:
        """Pass if a model may answer; a Fault(PERMISSION) or a Fault(BUDGET) if it may not."""
        if (why := forbidden(model, self.needs)) is not None:
            raise Fault(f"{model.name!r} may not answer: {why}", kind=FaultKind.PERMISSION, param="model")
        if self.gone is not None and unpaid(model, self.moment) is not None:
            raise self.gone

    def left(self, plan: Plan) -> Plan:
        """A plan without those of its later models that may not answer, without a shadow that may not see it, and
        without any comparison where its judge may not.
        """
        chain = (plan.chain[0], *(model for model in plan.chain[1:] if self._may(model)))
        if len(chain) < len(plan.chain):
            plan = plan.through(chain)
        if self.judge is not None and forbidden(self.judge, self.needs) is not None:
            return uncompared(plan)
        if plan.shadow is not None and forbidden(plan.shadow, self.needs) is not None:
            return msgspec.structs.replace(plan, shadow=None)
        return plan

    def _may(self, model: Model) -> bool:
        return forbidden(model, self.needs) is None and unpaid(model, self.moment) is None


def uncompared(plan: Plan) -> Plan:
    """A plan that nothing is compared for."""
    decision = plan.decision
    if decision is not None:
        decision = msgspec.structs.replace(decision, compared=0.0)
    return msgspec.structs.replace(plan, shadow=None, others=(), shadow_rate=0.0, decision=decision)


def rights_of(
    caller: Caller,
    route: Route | None,
    standing: Standing,
    now_s: float,
    *,
    request: Request | None = None,
    health: Health | None = None,
    holds: Holds | None = None,
) -> Rights:
    """What a caller may be answered by on a route, or without one; where there is a choice, what the request needs."""
    gone = broke(caller, standing.spent, now_s, holds.of_key(caller.name) if holds is not None else NOTHING)
    spent = "" if gone is None else gone.message
    tags = tuple(dict.fromkeys((*caller.only_tags, *(route.only_tags if route is not None else ()))))
    judge = standing.board.models.get(route.judge) if route is not None else None
    if route is None or not route.choose_from:
        return Rights(Needs(only_tags=tags), Moment(key_spent=spent), gone, judge)
    needs = needs_of(request) if request is not None else Needs()
    needs = msgspec.structs.replace(needs, only_owned=caller.only_owned, only_tags=tags)
    resting = {}
    if health is not None:
        names = (*route.choose_from, *(route.fallbacks or ()))
        told = {name: health.resting(standing.board.models[name]) for name in names}
        resting = {name: words for name, words in told.items() if words is not None}
    beside = holds.of_route(route.name) if holds is not None else NOTHING
    saving = route_broke(route.budget_usd_per_day, standing.spent, route.name, now_s, beside)
    return Rights(needs, Moment(resting=resting, key_spent=spent, route_spent=saving or ""), gone, judge)
