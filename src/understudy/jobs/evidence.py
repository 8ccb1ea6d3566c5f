"""From the books to the gate's own words: rows of pairs, verdicts and outcomes become turns and events.

What a pair is worth depends on the hypothesis's kind of outcome: a check's two outcomes, a judge's score, a person's
label. A pair that nobody was to be asked about says nothing where people alone decide, nor does one whose judge was not
believed where it alone decides.
"""

import json
from collections.abc import Iterable, Mapping

from understudy.parity.events import Judged, Live
from understudy.parity.slices import JUDGED_ALONE, OutcomeKind
from understudy.parity.units import MAX_UNIT_S, WORST, Turn, pair_value
from understudy.ports import UNHEARD, OutcomeRow, PairRow, Source, VerdictRow

Said = Mapping[Source, VerdictRow]
_NOTHING: Said = {}


def turn_of(row: PairRow, said: Said = _NOTHING, outcome: OutcomeKind = OutcomeKind.CHECK) -> Turn:
    """One pair as parity counts it; what is not settled has no value yet."""
    settled, x, judged = _worth(row, said, outcome)
    known = row.settled or row.answered
    check = said.get("check")
    return Turn(
        seq=row.seq,
        unit=row.unit,
        at_s=row.at_s,
        deadline_s=row.deadline_s,
        idle_s=row.idle_s,
        settled=settled,
        x=x,
        technical=float(row.candidate_good) - float(row.incumbent_good) if known else 0.0,
        live=row.served == "candidate",
        incumbent=check.incumbent if check is not None else row.incumbent,
        rails=_rails(row),
        judged=judged,
        asks=row.asked and outcome is OutcomeKind.JUDGE_WITH_LABELS,
    )


def _worth(row: PairRow, said: Said, outcome: OutcomeKind) -> tuple[bool, float | None, Judged | None]:
    """Whether a pair is settled, its value, and what a judge and a person said of it besides."""
    if row.settled:
        x = pair_value(row.candidate, row.incumbent)
        if outcome is OutcomeKind.HUMAN and not row.asked:
            return True, None, None
        certain = outcome is OutcomeKind.JUDGE_WITH_LABELS and x is not None
        return True, x, Judged(row.label_propensity, certain=True) if certain else None
    if outcome is OutcomeKind.CHECK:
        check = said.get("check")
        return (False, None, None) if check is None else (True, _checked(check), None)
    if outcome is OutcomeKind.HUMAN:
        if not row.asked:
            return True, None, None
        label = said.get("label")
        return (False, None, None) if label is None else (True, label.score, None)
    judge = said.get("judge")
    if judge is None:
        return False, None, None
    if outcome in JUDGED_ALONE:
        if judge.missing == UNHEARD:
            return True, None, None
        # A judge that has nothing to say after all its tries counts against the candidate: silence cannot help it.
        return True, WORST if judge.score is None else judge.score, None
    return True, judge.score or 0.0, _judged(row, judge, said.get("label"))


def _checked(check: VerdictRow) -> float | None:
    """A slow check's pair: no opinion on the candidate's answer voids it."""
    if check.candidate is None:
        return None
    return pair_value(check.candidate, check.incumbent)


def _judged(row: PairRow, judge: VerdictRow, label: VerdictRow | None) -> Judged:
    """A score is only a hint where labels correct it, so that a silent judge may count as a tie."""
    return Judged(
        propensity=row.label_propensity,
        surplus=row.surplus,
        consistent=float(judge.first is not None and judge.first == judge.second),
        label=label.score if label is not None and row.asked else None,
    )


def _rails(row: PairRow) -> tuple[tuple[str, float], ...]:
    outcomes: dict[str, list[float | None]] = json.loads(row.rails)
    return tuple(
        (name, candidate - incumbent)
        for name, (candidate, incumbent) in sorted(outcomes.items())
        if candidate is not None and incumbent is not None
    )


def turns_of(
    rows: Iterable[PairRow], verdicts: Iterable[VerdictRow] = (), outcome: OutcomeKind = OutcomeKind.CHECK
) -> tuple[Turn, ...]:
    """Pairs in the order of their sampling, less those that came after their conversation had closed.

    What belongs to a unit follows from the rows alone, so that a replay finds the same units whenever it looks. A
    verdict that came after its pair's deadline is not heard.
    """
    said: dict[str, dict[Source, VerdictRow]] = {}
    for verdict in verdicts:
        said.setdefault(verdict.exchange_id, {})[verdict.source] = verdict
    first: dict[str, Turn] = {}
    last: dict[str, Turn] = {}
    kept = []
    for row in rows:
        heard = {
            source: one for source, one in said.get(row.exchange_id, _NOTHING).items() if one.at_s <= row.deadline_s
        }
        turn = turn_of(row, heard, outcome)
        opening, before = first.setdefault(turn.unit, turn), last.get(turn.unit, turn)
        closed_s = min(before.at_s + (before.idle_s or 0.0), opening.at_s + MAX_UNIT_S)
        if before.idle_s is not None and turn.at_s > closed_s:
            continue
        last[turn.unit] = turn
        kept.append(turn)
    return tuple(kept)


def live_of(row: OutcomeRow) -> Live:
    """One live outcome of a served answer without a pair, or of a user's."""
    return Live(row.seq, row.exchange_id, row.side == "candidate", row.outcome, row.good, row.alone)
