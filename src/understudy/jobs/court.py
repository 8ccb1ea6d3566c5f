"""The court: whether the judge of a route is believed now, and when it is to show again that it should be.

One court for all verdicts, those on pairs and those on pools: before a judge speaks on two answers it may be asked
about one of them beside a planted one that says nothing (`jobs.sanity`). Such probes are rows of their own in the
books, which they reach through the spool: no verdict, no label, no pair, and no evidence. Their calls are calls of the
judge like others, within its day's cap and in its route's bill.

By the probe that ends a judge's belief the books also learn since when what it said is doubted. It gives no verdict
after that one, so that a restart, which finds the same rows, believes the same, and goes on counting.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from understudy.canon.faults import Fault
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.gateway.unattended import Errand
from understudy.jobs.patience import MAX_RETRY_S, DayCalls, Desk, Patience
from understudy.jobs.sanity import AGAIN_S, EVERY, WINDOW, Sanity, planted, sanity, vouched_s
from understudy.ports import Judge, Judgement, ProbeRow

log = logging.getLogger(__name__)
# When what waits for a judge is looked at again: while the judge is being tried, and after it has failed.
TRIED_WITHIN_S, UNBELIEVED_S = 5.0, 60.0
# Why a judge is asked, as the journal has it.
COMPARES, TRIED = "judge: compares two answers", "judge: is tried with an answer that says nothing"


class Unreachable(Exception):
    """A judge that could not be asked now: later it may be."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a judge is to speak on: answers to one request, each beside the incumbent's, `base`.

    `errand` says on whose behalf, `most` how many calls a day the route's judge has.
    """

    judge: Judge
    most: int | None
    request: Request
    base: Reply
    errand: Errand

    @property
    def route(self) -> str:
        """The route whose judge it is."""
        return self.errand.route or ""


@dataclass
class Seat:
    """One route's judge: its newest probes, newest first, how many were begun, and what was done since the last."""

    probes: deque[ProbeRow]
    begun: int
    judged: int
    probed_s: float = float("-inf")

    def sanity(self, judge: Judge) -> Sanity:
        """How sane the judge is in its present version."""
        return sanity(judge.name, judge.version, self.probes)

    def due(self, judge: Judge, exchange_id: str, now_s: float) -> bool:
        """Whether a probe is to be made; a case serves for one."""
        if any((row.exchange_id, row.version) == (exchange_id, judge.version) for row in self.probes):
            return False
        now = self.sanity(judge)
        if not now.known:
            return True
        return self.judged >= EVERY if now.believed else now_s - self.probed_s >= AGAIN_S


class Court:
    """The judges of routes, as far as this process has heard them."""

    def __init__(self, desk: Desk, patience: Patience) -> None:
        self._store, self._journal, self._clock, self._ask = desk
        self._patience = patience
        self._calls = DayCalls(self._store, self._clock)
        self._seats: dict[str, Seat] = {}

    async def seat(self, routes: Iterable[str]) -> None:
        """Read what the books know of these routes' judges, once."""
        for route in set(routes) - self._seats.keys():
            rows = await asyncio.to_thread(self._store.probes, route, WINDOW)
            judged = await asyncio.to_thread(self._store.judged_since, route, rows[0].at_s) if rows else 0
            begun = await asyncio.to_thread(self._store.probe_count, route)
            self._seats[route] = Seat(deque(rows, WINDOW), begun, judged)

    def sanity(self, case: Case) -> Sanity:
        """How sane a case's judge is now."""
        return self._seats[case.route].sanity(case.judge)

    async def tried(self, case: Case) -> Sanity:
        """How sane a case's judge is, after a probe where one is due; where it is believed, a verdict is counted."""
        seat = self._seats[case.route]
        if await self._due(seat, case) and (reply := planted(case.base, seat.begun)) is not None:
            seat.begun, seat.judged, seat.probed_s = seat.begun + 1, 0, self._clock.now_s()
            try:
                # It belongs to no hypothesis: nothing is said here of anybody's answer.
                errand = msgspec.structs.replace(case.errand, reason=TRIED, hypothesis=None, unit=None)
                said = await self._asked(case, reply, errand)
            except Unreachable:
                seat.judged = EVERY
                raise
            self._hear(seat, case, said.score)
        after = self.sanity(case)
        seat.judged += after.believed
        return after

    async def _due(self, seat: Seat, case: Case) -> bool:
        """Whether a probe is to be made with this case; the seat has the newest alone of those that served."""
        judge, exchange_id = case.judge, case.errand.of
        if not seat.due(judge, exchange_id, self._clock.now_s()):
            return False
        if await asyncio.to_thread(self._store.probed, exchange_id, judge.version):
            return False
        # Meanwhile another case may have served.
        return seat.due(judge, exchange_id, self._clock.now_s())

    async def compared(self, case: Case, reply: Reply) -> Judgement:
        """A judge's word on an answer, in both orders. Raises Unreachable if there is none now, and puts it off."""
        return await self._asked(case, reply, case.errand)

    async def _asked(self, case: Case, reply: Reply, errand: Errand) -> Judgement:
        if not await self._calls.may(case.route, case.most):
            self._patience.put_off(errand.of, MAX_RETRY_S)
            raise Unreachable("it has said enough for today")
        faults: list[Fault] = []

        async def ask(request: Request) -> Reply:
            try:
                return await self._ask(case.judge.name, request, errand)
            except Fault as fault:
                faults.append(fault)
                raise

        said = await case.judge.judge(ask, case.request, reply, case.base)
        if said.score is None and faults:
            self._patience.put_off(errand.of)
            raise Unreachable(faults[0].message)
        return said

    def _hear(self, seat: Seat, case: Case, score: float | None) -> None:
        before, judge = self.sanity(case), case.judge
        row = ProbeRow(
            exchange_id=case.errand.of,
            tenant=case.errand.tenant,
            route=case.route,
            at_s=self._clock.now_s(),
            by=judge.name,
            version=judge.version,
            score=score,
        )
        seat.probes.appendleft(row)
        after = self.sanity(case)
        if before.believed and not after.believed:
            doubted_s = vouched_s(judge.name, judge.version, seat.probes)
            row = seat.probes[0] = msgspec.structs.replace(row, doubted_s=doubted_s)
        if after.known and not after.believed and (before.believed or not before.known):
            log.warning("route %s: %s", case.route, after.words)
        self._journal.append(row)
