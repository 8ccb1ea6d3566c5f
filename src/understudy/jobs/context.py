"""What a link of the record tells besides the evidence: flips with examples by id, money, the judge's health.

No decision rests on it, so a replay does not make it again; it is what an auditor asks next.
"""

import hashlib
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from understudy.ports import PairRow, Store, VerdictRow

# Ids of negative flips that a link names: enough to look into, drawn by hash and so without anybody's choice.
MAX_SAMPLED = 20


class Worth(NamedTuple):
    """A pair and its difference, candidate less incumbent; None where nobody judged it."""

    row: PairRow
    x: float | None


def context_of(store: Store, hypothesis: str) -> dict[str, Any]:
    """The figures of one hypothesis as they stand."""
    verdicts = store.verdicts(hypothesis)
    return context_from(worths(store.pairs(hypothesis), verdicts), verdicts)


def context_from(worth: Sequence[Worth], verdicts: Sequence[VerdictRow]) -> dict[str, Any]:
    """The same, from what was read already."""
    negative = [one for one in worth if one.x is not None and one.x < 0]
    failures = Counter(one.row.candidate_failure for one in negative if one.row.candidate_failure)
    costs = [one.row.shadow_cost_nano_usd for one in worth if one.row.shadow_cost_nano_usd is not None]
    return {
        "pairs": len(worth),
        "negative_flips": len(negative),
        "positive_flips": sum(one.x is not None and one.x > 0 for one in worth),
        "negative_sample": [one.row.exchange_id for one in sorted(negative, key=lot)[:MAX_SAMPLED]],
        "failures": dict(sorted(failures.items())),
        "spent_nano_usd": sum(costs),
        "spent_pairs": len(costs),
        "judge": judge_health(verdicts),
    }


def worths(pairs: Sequence[PairRow], verdicts: Sequence[VerdictRow]) -> list[Worth]:
    """Every pair with what it is worth, by whoever judged it."""
    said = {(one.exchange_id, one.source): one for one in verdicts}
    return [Worth(row, difference(row, said.get((row.exchange_id, "check")), judged(row, said))) for row in pairs]


def judged(row: PairRow, said: dict[tuple[str, Any], VerdictRow]) -> float | None:
    """What a person, else a judge, said of a pair."""
    for source in ("label", "judge"):
        verdict = said.get((row.exchange_id, source))
        if verdict is not None and verdict.score is not None:
            return verdict.score
    return None


def difference(row: PairRow, check: VerdictRow | None, score: float | None) -> float | None:
    """Candidate less incumbent on one pair, by whoever judged it; None where nobody did."""
    mine, other = (row.candidate, row.incumbent) if check is None else (check.candidate, check.incumbent)
    if other is not None:
        return (mine or 0.0) - other
    return score


def judge_health(said: Sequence[VerdictRow]) -> dict[str, Any] | None:
    """How a judge's scores go with people's labels; None where no judge spoke."""
    judges = {one.exchange_id: one for one in said if one.source == "judge"}
    if not judges:
        return None
    scored = [one for one in judges.values() if one.first is not None and one.second is not None]
    labels = {one.exchange_id: one.score for one in said if one.source == "label" and one.score is not None}
    both = [(one.score, labels[one.exchange_id]) for one in scored if one.exchange_id in labels]
    return {
        "verdicts": len(judges),
        "missing": len(judges) - len(scored),
        "order_flips": sum(one.first != one.second for one in scored) / len(scored) if scored else None,
        "labels": len(both),
        "bias": sum((f or 0.0) - y for f, y in both) / len(both) if both else None,
        "r": _correlation(both),
        "versions": sorted({f"{one.by} {one.version}" for one in judges.values()}),
    }


def _correlation(both: Sequence[tuple[float | None, float]]) -> float | None:
    """How far scores and labels go together, Pearson's r; None where either never varied.

    Labels corrected by a judge need about 1 - r^2 of what labels alone do (prediction-powered inference).
    """
    try:
        return statistics.correlation([f or 0.0 for f, _ in both], [y for _, y in both])
    except statistics.StatisticsError:
        return None


def lot(one: Worth) -> str:
    """The place of a pair in a draw that nobody chose: a hash of its id."""
    return hashlib.sha256(one.row.exchange_id.encode()).hexdigest()
