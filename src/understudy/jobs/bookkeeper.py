"""The bookkeeper: the one writer. It drains the spool, judges what it finds, and lets the evaluator look.

A batch's rows and the place in the spool that they came from are written in one transaction, so that a crash at any
instant costs nothing and doubles nothing.
"""

import logging
from collections.abc import Iterable, Mapping

from understudy.jobs.evaluator import Evaluator, Key
from understudy.jobs.judging import outcome_row, sampled_row, settled_row
from understudy.jobs.specs import RouteSpec
from understudy.ports import Batch, Check, Clock, Exchange, Live, OutcomeRow, Paired, PairRow, Record, Sampled, Store
from understudy.ports import SpoolReader as Reader

log = logging.getLogger(__name__)
# Records of one transaction: enough to make its fixed cost small, few enough that a move is never far away.
BATCH = 500
# Without new records slices are still looked at this often: dwell times pass, deadlines too.
LOOK_EVERY_S = 0.5


class Bookkeeper:
    """Drains, judges, evaluates; `turn` is one round of all three."""

    def __init__(
        self,
        *,
        store: Store,
        reader: Reader,
        routes: Mapping[str, RouteSpec],
        builds: Mapping[str, str],
        checks: Mapping[str, Check],
        clock: Clock,
        holder: str,
        salt_id: str,
    ) -> None:
        self._store = store
        self._reader = reader
        self._checks = checks
        self._routes = routes
        self._clock = clock
        self._evaluator = Evaluator(
            store=store, routes=routes, builds=builds, checks=checks, clock=clock, holder=holder, salt_id=salt_id
        )
        self._route_of = {row.id: row.route for row in store.hypotheses()}
        self._seen: set[Key] = {(row.tenant, row.route, row.kind) for row in store.slices()}
        self._looked_s = float("-inf")
        # The spool was empty then: a pair that is open past its deadline by that time was truly lost.
        self._booked_to_s = float("-inf")
        self._evaluator.open(set())
        self._learn()

    def turn(self) -> bool:
        """Drain one batch and look at the slices if something came or some time has passed; whether there was work."""
        begun_s = self._clock.now_s()
        drained = self.drain()
        if not drained:
            self._booked_to_s = begun_s
        now_s = self._clock.monotonic_s()
        if not drained and now_s - self._looked_s < LOOK_EVERY_S:
            return False
        self._looked_s = now_s
        moved = self._evaluator.turn(self._booked_to_s)
        if moved:
            self._learn()
        return drained or moved

    def drain(self) -> bool:
        """Book one batch of the spool; whether there was any."""
        records, positions = self._reader.read(self._store.positions(), BATCH)
        if not positions:
            return False
        self._open_new(records)
        self._store.enter(self._batch(records, positions))
        self._reader.forget(positions)
        return bool(records)

    def close(self) -> None:
        """Give the database back."""
        self._store.close()

    def _open_new(self, records: Iterable[Record]) -> None:
        """Register the slices that these exchanges show for the first time."""
        shown = {
            (record.tenant, record.route, record.kind)
            for record in records
            if isinstance(record, Exchange) and record.route in self._checks and record.kind
        }
        new = {key for key in shown if key not in self._seen}
        if new:
            self._evaluator.open({(tenant, str(route), str(kind)) for tenant, route, kind in new})
            self._seen |= {(tenant, str(route), str(kind)) for tenant, route, kind in new}
            self._learn()

    def _batch(self, records: Iterable[Record], positions: dict[str, int]) -> Batch:
        exchanges: list[Exchange] = []
        sampled: list[PairRow] = []
        settled: list[PairRow] = []
        outcomes: list[OutcomeRow] = []
        for record in records:
            if isinstance(record, Exchange):
                exchanges.append(record)
            elif isinstance(record, Sampled):
                sampled.append(sampled_row(record))
            elif check := self._check_of(record):
                if isinstance(record, Paired):
                    if record.settled_at_s <= record.deadline_s:
                        settled.append(settled_row(record, check))
                else:
                    outcomes.append(outcome_row(record, check))
        return Batch(
            exchanges=tuple(exchanges),
            sampled=tuple(sampled),
            settled=tuple(settled),
            outcomes=tuple(outcomes),
            positions=positions,
        )

    def _check_of(self, record: Paired | Live) -> Check | None:
        check = self._checks.get(self._route_of.get(record.hypothesis, ""))
        if check is None:
            log.warning("exchange %s belongs to no hypothesis of this configuration", record.exchange_id)
        return check

    def _learn(self) -> None:
        self._route_of = {row.id: row.route for row in self._store.hypotheses()}
