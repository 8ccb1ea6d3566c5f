"""What is known of one slice's hypothesis, as one frozen value, and the two ways in which it changes.

`absorb` takes in an event; `apply` makes a move. Neither decides: that is the gate's. The state is a fold over the two
streams of events and the moves between them, so whoever has those can make it again. Which process an event feeds
depends on the rung alone:

    rung          a pair feeds                          a live outcome feeds
    shadow        promotion, futility                   nothing
    1 to 50 %     promotion, futility, rollback,        rollback and breaker, through blocks
                  breaker
    100 %         watch                                 nothing
    ended         nothing                               nothing

A pair in canary is its own block: the outcome of an answer that has a pair is not used in a second block besides.
"""

import enum

import msgspec

from understudy.parity.events import Cursor, Event, Live, Pair
from understudy.parity.ladder import NEXT, Rung
from understudy.parity.slices import Hypothesis
from understudy.stats.blocks import Canary, block_size
from understudy.stats.detector import Detector
from understudy.stats.mixture import Levels, Mixture, Trail, futility, promotion

# A technical fault is no matter of taste: one point more of them than the incumbent has is too many.
BREAKER_MARGIN = 0.01


class Move(enum.StrEnum):
    """What can happen to a slice. The gate makes the first five; people make the last three."""

    UP = "up"
    DOWN = "down"
    STOP = "stop"
    ALARM = "alarm"
    NONE = "none"
    HOLD = "hold"
    RELEASE = "release"
    LOWER = "lower"


class Status(enum.StrEnum):
    """Where a slice stands, in a word."""

    SHADOWING = "shadowing"
    CANARY = "canary"
    WATCHING = "watching"
    HELD = "held"
    STOPPED = "stopped"
    ROLLED_BACK = "rolled back"
    ALARMED = "alarmed"


# The moves that end a hypothesis, and what it is called afterwards.
ENDINGS = {Move.STOP: Status.STOPPED, Move.DOWN: Status.ROLLED_BACK, Move.ALARM: Status.ALARMED}


class SliceState(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one hypothesis. JSON of it is a faithful copy."""

    hypothesis: Hypothesis
    rung: Rung = Rung.SHADOW
    since_s: float
    held: bool = False
    ended: Status | None = None
    pairs: Cursor = Cursor()
    outcomes: Cursor = Cursor()
    levels: Levels = Levels()
    promotion: Trail
    futility: Trail
    rollback: Canary
    breaker: Canary
    watch: Detector
    live: int = 0

    @property
    def status(self) -> Status:
        """Where the slice stands, in a word."""
        if self.ended is not None:
            return self.ended
        if self.held:
            return Status.HELD
        if self.rung is Rung.P100:
            return Status.WATCHING
        return Status.CANARY if self.canary else Status.SHADOWING

    @property
    def canary(self) -> bool:
        """Whether both models serve, so that live outcomes count."""
        return Rung.SHADOW < self.rung < Rung.P100

    @property
    def compared(self) -> bool:
        """Whether pairs are still wanted; not once the hypothesis has ended."""
        return self.ended is None

    @property
    def reopens(self) -> bool:
        """Whether a new attempt is opened without asking a person: after an alarm, never after a rollback."""
        return self.ended is Status.ALARMED


def open_slice(hypothesis: Hypothesis, now_s: float) -> SliceState:
    """A registered hypothesis before its first pair: in shadow, with no evidence either way."""
    margin = hypothesis.margin
    return SliceState(
        hypothesis=hypothesis,
        since_s=now_s,
        promotion=Trail(Mixture(promotion(margin))),
        futility=Trail(Mixture(futility(margin))),
        rollback=Canary.start(margin),
        breaker=Canary.start(BREAKER_MARGIN),
        watch=Detector(margin),
    )


def absorb(state: SliceState, event: Event) -> SliceState:
    """The state after one event more; ValueError for an event that was passed already or a value out of bounds."""
    if isinstance(event, Pair):
        return _pair(msgspec.structs.replace(state, pairs=state.pairs.after(event)), event)
    return _live(msgspec.structs.replace(state, outcomes=state.outcomes.after(event)), event)


def _pair(state: SliceState, event: Pair) -> SliceState:
    if state.ended is not None:
        return state
    if state.rung is Rung.P100:
        return msgspec.structs.replace(state, watch=state.watch.update(event.x))
    known = msgspec.structs.replace(
        state,
        levels=state.levels.add(event.x),
        promotion=state.promotion.update(event.x),
        futility=state.futility.update(event.x),
    )
    if not state.canary:
        return known
    return msgspec.structs.replace(
        known,
        rollback=state.rollback.pair(event.x),
        breaker=state.breaker.pair(event.technical),
        live=state.live + event.live,
    )


def _live(state: SliceState, event: Live) -> SliceState:
    if state.ended is not None or not state.canary:
        return state
    breaker = _canary(state.breaker, event.candidate, float(event.good), state.rung)
    if event.y is None:
        return msgspec.structs.replace(state, breaker=breaker)
    rollback = _canary(state.rollback, event.candidate, event.y, state.rung)
    return msgspec.structs.replace(state, breaker=breaker, rollback=rollback, live=state.live + event.candidate)


def _canary(canary: Canary, candidate: bool, y: float, rung: Rung) -> Canary:
    return canary.candidate(y, block_size(rung)) if candidate else canary.incumbent(y)


def apply(state: SliceState, move: Move, to: Rung, now_s: float) -> SliceState:
    """The state after a move; ValueError for a move that the ladder does not know, whoever asks for it."""
    _check(state, move, to)
    match move:
        case Move.NONE:
            return state
        case Move.HOLD | Move.RELEASE:
            return msgspec.structs.replace(state, held=move is Move.HOLD)
        case Move.LOWER:
            # Held besides: else the next look would open the same rung again.
            return msgspec.structs.replace(state, rung=to, since_s=now_s, live=0, held=True)
        case _:
            return msgspec.structs.replace(state, rung=to, since_s=now_s, live=0, ended=ENDINGS.get(move))


def _check(state: SliceState, move: Move, to: Rung) -> None:
    legal = {
        Move.NONE: to is state.rung,
        Move.HOLD: to is state.rung,
        Move.RELEASE: to is state.rung,
        Move.LOWER: to < state.rung,
        Move.UP: to is NEXT.get(state.rung),
        Move.DOWN: to is Rung.SHADOW and state.canary,
        Move.STOP: to is Rung.SHADOW and state.rung < Rung.P100,
        Move.ALARM: to is Rung.SHADOW and state.rung is Rung.P100,
    }
    if not legal.get(move, False) or (state.ended is not None and move is not Move.NONE):
        standing = f"{state.rung.label} ({state.status})"
        raise ValueError(f"no move {move.value!r} to {to.label!r} from {standing!r}; the ladder has no such step")
