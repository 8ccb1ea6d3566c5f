"""Replay: every decision made again from the stored events, and held against the record.

The state is folded anew from the events alone; at each link its numbers are compared with what was written (to 1e-9),
and the gate is asked again with the policy, the facts and the time of the link. The first disagreement is named. An
event that was dropped, moved or changed shows in the running hash of its stream, even where e would come out alike.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from understudy.parity.events import Live, Pair
from understudy.parity.gate import Evidence, Facts, Policy, decide
from understudy.parity.ladder import BY_LABEL
from understudy.parity.record import ENGINE, Link
from understudy.parity.slices import Hypothesis
from understudy.parity.state import BY_HAND, Move, SliceState, absorb, apply, open_slice

TOLERANCE = 1e-9


class Disagreement(Exception):
    """The record and the stored events tell different things; the message says where and what."""


def replay(
    hypothesis: Hypothesis, opened_s: float, links: Sequence[Link], pairs: Iterable[Pair], outcomes: Iterable[Live]
) -> SliceState:
    """Make one hypothesis's moves again, oldest first; the state after the last one. Raises Disagreement."""
    state = open_slice(hypothesis, opened_s)
    pairs, outcomes = iter(pairs), iter(outcomes)
    for link in links:
        told = link.told()
        if told["hypothesis"]["id"] != hypothesis.id:
            raise Disagreement(f"transition {link.seq}: its hypothesis {link.hypothesis!r} is not the registered one")
        seen = told["evidence"]
        state = _absorb(state, pairs, seen["pairs_seq"], outcomes, seen["outcomes_seq"])
        _compare(link.seq, msgspec.to_builtins(Evidence.of(state)), seen)
        state = _move(link, told, state)
    return state


def _absorb(
    state: SliceState, pairs: Iterator[Pair], pairs_seq: int, outcomes: Iterator[Live], outcomes_seq: int
) -> SliceState:
    while state.pairs.seq < pairs_seq and (pair := next(pairs, None)) is not None:
        state = absorb(state, pair)
    while state.outcomes.seq < outcomes_seq and (outcome := next(outcomes, None)) is not None:
        state = absorb(state, outcome)
    return state


def _compare(seq: int, made: dict[str, Any], told: dict[str, Any]) -> None:
    for name, value in told.items():
        again = made.get(name)
        if not _same(again, value):
            raise Disagreement(f"transition {seq}: {name} is recorded as {value!r}, the stored pairs give {again!r}")


def _same(made: Any, told: Any) -> bool:
    if isinstance(made, list | tuple) and isinstance(told, list | tuple):
        return len(made) == len(told) and all(_same(one, other) for one, other in zip(made, told, strict=True))
    if isinstance(made, int | float) and isinstance(told, int | float):
        return math.isclose(made, told, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(made == told)


def _move(link: Link, told: dict[str, Any], state: SliceState) -> SliceState:
    """Decide again by the recorded policy and facts, and make the recorded move if the gate agrees."""
    if told["actor"] != ENGINE:
        return _by_hand(link, told, state)
    policy, facts = msgspec.convert(told["policy"], Policy), msgspec.convert(told["facts"], Facts)
    decision = decide(state, policy, facts, link.at_s)
    if (decision.move, decision.to.label) != (told["move"], told["to"]):
        raise Disagreement(
            f"transition {link.seq}: recorded as {told['move']} to {told['to']}, the gate says {decision.move} to "
            f"{decision.to.label}"
        )
    return apply(state, decision.move, decision.to, link.at_s, evict=decision.evict)


def _by_hand(link: Link, told: dict[str, Any], state: SliceState) -> SliceState:
    """A person's move: it needs no evidence, and may never raise a share."""
    move = Move(told["move"])
    if move not in BY_HAND:
        raise Disagreement(f"transition {link.seq}: {told['actor']!r} made the gate's own move {move.value!r}")
    try:
        return apply(state, move, BY_LABEL[told["to"]], link.at_s)
    except ValueError as error:
        raise Disagreement(f"transition {link.seq}: {error}") from error
