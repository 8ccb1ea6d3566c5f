"""Judging: a record from the spool becomes numbers. The words are dropped here; only outcomes go into the books.

A check that breaks on the candidate's answer counts against the candidate, since an answer must not be able to make
itself uncounted; one that breaks on the incumbent's answer voids the pair. A score outside [0, 1] is a break too.
"""

import hashlib
import logging

import msgspec

from understudy.canon.request import Request
from understudy.ports import Answered, Check, Live, OutcomeRow, Paired, PairRow, Sampled

log = logging.getLogger(__name__)


def sampled_row(record: Sampled) -> PairRow:
    """The open pair that was announced."""
    return PairRow(
        exchange_id=record.exchange_id,
        hypothesis=record.hypothesis,
        unit=record.unit,
        at_s=record.at_s,
        served=record.served,
        deadline_s=record.deadline_s,
        propensity=record.propensity,
        idle_s=record.idle_s,
    )


def settled_row(record: Paired, check: Check) -> PairRow:
    """The pair with both outcomes; `missing` says which one there is none of, and why."""
    candidate = _outcome(record.request, record.candidate, check, on_crash=0.0)
    incumbent = _outcome(record.request, record.incumbent, check, on_crash=None)
    silent = record.candidate.reply is not None and candidate is None
    row = PairRow(
        exchange_id=record.exchange_id,
        hypothesis=record.hypothesis,
        unit=record.unit,
        at_s=record.at_s,
        served=record.served,
        deadline_s=record.deadline_s,
        propensity=0.0,
        settled=True,
        candidate=candidate,
        # Where the check has no opinion on the candidate's answer, it has none on the pair.
        incumbent=None if silent else incumbent,
        candidate_good=record.candidate.reply is not None,
        incumbent_good=record.incumbent.reply is not None,
        missing=_missing(record, check, silent=silent),
        candidate_build=record.candidate.build,
        incumbent_build=record.incumbent.build,
        prompt_hash=prompt_hash(record.request),
        shadow_cost_nano_usd=(record.incumbent if record.served == "candidate" else record.candidate).cost_nano_usd,
    )
    return msgspec.structs.replace(row, digest=pair_digest(row))


def pair_digest(row: PairRow) -> str:
    """SHA-256 over what a pair was settled with."""
    outcomes = (row.candidate, row.incumbent, row.candidate_good, row.incumbent_good)
    told = (row.exchange_id, row.hypothesis, row.unit, row.served, *outcomes, row.candidate_build, row.incumbent_build)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def outcome_row(record: Live, check: Check) -> OutcomeRow:
    """The live outcome of one served answer: 0 for a lost one, None where the check has no opinion."""
    good = record.answer.reply is not None
    outcome = _outcome(record.request, record.answer, check, on_crash=0.0 if record.side == "candidate" else None)
    return OutcomeRow(
        exchange_id=record.exchange_id,
        hypothesis=record.hypothesis,
        at_s=record.at_s,
        side=record.side,
        outcome=outcome if good else 0.0,
        good=good,
    )


def prompt_hash(request: Request) -> str:
    """SHA-256 of the prompt's canonical form: enough to find equal prompts, not to read one."""
    return hashlib.sha256(msgspec.msgpack.encode((request.messages, request.tools))).hexdigest()


def _outcome(request: Request, side: Answered, check: Check, *, on_crash: float | None) -> float | None:
    if side.reply is None:
        return None
    try:
        score = check.score(request, side.reply)
        if score is None:
            return None
        if not 0 <= score <= 1:
            raise ValueError(f"the score {score!r} is not in [0, 1]")
        return float(score)
    except Exception:
        # The supervisor of checks: a plug-in's mistake is an outcome, not the end of the books.
        log.exception("check %s %s broke on an answer of %s", check.name, check.version, side.model)
        return on_crash


def _missing(record: Paired, check: Check, *, silent: bool) -> str | None:
    if record.candidate.missing is not None:
        return f"candidate: {record.candidate.missing}"
    if record.incumbent.missing is not None:
        return f"incumbent: {record.incumbent.missing}"
    return f"check {check.name}: no opinion" if silent else None
