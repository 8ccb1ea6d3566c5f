"""The unit of evidence: a conversation, or a one-turn request. When is it settled, and what is it worth?

Turns of one conversation share causes, so they are averaged, and only their mean enters. A unit enters once, when it
is closed, in the order in which units were sampled, up to the first one that is not settled yet: else quick wins would
enter before slow losses. What never settles counts as the worst at its deadline, so that losing outcomes cannot help.
"""

import math
from collections.abc import Container, Iterable, Sequence

import msgspec

from understudy.parity.events import Pair

WORST = -1.0
# A conversation that never pauses must not keep all later units waiting; after this it enters with the turns it has.
MAX_UNIT_S = 4 * 3600.0


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt that both models were to answer, numbered when it was sampled.

    `x` is `pair_value`'s word on it, meaningless until `settled`; None is a void turn. `idle_s` is None for a one-turn
    request; else the conversation closes after that much silence. `live`: the candidate's answer was the one served.
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


def entering(turns: Iterable[Turn], now_s: float, *, entered: Container[str] = ()) -> tuple[Pair, ...]:
    """The units that may enter the evidence now, in the order in which they were sampled.

    `turns` come in order of `seq`. `entered` knows the units that have entered before: a turn that came later than its
    unit's entry stays stored and is not counted. Void units are passed over.
    """
    units: dict[str, list[Turn]] = {}
    for turn in turns:
        if turn.unit not in entered:
            units.setdefault(turn.unit, []).append(turn)
    pairs = []
    for parts in units.values():  # in order of each unit's first turn
        if not _closed(parts, now_s) or any(not turn.settled and now_s < turn.deadline_s for turn in parts):
            break
        pair = _pair(parts)
        if pair is not None:
            pairs.append(pair)
    return tuple(pairs)


def _closed(turns: Sequence[Turn], now_s: float) -> bool:
    idle_s = turns[-1].idle_s
    return idle_s is None or now_s >= min(turns[-1].at_s + idle_s, turns[0].at_s + MAX_UNIT_S)


def _pair(turns: Sequence[Turn]) -> Pair | None:
    xs = [turn.x if turn.settled else WORST for turn in turns]
    valued = [x for x in xs if x is not None]
    if not valued:
        return None
    first = turns[0]
    technical = math.fsum(turn.technical for turn in turns) / len(turns)
    return Pair(first.seq, first.unit, math.fsum(valued) / len(valued), technical, any(turn.live for turn in turns))
