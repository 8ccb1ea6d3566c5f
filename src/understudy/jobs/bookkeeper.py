"""The bookkeeper: the one writer. It drains the spool, judges what it finds, and lets the evaluator look.

A batch's rows and the place in the spool that they came from are written in one transaction, so that a crash at any
instant costs nothing and doubles nothing.
"""

from collections.abc import Iterable, Mapping

from understudy.jobs.booking import Booking
from understudy.jobs.deleting import delete_tenants
from understudy.jobs.evaluator import Evaluator, Key
from understudy.jobs.imported import enter_imported
from understudy.jobs.panel import Panel
from understudy.jobs.specs import RouteSpec
from understudy.jobs.spending import Purse
from understudy.parity.fleet import DEFAULT_PLACES
from understudy.ports import Clock, Exchange, Imported, Order, Record, Store
from understudy.ports import SpoolReader as Reader
from understudy.routing.board import Model

# Records of one transaction: enough to make its fixed cost small, few enough that a move is never far away.
BATCH = 500
# Without new records slices are still looked at this often: dwell times pass, deadlines too.
LOOK_EVERY_S = 0.5
# Between the stamp on a record and its bytes in the spool lies a moment; a loaded machine may make it this long.
APPEND_S = 5.0
# Words that have expired are gone within this time.
FORGET_EVERY_S = 60.0


class Bookkeeper:
    """Drains, judges, evaluates; `turn` is one round of all three."""

    def __init__(
        self,
        *,
        store: Store,
        reader: Reader,
        routes: Mapping[str, RouteSpec],
        models: Mapping[str, Model],
        panels: Mapping[str, Panel],
        clock: Clock,
        holder: str,
        salt_id: str,
        places: int = DEFAULT_PLACES,
    ) -> None:
        self._store = store
        self._reader = reader
        self._panels = panels
        self._pools = {name: panels[name] for name, route in routes.items() if route.choose_from}
        self._models = models
        self._clock = clock
        builds = {name: model.build for name, model in models.items()}
        self._evaluator = Evaluator(
            store=store,
            routes=routes,
            builds=builds,
            panels=panels,
            clock=clock,
            holder=holder,
            salt_id=salt_id,
            places=places,
        )
        self._purse = Purse(store, routes, clock)
        # Whether more waits than one batch takes.
        self.behind = False
        self._seen: set[Key] = {(row.tenant, row.route, row.kind) for row in store.slices()}
        self._looked_s = self._forgot_s = float("-inf")
        # All that was said by then is booked: a pair that is open past its deadline by that time was truly lost.
        self._booked_to_s = float("-inf")
        self._evaluator.open(set())
        self._learn()
        # One may be left from before a crash.
        delete_tenants(store, clock.now_s())

    def turn(self) -> bool:
        """Drain one batch and look at the slices if something came or some time has passed; whether there was work."""
        begun_s = self._clock.now_s()
        drained = self.drain()
        if not drained:
            self._booked_to_s = begun_s - APPEND_S
        now_s = self._clock.monotonic_s()
        if not drained and now_s - self._looked_s < LOOK_EVERY_S:
            return False
        self._looked_s = now_s
        moved = self._evaluator.turn(self._booked_to_s)
        if moved:
            self._learn()
        self._purse.turn()
        if now_s - self._forgot_s >= FORGET_EVERY_S:
            self._forgot_s = now_s
            self._store.forget_texts(self._clock.now_s())
        return drained or moved

    def drain(self) -> bool:
        """Book one batch of the spool; whether there was any."""
        records, positions = self._reader.read(self._store.positions(), BATCH)
        self.behind = len(records) >= BATCH
        if not positions:
            return False
        self._open_new(records)
        for record in records:
            if isinstance(record, Imported):
                enter_imported(self._store, record)
        booking = Booking(self._panel_of, self._models, self._pools)
        booking.add(records)
        self._store.enter(booking.batch(positions))
        if any(isinstance(record, Order) and record.verb == "delete" for record in records):
            delete_tenants(self._store, self._clock.now_s())
        self._purse.note(records)
        self._reader.forget(positions)
        return bool(records)

    def close(self) -> None:
        """Give the leases and the database back."""
        self._evaluator.close()
        self._store.close()

    def _open_new(self, records: Iterable[Record]) -> None:
        """Register the slices that these exchanges show for the first time."""
        shown = {
            (record.tenant, record.route, record.kind)
            for record in records
            if isinstance(record, Exchange) and record.route in self._panels and record.kind
        }
        new = {key for key in shown if key not in self._seen}
        if new:
            self._evaluator.open({(tenant, str(route), str(kind)) for tenant, route, kind in new})
            self._seen |= {(tenant, str(route), str(kind)) for tenant, route, kind in new}
            self._learn()

    def _learn(self) -> None:
        """Which panel judges each hypothesis; imported ones are judged already."""
        self._panel_of = {
            row.id: self._panels[row.route]
            for row in self._store.hypotheses()
            if row.route in self._panels and not row.imported
        }
