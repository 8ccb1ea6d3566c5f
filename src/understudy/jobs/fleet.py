"""Decisions over all slices at once: the last rung is opened for a slice only beside the fleet's others."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from understudy.parity.fleet import DEFAULT_PLACES, Opened, admitted, placed
from understudy.parity.gate import Decision, Facts, Policy, decide
from understudy.parity.ladder import Block
from understudy.parity.state import SliceState
from understudy.ports import HypothesisRow


class Asked(msgspec.Struct, frozen=True):
    """One slice before the gate: its state, the policy of its route, and what is known of it besides."""

    state: SliceState
    policy: Policy
    facts: Facts = Facts()


class Fleet(msgspec.Struct, frozen=True):
    """What the last rung depends on: log e of those that hold it, as frozen, and the families with their places."""

    holding: Mapping[str, float] = {}
    families: Mapping[str, str] = {}
    places: int = DEFAULT_PLACES


def families_of(rows: Iterable[HypothesisRow], places: int) -> dict[str, str]:
    """The family of each live hypothesis that has a place; imported ones move no traffic and take none."""
    return placed((Opened(row.id, row.tenant, row.registered_at_s) for row in rows if not row.imported), places)


def decide_all(asked: Sequence[Asked], fleet: Fleet, now_s: float) -> list[tuple[Decision, Facts]]:
    """The gate's word on every slice, and the facts that it rests on."""
    facts = [_placed(one, fleet) for one in asked]
    first = [decide(one.state, one.policy, known, now_s) for one, known in zip(asked, facts, strict=True)]
    waiting = {
        one.state.hypothesis.id: one.state.promotion.log_e
        for one, decision in zip(asked, first, strict=True)
        if decision.blocked_by is not None and decision.blocked_by.block is Block.FLEET
    }
    let_in = admitted(fleet.holding, waiting, fleet.families, fleet.places)
    final = []
    for one, decision, known in zip(asked, first, facts, strict=True):
        if one.state.hypothesis.id in let_in:
            inside = msgspec.structs.replace(known, in_fleet=True)
            final.append((decide(one.state, one.policy, inside, now_s), inside))
        else:
            final.append((decision, known))
    return final


def _placed(one: Asked, fleet: Fleet) -> Facts:
    return msgspec.structs.replace(one.facts, placed=one.state.hypothesis.id in fleet.families)
