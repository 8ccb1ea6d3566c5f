"""Verdicts on a pool: a judge compares what each model of a comparison answered with the incumbent's answer.

Every verdict becomes an outcome on one scale, with the incumbent's answer at a half: 1 is much better, 0 much worse.
All models of a comparison are measured from the same answer, so that their outcomes can be compared with one another;
to keep a share q of the incumbent's quality is to lose no more than 1 - q on average, on the judge's scale from -1
(always much worse) to 1. A verdict that was refused or cannot be read is no outcome, and nothing is judged of traffic
that was only served.

A judge's verdicts count only while it is sane (`jobs.sanity`); the probes are made with the comparisons that wait.

What waits is in the books with its words until its deadline, and becomes a lesson through the spool. No comparison
belongs to a hypothesis: silence counts against nobody here, so that what has no verdict in time is dropped.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from understudy.canon.faults import Fault
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.gateway.unattended import Errand
from understudy.jobs.booking import compared_of
from understudy.jobs.judging import told_row
from understudy.jobs.panel import Panel
from understudy.jobs.patience import AT_ONCE, BOOKED_WITHIN_S, MAX_RETRY_S, TAKEN, DayCalls, Desk, Patience
from understudy.jobs.sanity import AGAIN_S, EVERY, WINDOW, Sanity, planted, sanity
from understudy.ports import Answered, Compared, Judge, Judgement, ProbeRow
from understudy.routing.lessons import LEVEL

log = logging.getLogger(__name__)
# A lost answer is much worse than one that came.
LOST = 0.0
# When a comparison is looked at again: while its judge is being tried, and after it has failed.
TRIED_WITHIN_S, UNBELIEVED_S = 5.0, 60.0


def outcome_of(said: Judgement) -> float | None:
    """A verdict of both orders, in [-1, 1], as an outcome in [0, 1]; None without a verdict."""
    return None if said.score is None else LEVEL + said.score / 2


class Unreachable(Exception):
    """A judge that could not be asked now: later it may be."""


@dataclass
class Court:
    """One route's judge: its newest probes, newest first, and what was done since the last."""

    probes: deque[ProbeRow]
    judged: int = 0
    probed_s: float = float("-inf")

    def sanity(self, judge: Judge) -> Sanity:
        """How sane the judge is in its present version."""
        return sanity(judge.name, judge.version, self.probes)

    def due(self, now: Sanity, judge: Judge, exchange_id: str, now_s: float) -> bool:
        """Whether a probe is to be made; a comparison serves for one."""
        if any((row.exchange_id, row.version) == (exchange_id, judge.version) for row in self.probes):
            return False
        if not now.known:
            return True
        return self.judged >= EVERY if now.believed else now_s - self.probed_s >= AGAIN_S


class PoolVerdicts:
    """Judges comparisons of routes that choose from a pool; `panels` and `incumbents` are by route."""

    def __init__(self, desk: Desk, panels: Mapping[str, Panel], incumbents: Mapping[str, str]) -> None:
        self._store, self._journal, self._clock, self._ask = desk
        self._panels = panels
        self._incumbents = incumbents
        self._patience = Patience(self._clock)
        self._calls = DayCalls(self._store, self._clock)
        # What was said so far of comparisons that are not through, by exchange and model.
        self._said: dict[str, dict[str, float | None]] = {}
        self._courts: dict[str, Court] = {}

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
        for route in {route for _, route in ready} - self._courts.keys():
            rows = await asyncio.to_thread(self._store.probes, route, WINDOW)
            self._courts[route] = Court(deque(rows, WINDOW))
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
                if not await self._trusted(record, panel):
                    return
                outcomes = await self._outcomes(record, panel)
            except Unreachable as late:
                log.info("exchange %s waits for its judge: %s", exchange_id, late)
                return
            # Who answered is no matter: outcomes are seen where all were asked, and nowhere else.
            chances = dict.fromkeys(outcomes, record.rate or 1.0)
            scale = panel.scale(self._incumbents[kept.route])
            self._journal.append(told_row(record, panel, outcomes, chances, scale))
            self._patience.put_off(exchange_id, BOOKED_WITHIN_S)

    async def _trusted(self, record: Compared, panel: Panel) -> bool:
        """Whether the judge's verdicts count now, after a probe where one is due; if not, the comparison waits on."""
        judge, base = panel.judge, self._base(record)
        if judge is None or base is None:
            return True
        court, now_s = self._courts[record.route], self._clock.now_s()
        before = court.sanity(judge)
        if (
            court.due(before, judge, record.exchange_id, now_s)
            and (reply := planted(base, len(court.probes))) is not None
        ):
            court.judged, court.probed_s = 0, now_s
            said = await self._judged(judge, panel, record, reply, base)
            self._heard(court, judge, record, said.score)
        after = court.sanity(judge)
        if after.believed:
            court.judged += 1
            return True
        if after.known and (before.believed or not before.known):
            log.warning("route %s: %s", record.route, after.words)
        self._patience.put_off(record.exchange_id, UNBELIEVED_S if after.known else TRIED_WITHIN_S)
        return False

    def _heard(self, court: "Court", judge: Judge, record: Compared, score: float | None) -> None:
        row = ProbeRow(
            exchange_id=record.exchange_id,
            tenant=record.tenant,
            route=record.route,
            at_s=self._clock.now_s(),
            by=judge.name,
            version=judge.version,
            score=score,
        )
        court.probes.appendleft(row)
        self._journal.append(row)

    def _base(self, record: Compared) -> Reply | None:
        """The incumbent's answer, which the others are compared with."""
        incumbent = self._incumbents[record.route]
        return next((one.reply for one in record.answers if one.model == incumbent), None)

    async def _outcomes(self, record: Compared, panel: Panel) -> dict[str, float | None]:
        """Every model's outcome; of none where the incumbent's answer is not there to be compared with."""
        base = self._base(record)
        if base is None or panel.judge is None:
            return {}
        said = self._said.setdefault(record.exchange_id, {self._incumbents[record.route]: LEVEL})
        for answer in record.answers:
            if answer.model not in said:
                said[answer.model] = await self._compared(panel.judge, panel, record, answer, base)
        return said

    async def _compared(
        self, judge: Judge, panel: Panel, record: Compared, answer: Answered, base: Reply
    ) -> float | None:
        if answer.reply is None:
            return LOST
        if answer.reply.parts == base.parts:
            return LEVEL
        return outcome_of(await self._judged(judge, panel, record, answer.reply, base))

    async def _judged(self, judge: Judge, panel: Panel, record: Compared, reply: Reply, base: Reply) -> Judgement:
        """A judge's word in both orders. Raises Unreachable if there is none now, and puts the comparison off."""
        most = panel.spec.judge.calls_per_day if panel.spec.judge is not None else None
        if not await self._calls.may(record.route, most):
            self._patience.put_off(record.exchange_id, MAX_RETRY_S)
            raise Unreachable("it has said enough for today")
        faults: list[Fault] = []

        async def ask(request: Request) -> Reply:
            try:
                return await self._ask(judge.name, request, _errand(record))
            except Fault as fault:
                faults.append(fault)
                raise

        said = await judge.judge(ask, record.request, reply, base)
        if said.score is None and faults:
            self._patience.put_off(record.exchange_id)
            raise Unreachable(faults[0].message)
        return said


def _errand(record: Compared) -> Errand:
    return Errand(
        purpose="judge",
        of=record.exchange_id,
        reason="judge: compares two answers",
        tenant=record.tenant,
        route=record.route,
        kind=record.kind,
        hypothesis=None,
    )
