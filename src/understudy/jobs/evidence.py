"""From the books to the gate's own words: rows of pairs and outcomes become turns and events."""

from collections.abc import Iterable

from understudy.parity.events import Live
from understudy.parity.units import MAX_UNIT_S, Turn, pair_value
from understudy.ports import OutcomeRow, PairRow


def turn_of(row: PairRow) -> Turn:
    """One pair as parity counts it; an unsettled one has no value yet."""
    x = pair_value(row.candidate, row.incumbent) if row.settled else None
    return Turn(
        seq=row.seq,
        unit=row.unit,
        at_s=row.at_s,
        deadline_s=row.deadline_s,
        idle_s=row.idle_s,
        settled=row.settled,
        x=x,
        technical=float(row.candidate_good) - float(row.incumbent_good) if row.settled else 0.0,
        live=row.served == "candidate",
    )


def turns_of(rows: Iterable[PairRow]) -> tuple[Turn, ...]:
    """Pairs in the order of their sampling, less those that came after their conversation had closed.

    What belongs to a unit follows from the rows alone, so that a replay finds the same units whenever it looks.
    """
    first: dict[str, Turn] = {}
    last: dict[str, Turn] = {}
    kept = []
    for row in rows:
        turn = turn_of(row)
        opening, before = first.setdefault(turn.unit, turn), last.get(turn.unit, turn)
        closed_s = min(before.at_s + (before.idle_s or 0.0), opening.at_s + MAX_UNIT_S)
        if before.idle_s is not None and turn.at_s > closed_s:
            continue
        last[turn.unit] = turn
        kept.append(turn)
    return tuple(kept)


def live_of(row: OutcomeRow) -> Live:
    """One live outcome of a served answer without a pair."""
    return Live(row.seq, row.exchange_id, row.side == "candidate", row.outcome, row.good)
