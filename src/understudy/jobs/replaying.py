"""Replay: every transition made again from the stored pairs and outcomes alone, and held against the record.

Nothing that the evaluator kept is read: not the slices' states, only hypotheses, pairs, outcomes and the chain. A pair
that was changed, dropped or moved on disk shows in the running hash of its stream, even where e would come out alike.
"""

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from understudy.canon.value import Value
from understudy.jobs.evidence import live_of, turns_of
from understudy.jobs.judging import pair_digest
from understudy.jobs.recording import body_of, digest
from understudy.parity.events import Live, Pair
from understudy.parity.gate import Evidence, Facts, Policy, decide
from understudy.parity.ladder import Rung
from understudy.parity.slices import Hypothesis, SliceId
from understudy.parity.state import Move, SliceState, absorb, apply, open_slice
from understudy.parity.units import entering
from understudy.ports import Store, TransitionRow

TOLERANCE = 1e-9
_RUNGS = {rung.label: rung for rung in Rung}


class Finding(Value, frozen=True, kw_only=True):
    """What the replay of one hypothesis found; `words` names the first disagreement."""

    slice: str
    hypothesis: str
    transitions: int
    pairs: int
    agrees: bool
    words: str = ""


class Disagreement(Exception):
    """The record and the stored pairs tell different things; the message says what."""


def replay_all(store: Store, slice_: SliceId | None = None) -> list[Finding]:
    """Replay every hypothesis that has moved, of one slice or of all; the chain is checked first, whole."""
    rows = store.transitions()
    broken = broken_link(rows)
    findings = []
    for registered in store.hypotheses():
        hypothesis = msgspec.json.decode(registered.body, type=Hypothesis)
        mine = [row for row in rows if row.hypothesis == registered.id]
        if not mine or (slice_ is not None and hypothesis.slice != slice_):
            continue
        words = broken or ""
        if not words:
            try:
                _replay(store, hypothesis, registered.registered_at_s, mine)
            except Disagreement as found:
                words = str(found)
        findings.append(
            Finding(
                slice=str(hypothesis.slice),
                hypothesis=registered.id,
                transitions=len(mine),
                pairs=len(store.pairs(registered.id)),
                agrees=not words,
                words=words,
            )
        )
    return findings


def broken_link(rows: list[TransitionRow]) -> str | None:
    """The first link of the chain that does not hold, in words."""
    tip = ""
    for row in rows:
        if digest(row.body) != row.hash:
            return f"transition {row.seq} was changed after it was written: its hash does not fit"
        if row.prev_hash != tip or body_of(row)["prev_hash"] != tip:
            return f"transition {row.seq} does not follow the one before it: a link is missing"
        tip = row.hash
    return None


def _replay(store: Store, hypothesis: Hypothesis, opened_s: float, rows: list[TransitionRow]) -> None:
    state = open_slice(hypothesis, opened_s)
    stored = store.pairs(hypothesis.id)
    for pair in stored:
        if pair.settled and pair.digest != pair_digest(pair):
            raise Disagreement(f"pair {pair.exchange_id} was changed after it was settled: its digest does not fit")
    pairs = iter(entering(turns_of(stored), math.inf))
    outcomes = iter([live_of(row) for row in store.outcomes(hypothesis.id)])
    for row in rows:
        body = body_of(row)
        told = body["evidence"]
        state = _absorb(state, pairs, told["pairs_seq"], outcomes, told["outcomes_seq"])
        _compare(row.seq, msgspec.to_builtins(Evidence.of(state)), told)
        state = _move(row, body, state)


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


def _move(row: TransitionRow, body: dict[str, Any], state: SliceState) -> SliceState:
    """Decide again by the recorded policy and facts, and make the recorded move if the gate agrees."""
    policy = msgspec.convert(body["policy"], Policy)
    facts = msgspec.convert(body["facts"], Facts)
    decision = decide(state, policy, facts, row.at_s)
    if (decision.move, decision.to.label) != (body["move"], body["to"]):
        raise Disagreement(
            f"transition {row.seq}: recorded as {body['move']} to {body['to']}, the gate says {decision.move} to "
            f"{decision.to.label}"
        )
    return apply(state, Move(body["move"]), _RUNGS[body["to"]], row.at_s)
