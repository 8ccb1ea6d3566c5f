"""Judging: a record from the spool becomes numbers; what is said later of a pair becomes a verdict beside it.

A check that breaks on the candidate's answer counts against the candidate, since an answer must not be able to make
itself uncounted; one that breaks on the incumbent's answer voids the pair. A score outside [0, 1] is a break too.
Words stay only in `texts`; here they are read once and dropped.
"""

import hashlib
import logging
from collections.abc import Mapping

import msgspec

from understudy.canon.parts import ToolCall, text_of
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request
from understudy.jobs.panel import Panel
from understudy.parity.failures import Failure, invents_field
from understudy.parity.slices import JUDGED_ALONE
from understudy.ports import (
    Answered,
    Check,
    Compared,
    LessonRow,
    Live,
    OutcomeRow,
    Paired,
    PairRow,
    Sampled,
    Verdict,
    VerdictRow,
)
from understudy.routing.kinds import asked_words
from understudy.stats.features import READ_CHARS

log = logging.getLogger(__name__)
Rails = dict[str, tuple[float | None, float | None]]


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
        asked=record.asked,
        label_propensity=record.label_propensity,
    )


def answered_row(record: Paired, panel: Panel) -> PairRow:
    """The pair with both outcomes, or waiting for its verdicts; `missing` says what there is none of, and why."""
    if record.void:
        return _void_row(record)
    whole = record.candidate.reply is not None and record.incumbent.reply is not None
    # A lost candidate has failed, whatever a judge would have said of the incumbent; a lost incumbent voids.
    lost = record.candidate.reply is None and record.incumbent.reply is not None
    # Where a judge speaks alone a failure waits as an answer does: it counts only where that could have been heard.
    waits = panel.late and (whole or (lost and panel.outcome in JUDGED_ALONE))
    if panel.late:
        candidate, incumbent, silent = (0.0, 1.0, False) if lost and not waits else (None, None, False)
    else:
        candidate = _outcome(record.request, record.candidate, panel.check, on_crash=0.0)
        incumbent = _outcome(record.request, record.incumbent, panel.check, on_crash=None)
        silent = record.candidate.reply is not None and candidate is None
        # Where the check has no opinion on the candidate's answer, it has none on the pair.
        incumbent = None if silent else incumbent
    rails = _rails(record, panel) if whole else {}
    row = msgspec.structs.replace(
        _paired_row(record),
        settled=not waits,
        answered=waits or whole,
        candidate=candidate,
        incumbent=incumbent,
        candidate_good=record.candidate.reply is not None,
        incumbent_good=record.incumbent.reply is not None,
        missing=_missing(record, panel, silent=silent),
        shadow_cost_nano_usd=(record.incumbent if record.served == "candidate" else record.candidate).cost_nano_usd,
        surplus=_surplus(record),
        rails=msgspec.json.encode(rails),
        candidate_failure=_failure(record.request, record.candidate, candidate, [(n, r[0]) for n, r in rails.items()]),
        incumbent_failure=_failure(record.request, record.incumbent, incumbent, [(n, r[1]) for n, r in rails.items()]),
        candidate_ms=record.candidate.latency_ms,
        incumbent_ms=record.incumbent.latency_ms,
    )
    return msgspec.structs.replace(row, digest=pair_digest(row))


def _void_row(record: Paired) -> PairRow:
    """A pair that counts neither for nor against anybody, nor as a technical failure."""
    row = msgspec.structs.replace(_paired_row(record), settled=True, missing=record.void)
    return msgspec.structs.replace(row, digest=pair_digest(row))


def _paired_row(record: Paired) -> PairRow:
    """A pair of which two answers were awaited, before anything is said of them."""
    return PairRow(
        exchange_id=record.exchange_id,
        hypothesis=record.hypothesis,
        unit=record.unit,
        at_s=record.at_s,
        served=record.served,
        deadline_s=record.deadline_s,
        propensity=0.0,
        candidate_build=record.candidate.build,
        incumbent_build=record.incumbent.build,
        prompt_hash=prompt_hash(record.request),
        candidate_cost_nano_usd=record.candidate.cost_nano_usd,
        incumbent_cost_nano_usd=record.incumbent.cost_nano_usd,
    )


def pair_digest(row: PairRow) -> str:
    """SHA-256 over what a pair was answered and settled with."""
    outcomes = (row.candidate, row.incumbent, row.candidate_good, row.incumbent_good, row.surplus, row.rails.decode())
    told = (row.exchange_id, row.hypothesis, row.unit, row.served, *outcomes, row.candidate_build, row.incumbent_build)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def verdict_row(record: Verdict) -> VerdictRow:
    """A verdict as the books keep it."""
    row = VerdictRow(**msgspec.structs.asdict(record))
    if row.score == 0:
        row = msgspec.structs.replace(row, score=0.0)  # and not -0.0, which not every database keeps
    return msgspec.structs.replace(row, digest=verdict_digest(row))


