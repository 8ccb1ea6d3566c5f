"""What is known of one slice's hypothesis, as one frozen value, and the two ways in which it changes.

`absorb` takes in an event; `apply` makes a move. Neither decides: that is the gate's. The state is a fold over the two
streams of events and the moves between them, so whoever has those can make it again. Which process an event feeds
depends on the rung alone:

    rung          a pair feeds                          a live outcome feeds
    shadow        promotion, futility, guardrails       nothing
    1 to 50 %     promotion, futility, guardrails,      rollback and breaker, through blocks
                  rollback, breaker
    100 %         watch, guardrails                     watch: against the hold-out, or the incumbent's old mean
    ended         nothing                               nothing

A pair in canary is its own block: the outcome of an answer that has a pair is not used in a second block besides.
Where a judge speaks and people label a few, its score becomes a value with the people's mean first (`stats.ppi`); such
values feed no rollback, and neither does any pair of a slice whose users speak for themselves.
"""

import enum

import msgspec

from understudy.parity.events import Cursor, Event, Live, Pair
from understudy.parity.ladder import CAPS, NEXT, Rung
from understudy.parity.slices import Guardrail, Hypothesis, OutcomeKind
from understudy.stats.blocks import Blocks, Canary, block_size
from understudy.stats.detector import Detector
from understudy.stats.mixture import Levels, Mixture, Trail, futility, promotion, rollback
from understudy.stats.ppi import Predictor, Score, bound_of_pairs, value_of_pair

# A technical fault is no matter of taste: one point more of them than the incumbent has is too many.
BREAKER_MARGIN = 0.01
# The kinds whose pairs are as good as live outcomes for rollback.
_DIRECT = frozenset({OutcomeKind.CHECK, OutcomeKind.HUMAN, OutcomeKind.JUDGE})


class Move(enum.StrEnum):
    """What can happen to a slice. The gate makes the first six; people make the last three."""

    UP = "up"
    DOWN = "down"
    STOP = "stop"
    ALARM = "alarm"
    FORCE = "force"
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
    FORCED = "forced"


# The moves that people make.
BY_HAND = frozenset({Move.HOLD, Move.RELEASE, Move.LOWER})
# The moves that end a hypothesis, and what it is called afterwards.
ENDINGS = {Move.STOP: Status.STOPPED, Move.DOWN: Status.ROLLED_BACK, Move.ALARM: Status.ALARMED}


class Rail(msgspec.Struct, frozen=True):
    """One guardrail's evidence: that it holds, and that it is broken."""

    name: str
    unsafe: bool
    holds: Trail
    broken: Mixture

    @classmethod
    def start(cls, rail: Guardrail) -> "Rail":
        """A guardrail before its first value."""
        return cls(rail.name, rail.unsafe, Trail(Mixture(promotion(rail.margin))), Mixture(rollback(rail.margin)))

    def update(self, x: float) -> "Rail":
        """The guardrail after one difference of its outcomes, in [-1, 1]."""
        return Rail(self.name, self.unsafe, self.holds.update(x), self.broken.update(x))


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
    rails: tuple[Rail, ...] = ()
    predictor: Predictor | None = None
    holdout: Blocks = Blocks()
    incumbent_sum: float = 0.0
    incumbent_n: int = 0
    live: int = 0
    forced: bool = False
    evict: bool = False

    @property
    def status(self) -> Status:
        """Where the slice stands, in a word."""
        if self.ended is not None:
            return self.ended
        if self.held:
            return Status.HELD
        if self.forced:
            return Status.FORCED
        if self.rung is Rung.P100:
            return Status.WATCHING
        return Status.CANARY if self.canary else Status.SHADOWING

    @property
    def canary(self) -> bool:
        """Whether both models serve, so that live outcomes count."""
        return Rung.SHADOW < self.rung < Rung.P100

    @property
    def compared(self) -> bool:
        """Whether pairs are still wanted; not once the hypothesis has ended or its incumbent has retired."""
        return self.ended is None and not self.forced

    @property
    def reopens(self) -> bool:
        """Whether a new attempt is opened without asking a person: after an alarm, never after a rollback."""
        return self.ended is Status.ALARMED

    @property
    def bound(self) -> float:
        """The largest value that a unit can feed; larger than 1 where few labels stand for many units."""
        return _bound(self.hypothesis)

    @property
    def baseline(self) -> float | None:
        """The incumbent's mean outcome while it was compared; None if it is not known."""
        return self.incumbent_sum / self.incumbent_n if self.incumbent_n else None


def open_slice(hypothesis: Hypothesis, now_s: float) -> SliceState:
    """A registered hypothesis before its first pair: in shadow, with no evidence either way."""
    margin, bound = hypothesis.margin, _bound(hypothesis)
    return SliceState(
        hypothesis=hypothesis,
        since_s=now_s,
        promotion=Trail(Mixture(promotion(margin, bound))),
        futility=Trail(Mixture(futility(margin, bound))),
        rollback=Canary.start(margin, forward=hypothesis.feedback),
        breaker=Canary.start(BREAKER_MARGIN),
        watch=Detector(margin, bound),
        rails=tuple(Rail.start(rail) for rail in hypothesis.guardrails),
        predictor=Predictor() if hypothesis.outcome is OutcomeKind.JUDGE_WITH_LABELS else None,
    )


def _bound(hypothesis: Hypothesis) -> float:
    labelled = hypothesis.outcome is OutcomeKind.JUDGE_WITH_LABELS
    return bound_of_pairs(hypothesis.labels) if labelled else 1.0


