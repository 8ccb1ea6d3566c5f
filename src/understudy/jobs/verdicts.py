"""Late verdicts: slow checks and judges, beside the books and not in them.

What waits is in the books, with its words; what was said goes to the books through the spool like everything else, so
that a crash loses nothing but time. A judge is asked through the corridor's own attempt, booked as an exchange of its
own. A pair that stays without a verdict is tried again until its deadline; a judge that talks nonsense is not.
"""

import asyncio
from collections.abc import Mapping

from understudy.canon.faults import Fault
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.gateway.unattended import Errand
from understudy.jobs.booking import Words, words_of
from understudy.jobs.judging import score
from understudy.jobs.panel import Panel
from understudy.jobs.patience import AT_ONCE, BOOKED_WITHIN_S, MAX_RETRY_S, TAKEN, DayCalls, Desk, Patience
from understudy.ports import Check, Clock, HypothesisRow, Judge, PairRow, Verdict


class Verdicts:
    """Gives verdicts on what waits for them. `panels` are by route."""

    def __init__(self, desk: Desk, panels: Mapping[str, Panel]) -> None:
        self._store, self._journal, self._clock, self._ask = desk
        self._panels = panels
        self._patience = Patience(self._clock)
        self._calls = DayCalls(self._store, self._clock)

    async def turn(self) -> bool:
        """Take what waits, up to a handful, and say what is to be said; whether there was anything."""
        now_s = self._clock.now_s()
        registered = await asyncio.to_thread(self._judged_here)
        most = TAKEN + len(self._patience)
        waiting = await asyncio.to_thread(self._store.waiting, ("check", "judge"), registered.keys(), now_s, most)
        self._patience.keep({one.exchange_id for one in waiting})
        ready = [pair for pair in waiting if self._patience.due(pair.exchange_id)][:TAKEN]
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
                verdict = await self._judged(panel.judge, registered, pair, words)
            else:
                verdict = await asyncio.to_thread(_checked, panel.check, pair, words, self._clock)
            if verdict is not None:
                self._journal.append(verdict)
                self._patience.put_off(pair.exchange_id, BOOKED_WITHIN_S)

    async def _judged(self, judge: Judge, registered: HypothesisRow, pair: PairRow, words: Words) -> Verdict | None:
        """A judge's word in both orders; None if it could not be reached, or has said enough for today."""
        spec = self._panels[registered.route].spec.judge
        if spec is None or words.candidate.reply is None or words.incumbent.reply is None:
            return None
        if not await self._calls.may(registered.route, spec.calls_per_day):
            self._patience.put_off(pair.exchange_id, MAX_RETRY_S)
            return None
        reached = True

        async def ask(request: Request) -> Reply:
            nonlocal reached
            errand = Errand(
                purpose="judge",
                of=pair.exchange_id,
                reason="judge: compares two answers",
                tenant=registered.tenant,
                route=registered.route,
                kind=registered.kind,
                hypothesis=pair.hypothesis,
                unit=pair.unit,
            )
            try:
                return await self._ask(spec.model, request, errand)
            except Fault:
                reached = False
                raise

        said = await judge.judge(ask, words.request, words.candidate.reply, words.incumbent.reply)
        if said.score is None and not reached:
            self._patience.put_off(pair.exchange_id)
            return None
        return Verdict(
            exchange_id=pair.exchange_id,
            hypothesis=pair.hypothesis,
            source="judge",
            at_s=self._clock.now_s(),
            by=judge.name,
            version=judge.version,
            score=said.score,
            first=said.first,
            second=said.second,
            missing=said.missing,
        )


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
