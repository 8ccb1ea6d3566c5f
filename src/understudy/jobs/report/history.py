"""A slice's course, made again from its pairs: the evidence and the difference as they stood after so many of them.

The figures are the engine's own, folded by the engine's own `absorb` and `apply`; the record says only where its moves
were made. Whether the record is true is for a replay to say: a course that cannot be made again is cut where it breaks.
"""

from collections.abc import Iterator, Sequence

from understudy.canon.value import Value
from understudy.parity.events import Pair
from understudy.parity.ladder import BY_LABEL, Rung
from understudy.parity.record import Link
from understudy.parity.slices import Hypothesis
from understudy.parity.state import Move, SliceState, absorb, apply, open_slice
from understudy.stats.mixture import e_value
from understudy.stats.sequences import confidence

# As many as a plot has use for: closer together than its pixels they only cost time.
MAX_POINTS = 160


class Point(Value, frozen=True):
    """How it stood after `pairs` units: evidence, mean difference and its 95 % sequence (of mean outcomes)."""

    pairs: int
    e: float
    mean: float | None
    low: float
    high: float


class Stage(Value, frozen=True):
    """One move on the way: after how many units it was made, from which rung to which."""

    pairs: int
    move: str
    to: str


class Course(Value, frozen=True):
    """The course of one hypothesis; `cut` says why it could not be followed to its end."""

    points: tuple[Point, ...] = ()
    stages: tuple[Stage, ...] = ()
    cut: str = ""


def course(hypothesis: Hypothesis, opened_s: float, links: Sequence[Link], pairs: Sequence[Pair]) -> Course:
    """The course of a hypothesis through these units, oldest first; it ends where its promotion test does."""
    points: list[Point] = []
    stages: list[Stage] = []
    every = max(1, -(-len(pairs) // MAX_POINTS))
    try:
        for number, state in _states(hypothesis, opened_s, links, pairs, stages):
            if state.rung is Rung.P100 or state.ended is not None:
                break
            if number % every == 0 or number == len(pairs):
                points.append(_point(state))
    except ValueError as error:
        return Course(tuple(points), tuple(stages), str(error))
    return Course(tuple(points), tuple(stages))


def _states(
    hypothesis: Hypothesis, opened_s: float, links: Sequence[Link], pairs: Sequence[Pair], stages: list[Stage]
) -> Iterator[tuple[int, SliceState]]:
    state = open_slice(hypothesis, opened_s)
    waiting = [link.told() for link in links]
    for number, pair in enumerate(pairs, start=1):
        state = absorb(state, pair)
        yield number, state
        while waiting and waiting[0]["evidence"]["pairs_seq"] <= pair.seq:
            told = waiting.pop(0)
            state = apply(state, Move(told["move"]), BY_LABEL[told["to"]], told["at_s"])
            stages.append(Stage(state.promotion.mixture.n, told["move"], told["to"]))


def _point(state: SliceState) -> Point:
    interval = confidence(state.levels, bound=state.bound)
    return Point(
        state.promotion.mixture.n, e_value(state.promotion.log_e), state.levels.mean, interval.low, interval.high
    )
