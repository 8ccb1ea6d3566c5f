"""Late verdicts: slow checks and judges, beside the books and not in them.

What waits is in the books, with its words; what was said goes to the books through the spool like everything else, so
that a crash loses nothing but time. A judge is asked through the corridor's own attempt, booked as an exchange of its
own. A pair that stays without a verdict is tried again until its deadline; a judge that talks nonsense is not.

A judge's word counts only while it is believed (`jobs.court`). Pairs wait while it is being tried; those that it
cannot speak on, because it is not believed or was not in time, are told to the books as not heard. That hangs on what
the judge makes of planted answers and on nothing that the candidate said or lost, so that such a pair says nothing for
or against it; where labels correct the judge they go on alone.
"""

import asyncio
import logging
from collections.abc import Mapping

from understudy.gateway.unattended import Errand
from understudy.jobs.booking import Words, words_of
from understudy.jobs.court import COMPARES, TRIED_WITHIN_S, Case, Court, Unreachable
from understudy.jobs.judging import score
from understudy.jobs.panel import Panel
from understudy.jobs.patience import AT_ONCE, BOOKED_WITHIN_S, MAX_RETRY_S, TAKEN, Desk, Patience
from understudy.jobs.sanity import Sanity
from understudy.parity.units import WORST
from understudy.ports import UNHEARD, Check, Clock, HypothesisRow, Judgement, PairRow, Verdict

log = logging.getLogger(__name__)
# A pair waits for its judge to be tried until so long before its deadline, or for half of its time: one that is put off
# comes up once more, and what is told of it is not too late for the books.
LAST_CALL_S = 2 * MAX_RETRY_S
# What is to be said of an answer that the candidate lost.
LOST = Judgement(WORST, WORST)


class Verdicts:
    """Gives verdicts on what waits for them. `panels` are by route."""

    def __init__(self, desk: Desk, panels: Mapping[str, Panel]) -> None:
        self._store, self._journal, self._clock, _ = desk
        self._panels = panels
        self._patience = Patience(self._clock)
        self._court = Court(desk, self._patience)

    async def turn(self) -> bool:
        """Take what waits, up to a handful, and say what is to be said; whether there was anything."""
        now_s = self._clock.now_s()
        registered = await asyncio.to_thread(self._judged_here)
        most = TAKEN + len(self._patience)
        waiting = await asyncio.to_thread(self._store.waiting, ("check", "judge"), registered.keys(), now_s, most)
        self._patience.keep({one.exchange_id for one in waiting})
        ready = [pair for pair in waiting if self._patience.due(pair.exchange_id)][:TAKEN]
        await self._court.seat(registered[pair.hypothesis].route for pair in ready)
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for pair in ready:
                group.create_task(self._settle(pair, registered[pair.hypothesis], gate))
        return bool(ready)

    def _judged_here(self) -> dict[str, HypothesisRow]:
        """The hypotheses whose pairs wait for a judge or a slow check."""
        routes = {name for name, panel in self._panels.items() if panel.by_machine}
        return {row.id: row for row in self._store.hypotheses() if row.route in routes and not row.imported}

    async def _settle(self, pair: PairRow, registered: HypothesisRow, gate: asyncio.Semaphore) -> None:
        async with gate:
            panel = self._panels[registered.route]
            kept = await asyncio.to_thread(self._store.waiting_for, pair.exchange_id)
            if kept is None:
                # Its words have expired, or were never kept: nobody can judge it any more.
                self._patience.put_off(pair.exchange_id, MAX_RETRY_S)
                return
            words = words_of(kept.text)
            if panel.judge is not None:
                verdict = await self._judged(_case(panel, registered, pair, words), pair, words)
            else:
                verdict = await asyncio.to_thread(_checked, panel.check, pair, words, self._clock)
            if verdict is not None:
                self._journal.append(verdict)
                self._patience.put_off(pair.exchange_id, BOOKED_WITHIN_S)

    async def _judged(self, case: Case | None, pair: PairRow, words: Words) -> Verdict | None:
        """A judge's word in both orders; None if there is none yet."""
        candidate = words.candidate.reply
        if case is None:
            return None
        if candidate is None:
            # Nobody needs to be asked about it; it counts, too, only while an answer would be heard.
            now = self._court.sanity(case)
            self._patience.put_off(pair.exchange_id, TRIED_WITHIN_S)
            return self._verdict(case, pair, LOST) if now.believed else self._unheard(case, pair, now)
        try:
            now = await self._court.tried(case)
            if now.believed:
                said = await self._court.compared(case, candidate)
                # Another pair's probe may have found it fooled meanwhile.
                now = self._court.sanity(case)
                if now.believed:
                    return self._verdict(case, pair, said)
        except Unreachable as late:
            log.info("exchange %s waits for its judge: %s", pair.exchange_id, late)
            now = self._court.sanity(case)
        else:
            self._patience.put_off(pair.exchange_id, TRIED_WITHIN_S)
        return self._unheard(case, pair, now)

    def _unheard(self, case: Case, pair: PairRow, now: Sanity) -> Verdict | None:
        """That a judge cannot be heard on a pair, once that is sure or the pair can wait no longer."""
        unheard = not now.believed and (now.known or self._closing(pair))
        return self._verdict(case, pair, Judgement(None, None, UNHEARD)) if unheard else None

    def _closing(self, pair: PairRow) -> bool:
        """Whether a pair cannot wait any longer for its judge to be tried."""
        return self._clock.now_s() >= pair.deadline_s - min(LAST_CALL_S, (pair.deadline_s - pair.at_s) / 2)

    def _verdict(self, case: Case, pair: PairRow, said: Judgement) -> Verdict:
        return Verdict(
            exchange_id=pair.exchange_id,
            hypothesis=pair.hypothesis,
            source="judge",
            at_s=self._clock.now_s(),
            by=case.judge.name,
            version=case.judge.version,
            score=said.score,
            first=said.first,
            second=said.second,
            missing=said.missing,
        )


def _case(panel: Panel, registered: HypothesisRow, pair: PairRow, words: Words) -> Case | None:
    """What a judge is to speak on; None where an answer is missing."""
    judge, spec, base = panel.judge, panel.spec.judge, words.incumbent.reply
    if judge is None or spec is None or base is None:
        return None
    errand = Errand(
        purpose="judge",
        of=pair.exchange_id,
        reason=COMPARES,
        tenant=registered.tenant,
        route=registered.route,
        kind=registered.kind,
        hypothesis=pair.hypothesis,
        unit=pair.unit,
    )
    return Case(judge, spec.calls_per_day, words.request, base, errand)


def _checked(check: Check | None, pair: PairRow, words: Words, clock: Clock) -> Verdict | None:
    """A slow check's word on both answers."""
    if check is None or words.candidate.reply is None or words.incumbent.reply is None:
        return None
    candidate = score(words.request, words.candidate.reply, check, on_crash=0.0)
    incumbent = score(words.request, words.incumbent.reply, check, on_crash=None)
    return Verdict(
        exchange_id=pair.exchange_id,
        hypothesis=pair.hypothesis,
        source="check",
        at_s=clock.now_s(),
        by=check.name,
        version=check.version,
        candidate=candidate,
        incumbent=incumbent,
        missing=None if candidate is not None else f"check {check.name}: no opinion",
    )
