"""Verdicts on a pool: a judge compares what each model of a comparison answered with the incumbent's answer.

Every verdict becomes an outcome on one scale, with the incumbent's answer at a half: 1 is much better, 0 much worse.
All models of a comparison are measured from the same answer, so that their outcomes can be compared with one another;
to keep a share q of the incumbent's quality is to lose no more than 1 - q on average, on the judge's scale from -1
(always much worse) to 1. A verdict that was refused or cannot be read is no outcome, and nothing is judged of traffic
that was only served.

A judge's verdicts count only while it is believed (`jobs.court`); it is tried with the comparisons that wait.

What waits is in the books with its words until its deadline, and becomes a lesson through the spool. No comparison
belongs to a hypothesis: silence counts against nobody here, so that what has no verdict in time is dropped.
"""

import asyncio
import logging
from collections.abc import Mapping

from understudy.gateway.unattended import Errand
from understudy.jobs.booking import compared_of
from understudy.jobs.court import COMPARES, TRIED_WITHIN_S, UNBELIEVED_S, Case, Court, Unreachable
from understudy.jobs.judging import told_row
from understudy.jobs.panel import Panel
from understudy.jobs.patience import AT_ONCE, BOOKED_WITHIN_S, MAX_RETRY_S, TAKEN, Desk, Patience
from understudy.ports import Answered, Compared, Judgement
from understudy.routing.lessons import LEVEL

log = logging.getLogger(__name__)
# A lost answer is much worse than one that came.
LOST = 0.0


def outcome_of(said: Judgement) -> float | None:
    """A verdict of both orders, in [-1, 1], as an outcome in [0, 1]; None without a verdict."""
    return None if said.score is None else LEVEL + said.score / 2


class PoolVerdicts:
    """Judges comparisons of routes that choose from a pool; `panels` and `incumbents` are by route."""

    def __init__(self, desk: Desk, panels: Mapping[str, Panel], incumbents: Mapping[str, str]) -> None:
        self._store, self._journal, self._clock, _ = desk
        self._panels = panels
        self._incumbents = incumbents
        self._patience = Patience(self._clock)
        # What was said so far of comparisons that are not through, by exchange and model.
        self._said: dict[str, dict[str, float | None]] = {}
        self._court = Court(desk, self._patience)

    async def turn(self) -> bool:
        """Take what waits, up to a handful, and have it judged; whether there was anything."""
        now_s = self._clock.now_s()
        most = TAKEN + len(self._patience)
        waiting = await asyncio.to_thread(self._store.unjudged, self._panels.keys(), now_s, most)
        names = {exchange_id for exchange_id, _ in waiting}
        self._patience.keep(names)
        self._said = {one: said for one, said in self._said.items() if one in names}
        ready = [one for one in waiting if self._patience.due(one[0])]
        if not ready:
            return False
        await self._court.seat(route for _, route in ready)
        paces = await asyncio.to_thread(self._store.paces)
        # A pace of nothing says that the day's money is gone; it goes for verdicts as for answers.
        paid = [one for one in ready if paces.get(one[1]) != 0.0][:TAKEN]
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for exchange_id, _ in paid:
                group.create_task(self._settle(exchange_id, gate))
        return bool(paid)

    async def _settle(self, exchange_id: str, gate: asyncio.Semaphore) -> None:
        async with gate:
            kept = await asyncio.to_thread(self._store.comparison, exchange_id)
            if kept is None:
                self._patience.put_off(exchange_id, MAX_RETRY_S)
                return
            record, panel = compared_of(kept), self._panels[kept.route]
            try:
                outcomes = await self._trusted(record, panel)
            except Unreachable as late:
                log.info("exchange %s waits for its judge: %s", exchange_id, late)
                return
            if outcomes is None:
                return
            # Who answered is no matter: outcomes are seen where all were asked, and nowhere else.
            chances = dict.fromkeys(outcomes, record.rate or 1.0)
            scale = panel.scale(self._incumbents[kept.route])
            self._journal.append(told_row(record, panel, outcomes, chances, scale, self._clock.now_s()))
            self._patience.put_off(exchange_id, BOOKED_WITHIN_S)

    async def _trusted(self, record: Compared, panel: Panel) -> dict[str, float | None] | None:
        """Every model's outcome, if the judge is believed before and after; if not, None, and the comparison waits.

        Of none where the incumbent's answer is not there to be compared with.
        """
        case = self._case(record, panel)
        if case is None:
            return {}
        now = await self._court.tried(case)
        if now.believed:
            outcomes = await self._outcomes(case, record)
            # Another comparison's probe may have found it fooled meanwhile.
            now = self._court.sanity(case)
            if now.believed:
                return outcomes
        self._said.pop(record.exchange_id, None)
        self._patience.put_off(record.exchange_id, UNBELIEVED_S if now.known else TRIED_WITHIN_S)
        return None

    def _case(self, record: Compared, panel: Panel) -> Case | None:
        incumbent = self._incumbents[record.route]
        base = next((one.reply for one in record.answers if one.model == incumbent), None)
        spec = panel.spec.judge
        if base is None or panel.judge is None or spec is None:
            return None
        return Case(panel.judge, spec.calls_per_day, record.request, base, _errand(record))

    async def _outcomes(self, case: Case, record: Compared) -> dict[str, float | None]:
        said = self._said.setdefault(record.exchange_id, {self._incumbents[record.route]: LEVEL})
        for answer in record.answers:
            if answer.model not in said:
                said[answer.model] = await self._compared(case, answer)
        return said

    async def _compared(self, case: Case, answer: Answered) -> float | None:
        if answer.reply is None:
            return LOST
        if answer.reply.parts == case.base.parts:
            return LEVEL
        return outcome_of(await self._court.compared(case, answer.reply))


def _errand(record: Compared) -> Errand:
    return Errand(
        purpose="judge",
        of=record.exchange_id,
        reason=COMPARES,
        tenant=record.tenant,
        route=record.route,
        kind=record.kind,
        hypothesis=None,
    )