def verdict_digest(row: VerdictRow) -> str:
    """SHA-256 over what was said of a pair, and by whom."""
    said = (row.candidate, row.incumbent, row.score, row.first, row.second, row.missing)
    told = (row.exchange_id, row.hypothesis, row.source, row.at_s, row.by, row.version, *said)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def outcome_row(record: Live, panel: Panel) -> OutcomeRow:
    """The live outcome of one served answer: 0 for a lost one, None where no check can tell at once."""
    good = record.answer.reply is not None
    on_crash = 0.0 if record.side == "candidate" else None
    # On a slice whose users speak, a lost answer is told by the breaker; its outcome is theirs to give.
    theirs = panel.spec.feedback
    check = None if panel.late or theirs else panel.check
    outcome = _outcome(record.request, record.answer, check, on_crash=on_crash)
    lost = None if theirs else 0.0
    return OutcomeRow(
        exchange_id=record.exchange_id,
        hypothesis=record.hypothesis,
        at_s=record.at_s,
        side=record.side,
        outcome=outcome if good else lost,
        good=good,
        alone=record.alone,
    )


def lesson_row(record: Compared, panel: Panel) -> LessonRow:
    """What came of each answer to one prompt; a lost answer is a failure, one without opinion says nothing.

    Where a judge speaks instead of a check, this has no outcome on the judge's scale.
    """
    outcomes = {
        answer.model: 0.0 if answer.reply is None else _outcome(record.request, answer, panel.check, on_crash=None)
        for answer in record.answers
    }
    return told_row(record, panel, outcomes, record.chances)


def told_row(
    record: Compared,
    panel: Panel,
    outcomes: Mapping[str, float | None],
    chances: Mapping[str, float],
    by: str = "",
    judged_s: float = 0.0,
) -> LessonRow:
    """One prompt's lesson with these outcomes, on a judge's scale where one has spoken.

    By model: the outcome, the chance of seeing it, dollars and milliseconds of a completed answer; then, where there is
    none, the dollars that it cost all the same.
    """
    told: dict[str, tuple[float | None, ...]] = {}
    for answer in record.answers:
        usd = None if answer.cost_nano_usd is None else answer.cost_nano_usd / 1e9
        seen = (outcomes.get(answer.model), chances.get(answer.model, 1.0))
        told[answer.model] = (
            (*seen, None, None, usd or 0.0) if answer.reply is None else (*seen, usd, answer.latency_ms)
        )
    return LessonRow(
        exchange_id=record.exchange_id,
        tenant=record.tenant,
        key=record.key,
        route=record.route,
        kind=record.kind,
        at_s=record.at_s,
        expires_at_s=record.at_s + panel.spec.lessons_s,
        served=record.served,
        outcomes=msgspec.json.encode(told),
        words=asked_words(record.request)[:READ_CHARS],
        by=by,
        unit=record.unit,
        judged_s=judged_s,
    )


def prompt_hash(request: Request) -> str:
    """SHA-256 of the prompt's canonical form: enough to find equal prompts, not to read one."""
    return hashlib.sha256(msgspec.msgpack.encode((request.messages, request.tools))).hexdigest()


def score(request: Request, reply: Reply, check: Check, *, on_crash: float | None) -> float | None:
    """A check's word on one answer, contained: a plug-in's mistake is an outcome, not the end of the books."""
    try:
        found = check.score(request, reply)
        if found is not None and not 0 <= found <= 1:
            raise ValueError(f"the score {found!r} is not in [0, 1]")
    except Exception:
        # The supervisor of checks.
        log.exception("check %s %s broke on an answer of %s", check.name, check.version, reply.model)
        return on_crash
    return None if found is None else float(found)


def _outcome(request: Request, side: Answered, check: Check | None, *, on_crash: float | None) -> float | None:
    if side.reply is None or check is None:
        return None
    return score(request, side.reply, check, on_crash=on_crash)


def _rails(record: Paired, panel: Panel) -> Rails:
    return {
        name: (
            _outcome(record.request, record.candidate, check, on_crash=0.0),
            _outcome(record.request, record.incumbent, check, on_crash=None),
        )
        for name, check in sorted(panel.rails.items())
    }


def _surplus(record: Paired) -> float:
    """How much longer the candidate's answer is, as a share of both lengths."""
    mine, other = (len(text_of(side.reply.parts)) if side.reply else 0 for side in (record.candidate, record.incumbent))
    return (mine - other) / (mine + other) if mine + other else 0.0


def _failure(
    request: Request, side: Answered, outcome: float | None, rails: list[tuple[str, float | None]]
) -> str | None:
    """The class of a bad answer; None for a good one, or one that nothing is known against."""
    reply = side.reply
    if reply is None:
        return Failure.ERROR
    if reply.stop is StopReason.REFUSAL:
        return Failure.REFUSAL
    words = text_of(reply.parts)
    if not words.strip() and not any(isinstance(part, ToolCall) for part in reply.parts):
        return Failure.EMPTY
    broken = next((name for name, kept in rails if kept is not None and kept < 1), None)
    if broken is not None:
        return broken
    if outcome is None or outcome == 1.0:
        return None
    metadata = request.extras.get("metadata")
    expected = metadata.get("expected") if isinstance(metadata, dict) else None
    invented = isinstance(expected, str) and invents_field(words, expected)
    return Failure.INVENTED_FIELD if invented else Failure.WRONG


def _missing(record: Paired, panel: Panel, *, silent: bool) -> str | None:
    if record.candidate.missing is not None:
        return f"candidate: {record.candidate.missing}"
    if record.incumbent.missing is not None:
        return f"incumbent: {record.incumbent.missing}"
    return f"check {panel.named[0]}: no opinion" if silent else None