def absorb(state: SliceState, event: Event) -> SliceState:
    """The state after one event more; ValueError for an event that was passed already or a value out of bounds."""
    if isinstance(event, Pair):
        return _pair(msgspec.structs.replace(state, pairs=state.pairs.after(event)), event)
    return _live(msgspec.structs.replace(state, outcomes=state.outcomes.after(event)), event)


def _pair(state: SliceState, event: Pair) -> SliceState:
    if state.ended is not None:
        return state
    x, predictor = _value(state, event)
    rails = dict(event.rails)
    known = msgspec.structs.replace(
        state,
        predictor=predictor,
        rails=tuple([rail.update(rails[rail.name]) if rail.name in rails else rail for rail in state.rails]),
    )
    if state.rung is Rung.P100:
        return msgspec.structs.replace(known, watch=state.watch.update(x))
    known = msgspec.structs.replace(
        known,
        levels=state.levels.add(x),
        promotion=state.promotion.update(x),
        futility=state.futility.update(x),
        incumbent_sum=state.incumbent_sum + (event.incumbent or 0.0),
        incumbent_n=state.incumbent_n + (event.incumbent is not None),
    )
    if not state.canary:
        return known
    direct = state.hypothesis.outcome in _DIRECT and not state.hypothesis.feedback
    return msgspec.structs.replace(
        known,
        rollback=state.rollback.pair(x) if direct else state.rollback,
        breaker=state.breaker.pair(event.technical),
        live=state.live + event.live,
    )


def _value(state: SliceState, event: Pair) -> tuple[float, Predictor | None]:
    """What a unit feeds: its difference, or the judge's score corrected by its label, which the predictor learns."""
    predictor, judged = state.predictor, event.judged
    if predictor is None or judged is None or judged.certain:
        return event.x, predictor
    score = Score(event.x, judged.surplus, judged.consistent)
    expected = predictor.calibrated(score)
    value = value_of_pair(expected, judged.label, judged.propensity, predictor.weight)
    return value, predictor if judged.label is None else predictor.learn(score, judged.label)


def _live(state: SliceState, event: Live) -> SliceState:
    if state.ended is not None or state.rung is Rung.SHADOW:
        return state
    if state.rung is Rung.P100:
        return _watched(state, event)
    breaker = state.breaker
    if event.good is not None:
        breaker = _canary(breaker, event.candidate, float(event.good), state.rung)
    if event.y is None:
        return msgspec.structs.replace(state, breaker=breaker)
    rollback = _canary(state.rollback, event.candidate, event.y, state.rung)
    return msgspec.structs.replace(state, breaker=breaker, rollback=rollback, live=state.live + event.candidate)


def _watched(state: SliceState, event: Live) -> SliceState:
    """An outcome at 100 %: against one of the hold-out, or against the incumbent's mean where nobody else answers."""
    difference = None
    holdout = state.holdout
    if event.y is None:
        return state
    if event.alone:
        difference = None if state.baseline is None else event.y - state.baseline
    elif event.candidate:
        holdout, difference = holdout.candidate(event.y, 1)
    else:
        holdout, difference = holdout.incumbent(event.y)
    watch = state.watch if difference is None else state.watch.update(difference)
    return msgspec.structs.replace(state, holdout=holdout, watch=watch)


def _canary(canary: Canary, candidate: bool, y: float, rung: Rung) -> Canary:
    return canary.candidate(y, block_size(rung)) if candidate else canary.incumbent(y)


def apply(state: SliceState, move: Move, to: Rung, now_s: float, *, evict: bool = False) -> SliceState:
    """The state after a move; ValueError for a move that the ladder does not know, whoever asks for it.

    `evict` says that running conversations leave the candidate too: it fell for faults or for safety.
    """
    _check(state, move, to)
    match move:
        case Move.NONE:
            return state
        case Move.HOLD | Move.RELEASE:
            return msgspec.structs.replace(state, held=move is Move.HOLD)
        case Move.LOWER:
            # Held besides: else the next look would open the same rung again.
            return msgspec.structs.replace(state, rung=to, since_s=now_s, live=0, held=True)
        case Move.FORCE:
            return msgspec.structs.replace(state, rung=to, since_s=now_s, live=0, ended=None, forced=True, evict=False)
        case _:
            ended = ENDINGS.get(move)
            return msgspec.structs.replace(state, rung=to, since_s=now_s, live=0, ended=ended, evict=evict)


def _check(state: SliceState, move: Move, to: Rung) -> None:
    legal = {
        Move.NONE: to is state.rung,
        Move.HOLD: to is state.rung,
        Move.RELEASE: to is state.rung,
        Move.LOWER: to < state.rung and not state.forced,
        Move.UP: to is NEXT.get(state.rung),
        Move.FORCE: to is Rung.P100 and not state.forced,
        Move.DOWN: to is Rung.SHADOW and state.canary,
        Move.STOP: to is Rung.SHADOW and state.rung < Rung.P100,
        # Where a judge alone has opened the rungs, what is found of it is an alarm like the watch's.
        Move.ALARM: to is Rung.SHADOW and (state.rung is Rung.P100 or state.rung <= CAPS[OutcomeKind.JUDGE]),
    }
    over = state.ended is not None and move not in (Move.NONE, Move.FORCE)
    if not legal.get(move, False) or over:
        standing = f"{state.rung.label} ({state.status})"
        raise ValueError(f"no move {move.value!r} to {to.label!r} from {standing!r}; the ladder has no such step")
