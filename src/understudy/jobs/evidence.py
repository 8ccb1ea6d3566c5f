"""From the books to the gate's own words: rows of pairs and outcomes become turns and events."""

from collections.abc import Iterable

from understudy.parity.events import Live
from understudy.parity.units import Turn, pair_value
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
    """Pairs in the order of their sampling."""
    return tuple(turn_of(row) for row in rows)


def live_of(row: OutcomeRow) -> Live:
    """One live outcome of a served answer without a pair."""
    return Live(row.seq, row.exchange_id, row.side == "candidate", row.outcome, row.good)
