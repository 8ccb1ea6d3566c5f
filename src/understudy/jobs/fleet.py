"""Decisions over all slices at once: the last rung is opened for a slice only beside the fleet's others."""

from collections.abc import Mapping, Sequence

import msgspec

from understudy.parity.fleet import admitted
from understudy.parity.gate import Decision, Facts, Policy, decide
from understudy.parity.ladder import Block
from understudy.parity.state import SliceState


class Asked(msgspec.Struct, frozen=True):
    """One slice before the gate: its state and the policy of its route."""

    state: SliceState
    policy: Policy


def decide_all(
    asked: Sequence[Asked], holding: Mapping[str, float], family: int, now_s: float
) -> list[tuple[Decision, Facts]]:
    """The gate's word on every slice, and the facts that it rests on; `holding` is log e by hypothesis, as frozen."""
    facts = Facts()
    first = [decide(one.state, one.policy, facts, now_s) for one in asked]
    waiting = {
        one.state.hypothesis.id: one.state.promotion.log_e
        for one, decision in zip(asked, first, strict=True)
        if decision.blocked_by is not None and decision.blocked_by.block is Block.FLEET
    }
    if not waiting:
        return [(decision, facts) for decision in first]
    let_in = admitted(holding, waiting, family=max(family, len(holding) + len(waiting)))
    inside = Facts(in_fleet=True)
    return [
        (decide(one.state, one.policy, inside, now_s), inside)
        if one.state.hypothesis.id in let_in
        else (decision, facts)
        for one, decision in zip(asked, first, strict=True)
    ]
