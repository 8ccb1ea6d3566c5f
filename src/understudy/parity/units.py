"""The unit of evidence: a conversation, or a one-turn request. When is it settled, and what is it worth?

Turns of one conversation share causes, so they are averaged, and only their mean enters. A unit enters once, when it
is closed, in the order in which units were sampled, up to the first one that is not settled yet: else quick wins would
enter before slow losses. What never settles counts as the worst at its deadline, so that losing outcomes cannot help.
"""

import math
from collections.abc import Container, Iterable, Iterator, Sequence

import msgspec

from understudy.parity.events import Judged, Pair

WORST = -1.0
# A conversation that never pauses must not keep all later units waiting; after this it enters with the turns it has.
MAX_UNIT_S = 4 * 3600.0


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt that both models were to answer, numbered when it was sampled.

    `x` is `pair_value`'s word on it, or a judge's or person's, meaningless until `settled`; None is a void turn.
    `idle_s` is None for a one-turn request; else the conversation closes after that much silence. `live`: the
    candidate's answer was the one served. `judged` is there where x is a judge's score; where it `asks` for a person's
    label and is not certain, the turn waits for that too.
    """

    seq: int
    unit: str
    at_s: float
    deadline_s: float
    idle_s: float | None = None
    settled: bool = False
    x: float | None = None
    technical: float = 0.0
    live: bool = False
    incumbent: float | None = None
    rails: tuple[tuple[str, float], ...] = ()
    judged: Judged | None = None
    asks: bool = False

    @property
    def complete(self) -> bool:
        """Whether all is there that the turn waits for."""
        unlabelled = self.asks and self.judged is not None and self.judged.label is None and not self.judged.certain
        return self.settled and not unlabelled


def pair_value(candidate: float | None, incumbent: float | None, *, independent: bool = True) -> float | None:
    """X = candidate - incumbent of two outcomes in [0, 1], either of which may be missing; None if the pair is void.

    A candidate that timed out, failed or refused has failed: 0. Without the incumbent's outcome the pair is void, but
    only if the loss has nothing to do with the candidate's answer (`independent`); else the incumbent counts as right.
    """
    for y in (candidate, incumbent):
        if y is not None and not 0.0 <= y <= 1.0:
            raise ValueError(f"outcome {y!r} lies outside [0, 1]; fix the check that made it")
    if incumbent is None and independent:
        return None
    return (0.0 if candidate is None else candidate) - (1.0 if incumbent is None else incumbent)


def entering(turns: Iterable[Turn], now_s: float) -> tuple[Pair, ...]:
    """The units that may enter the evidence now, in the order in which they were sampled; void ones are passed over."""
    return tuple(pair for unit in closed(turns, now_s) if (pair := pair_of(unit)) is not None)


def closed(turns: Iterable[Turn], now_s: float, *, entered: Container[str] = ()) -> Iterator[Sequence[Turn]]:
    """The turns of each unit that waits for nothing, in the order in which units were sampled, up to one that does.

    `turns` come in order of `seq`. `entered` knows the units that have entered before: a turn that came later than its
    unit's entry stays stored and is not counted.
    """
    units: dict[str, list[Turn]] = {}
    for turn in turns:
        if turn.unit not in entered:
            units.setdefault(turn.unit, []).append(turn)
    for parts in units.values():  # in order of each unit's first turn
        if not _closed(parts, now_s) or any(not turn.complete and now_s < turn.deadline_s for turn in parts):
            break
        yield parts


def _closed(turns: Sequence[Turn], now_s: float) -> bool:
    idle_s = turns[-1].idle_s
    return idle_s is None or now_s >= min(turns[-1].at_s + idle_s, turns[0].at_s + MAX_UNIT_S)


def pair_of(turns: Sequence[Turn]) -> Pair | None:
    """The unit of these turns, each worth what it is worth on average; what never came is the worst. None if void."""
    valued = [turn for turn in turns if not turn.settled or turn.x is not None]
    if not valued:
        return None
    first = turns[0]
    return Pair(
        seq=first.seq,
        unit=first.unit,
        x=_mean([turn.x if turn.settled and turn.x is not None else WORST for turn in valued]),
        technical=_mean([turn.technical for turn in turns]),
        live=any(turn.live for turn in turns),
        incumbent=_mean_known([turn.incumbent for turn in valued]),
        rails=_rails(valued),
        judged=_judged(valued),
    )


def _rails(turns: Sequence[Turn]) -> tuple[tuple[str, float], ...]:
    found: dict[str, list[float]] = {}
    for turn in turns:
        for name, x in turn.rails:
            found.setdefault(name, []).append(x)
    return tuple((name, _mean(found[name])) for name in sorted(found))


def _judged(turns: Sequence[Turn]) -> Judged | None:
    """What a judge and a person said of the unit; where all its turns are lost, nobody needs to be asked."""
    said = [turn.judged for turn in turns if turn.settled and turn.judged is not None]
    if not said:
        return None
    lost = [turn for turn in turns if not turn.settled or turn.judged is None or turn.judged.certain]
    label = None
    if any(turn.asks for turn in turns):
        # A label that was asked for and never came is the worst; one on a lost answer is known without asking.
        label = _mean([_label(turn) for turn in turns])
    return Judged(
        propensity=said[0].propensity,
        surplus=_mean([one.surplus for one in said]),
        consistent=_mean([one.consistent for one in said]),
        label=label,
        certain=len(lost) == len(turns),
    )


def _label(turn: Turn) -> float:
    judged = turn.judged
    if judged is None or judged.certain or judged.label is None:
        return WORST
    return judged.label


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _mean_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _mean(known) if known else None
