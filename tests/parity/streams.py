"""States and streams that the tests of this room share."""

from collections.abc import Iterable

from understudy.parity.events import Live, Pair
from understudy.parity.gate import Decision, Facts, Policy, decide
from understudy.parity.slices import Hypothesis, OutcomeKind, SliceId
from understudy.parity.state import SliceState, absorb, apply, open_slice

SLICE = SliceId("metamate", "translation")
# Nothing but the evidence holds a slice back.
EAGER = Policy(dwell_s=0, cycle_s=0, fleet=False)
NO_FACTS = Facts()


def hypothesis(margin: float = 0.05, outcome: OutcomeKind = OutcomeKind.CHECK) -> Hypothesis:
    """A hypothesis about two builds."""
    return Hypothesis(
        slice=SLICE, candidate="llama@1", incumbent="claude@1", check="exact", margin=margin, outcome=outcome
    )


def fresh(margin: float = 0.05, outcome: OutcomeKind = OutcomeKind.CHECK) -> SliceState:
    """A slice before its first pair."""
    return open_slice(hypothesis(margin, outcome), 0.0)


def fed(state: SliceState, xs: Iterable[float], *, live: bool = False, technical: float = 0.0) -> SliceState:
    """The state after pairs with these values."""
    for x in xs:
        seq = state.pairs.seq + 1
        state = absorb(state, Pair(seq, f"u{seq}", x, technical, live))
    return state


def served(state: SliceState, candidate: bool, y: float | None, *, good: bool = True) -> SliceState:
    """The state after one live outcome."""
    seq = state.outcomes.seq + 1
    return absorb(state, Live(seq, f"v{seq}", candidate, y, good))


def driven(
    state: SliceState, xs: Iterable[float], policy: Policy = EAGER, facts: Facts = NO_FACTS
) -> tuple[SliceState, list[Decision]]:
    """The state after pairs with these values, each followed by the gate's move; and all moves."""
    moves = []
    for x in xs:
        state = fed(state, [x])
        decision = decide(state, policy, facts, float(state.pairs.seq))
        if decision.move != "none":
            moves.append(decision)
            state = apply(state, decision.move, decision.to, float(state.pairs.seq))
    return state, moves
