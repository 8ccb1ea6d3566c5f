"""Registering hypotheses: a slice that traffic shows gets one before its first pair; a changed definition another.

The definition is the configuration's (builds, check, margin) and the slice's name. Whatever of it changes, the old
wealth is left behind: the slice starts again from shadow.
"""

from collections.abc import Iterable, Mapping

import msgspec

from understudy.jobs.panel import Panel
from understudy.jobs.specs import RouteSpec
from understudy.parity.slices import Hypothesis, SliceId
from understudy.parity.state import SliceState
from understudy.ports import HypothesisRow, LeftOutRow, SliceRow, Store, TrafficRow, TransitionRow


def claim(slice_: SliceId, route: RouteSpec, builds: Mapping[str, str], panel: Panel) -> Hypothesis:
    """What is to be tested on a slice, by today's configuration."""
    name, version = panel.named
    return Hypothesis(
        slice=slice_,
        candidate=builds[str(route.candidate)],
        incumbent=builds[route.incumbent],
        check=name,
        check_version=version,
        outcome=panel.outcome,
        margin=route.parity.margin,
        labels=route.parity.labels,
        feedback=route.parity.feedback,
        guardrails=panel.guardrails(),
    )


def last_builds(store: Store, routes: Iterable[RouteSpec]) -> dict[str, str]:
    """The builds that were last under test, by model: what a model is taken for while its server tells nothing."""
    found: dict[str, str] = {}
    named = {route.name: route for route in routes}
    for row in store.hypotheses():
        route = named.get(row.route)
        if route is not None and not row.imported:
            tested = msgspec.json.decode(row.body, type=Hypothesis)
            found |= {str(route.candidate): tested.candidate, route.incumbent: tested.incumbent}
    return found


def same_claim(one: Hypothesis, other: Hypothesis) -> bool:
    """Whether two hypotheses differ in nothing but the attempt."""
    return msgspec.structs.replace(one, attempt=1) == msgspec.structs.replace(other, attempt=1)


def hypothesis_row(hypothesis: Hypothesis, now_s: float) -> HypothesisRow:
    """The row that registers a hypothesis."""
    return HypothesisRow(
        id=hypothesis.id,
        tenant=hypothesis.slice.tenant,
        route=hypothesis.slice.route,
        kind=hypothesis.slice.kind,
        attempt=hypothesis.attempt,
        registered_at_s=now_s,
        body=msgspec.json.encode(hypothesis),
    )


def slice_row(state: SliceState, now_s: float) -> SliceRow:
    """Where a slice stands, for the books and the board."""
    return SliceRow(
        tenant=state.hypothesis.slice.tenant,
        route=state.hypothesis.slice.route,
        kind=state.hypothesis.slice.kind,
        hypothesis=state.hypothesis.id,
        share=state.rung.share,
        shadow=state.compared,
        watching=state.rung.share == 1.0,
        state=msgspec.json.encode(state),
        updated_at_s=now_s,
        evict=state.evict,
    )


def slice_of(row: HypothesisRow | LeftOutRow | SliceRow | TrafficRow | TransitionRow) -> SliceId:
    """The slice that a row of the books is about."""
    return SliceId(row.route, row.kind, row.tenant)


def rate_of(row: SliceRow, most: float) -> float:
    """The share of a slice's requests that are compared now: its route's own, or less where a budget says so."""
    if not row.shadow:
        return 0.0
    return most if row.rate is None else min(row.rate, most)


def state_of(row: SliceRow) -> SliceState:
    """The state that a slice's row keeps."""
    return msgspec.json.decode(row.state, type=SliceState)
