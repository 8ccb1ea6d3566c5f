"""Choose: features, the board and two draws in, a plan out. No waiting, no chance of its own, so it can be replayed.

Order: a model that the caller names is served as it is; a running conversation keeps its model; else the slice's
share decides between incumbent and candidate, or what was learned between the models of a pool.
The draws are hashes made by the corridor (parity's `bucket`).
"""

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.value import Value
from understudy.routing.beliefs import Learned
from understudy.routing.board import Board, Model, Ramp, Route
from understudy.routing.decide import Decision, Draw, Option, decide
from understudy.routing.fitness import Moment, Needs
from understudy.routing.siblings import start_of
from understudy.routing.standing_in import stand_ins
from understudy.routing.text import read

# How many known names an error lists: enough to spot a typo, short enough to read.
_NAMES_SHOWN = 8


class Features(Value, frozen=True, kw_only=True):
    """What the choice depends on besides the board. `running` is the model that this conversation is on already.

    `words` is the text that was asked, `needs` what its model must be able to do, `tenant` whose beliefs count,
    `moment` what holds now. `known` says how the kind is known.
    """

    asked: str
    kind: str
    running: str | None = None
    tenant: str = "default"
    words: str = ""
    needs: Needs = Needs()
    moment: Moment = Moment()
    known: str = ""


class Plan(Value, frozen=True, kw_only=True):
    """Who answers, who if that fails, who answers besides for the comparison, and why."""

    chain: tuple[Model, ...]
    reason: str
    route: str | None = None
    kind: str | None = None
    shadow: Model | None = None
    incumbent: Model | None = None
    served: Literal["candidate", "incumbent"] = "incumbent"
    hypothesis: str | None = None
    share: float | None = None
    bucket: float | None = None
    canary: bool = False
    alone: bool = False
    shadow_rate: float = 0.0
    # Where a comparison was drawn and left out: the model that had no room for it.
    crowded: Model | None = None
    # Where a pool was chosen from: why, and who else answers for comparison.
    decision: Decision | None = None
    others: tuple[Model, ...] = ()

    def through(self, chain: tuple[Model, ...]) -> "Plan":
        """This plan with other models in turn, as its decision tells too."""
        decision = self.decision
        if decision is not None:
            decision = msgspec.structs.replace(decision, stand_ins=_names(chain[1:]))
        return msgspec.structs.replace(self, chain=chain, decision=decision)


def choose(features: Features, board: Board, *, draw: float, shadow_draw: float) -> Plan:
    """The plan for one request; a Fault(NOT_FOUND) if the name it asks for means nothing here.

    `draw` decides on the candidate's share, or on exploration in a pool; `shadow_draw` on the comparison.
    """
    route = board.routes.get(features.asked)
    if route is None:
        return Plan(chain=(named(features.asked, board),), reason="the caller named this model")
    incumbent = board.models[route.incumbent]
    if route.choose_from:
        return _pooled(features, board, route, draw, shadow_draw)
    if route.candidate is None:
        chain = _chain(board, route, route.incumbent)
        return Plan(chain=chain, reason="the route's model", route=route.name, kind=features.kind, incumbent=incumbent)
    ramp = board.ramps.get((features.tenant, route.name, features.kind))
    if ramp is None:
        return Plan(
            chain=_chain(board, route, route.incumbent),
            reason="a new slice: nothing is known of the candidate here",
            route=route.name,
            kind=features.kind,
            incumbent=incumbent,
        )
    return _ramped(features, board, route, ramp, draw, shadow_draw)


def _ramped(features: Features, board: Board, route: Route, ramp: Ramp, draw: float, shadow_draw: float) -> Plan:
    candidate = board.models[str(route.candidate)]
    incumbent = board.models[route.incumbent]
    own = draw < ramp.share
    reason = f"the candidate serves {ramp.share:.0%} of this slice; this unit fell {'inside' if own else 'outside'}"
    if features.running == candidate.name and ramp.evict:
        reason = "this conversation left the candidate, which was taken back for faults"
    elif features.running in (candidate.name, incumbent.name):
        own = features.running == candidate.name
        reason = "this conversation stays with its model"
    first, other = (candidate, incumbent) if own else (incumbent, candidate)
    return Plan(
        chain=_chain(board, route, first.name),
        reason=reason,
        route=route.name,
        kind=features.kind,
        shadow=other if shadow_draw < ramp.rate else None,
        incumbent=incumbent,
        served="candidate" if own else "incumbent",
        hypothesis=ramp.hypothesis,
        share=ramp.share,
        bucket=draw,
        canary=ramp.canary,
        alone=ramp.alone,
        shadow_rate=ramp.rate,
    )


def _pooled(features: Features, board: Board, route: Route, draw: float, shadow_draw: float) -> Plan:
    pool = [board.models[name] for name in route.choose_from]
    decision = decide(
        pool,
        route.incumbent,
        board.beliefs.get((features.tenant, route.name)),
        features.kind,
        lambda: read(features.words, board.vectors),
        needs=features.needs,
        moment=features.moment,
        running=features.running,
        draw=Draw(draw, route.explore),
    )
    rate = board.compared(features.tenant, route, features.kind)
    if route.fallbacks is None:
        then = stand_ins(decision, pool, features.needs, features.moment)
        chain = (board.models[decision.chosen], *then)
    else:
        chain = _rested(_chain(board, route, decision.chosen), features.moment)
    decision = msgspec.structs.replace(
        decision,
        options=_begun(decision, features, board, route),
        kind=features.kind,
        known=features.known,
        compared=rate,
        stand_ins=_names(chain[1:]),
    )
    able = {option.model for option in decision.options if not option.unfit}
    others = tuple(model for model in pool if model.name in able and model.name != decision.chosen)
    return Plan(
        chain=chain,
        reason=decision.why,
        route=route.name,
        kind=features.kind,
        incumbent=board.models[route.incumbent],
        shadow_rate=rate,
        decision=decision,
        others=others if shadow_draw < rate else (),
    )


def _begun(decision: Decision, features: Features, board: Board, route: Route) -> tuple[Option, ...]:
    """The options, with where the means of those start of which nothing is learned; it is told, and decides nothing."""
    learned = board.beliefs.get((features.tenant, route.name))
    records = learned.belief.records.get(features.kind, {}) if isinstance(learned, Learned) else {}
    pool = [board.models[option.model] for option in decision.options]
    return tuple(
        option
        if option.mean is not None or model.name in records
        else msgspec.structs.replace(option, start=start_of(model, features.kind, pool, records, route.priors))
        for model, option in zip(pool, decision.options, strict=True)
    )


def _names(models: tuple[Model, ...]) -> tuple[str, ...]:
    return tuple(model.name for model in models)


def _chain(board: Board, route: Route, first: str) -> tuple[Model, ...]:
    """The model to ask, then the rented one where the own one leads, then the route's fallbacks."""
    names = dict.fromkeys((first, route.incumbent, *(route.fallbacks or ())))
    return tuple(board.models[name] for name in names)


def _rested(chain: tuple[Model, ...], moment: Moment) -> tuple[Model, ...]:
    """The chosen model, then those that are well, then those that rest after failures: they are the last resort."""
    return (chain[0], *sorted(chain[1:], key=lambda model: model.name in moment.resting))


def meant(asked: str, board: Board) -> str:
    """What a name stands for: itself where it means something here, else what the first alias says that it matches."""
    if not board.aliases or asked in board.routes or _found(asked, board) is not None:
        return asked
    return next((name for pattern, name in board.aliases.items() if fnmatchcase(asked, pattern)), asked)


def named(asked: str, board: Board) -> Model:
    """A model by its declared name, or `provider/upstream-id` of a provider that is reachable."""
    model = _found(asked, board)
    if model is not None:
        return model
    known = [*board.routes, *board.models]
    shown = ", ".join(known[:_NAMES_SHOWN]) + (", …" if len(known) > _NAMES_SHOWN else "")
    raise Fault(
        f"model {asked!r} is not known here; known: {shown or 'none'}. GET /v1/models lists all of them.",
        kind=FaultKind.NOT_FOUND,
        param="model",
    )


def _found(asked: str, board: Board) -> Model | None:
    model = board.models.get(asked)
    if model is not None:
        return model
    provider, slash, upstream = asked.partition("/")
    template = board.providers.get(provider)
    if not slash or not upstream or template is None:
        return None
    template = board.providers.get(asked, template)
    return msgspec.structs.replace(template, name=asked, upstream=upstream, build=upstream)
