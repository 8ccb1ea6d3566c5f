"""The purse: what comparing may cost a day, and how much of each slice's traffic is compared for it.

The cap is hard: once a route has spent its day's budget, nothing of it is compared until midnight (UTC). Below the cap
the money goes where a pair is worth most (`parity.allocate`). Routes without a budget compare at their own rate.
"""

from collections.abc import Iterable, Mapping

from understudy.jobs.specs import RouteSpec
from understudy.ports import Clock, Exchange, Record, Store

DAY_S = 86_400.0
NANO = 1_000_000_000
# How often rates are looked at: a cap that is passed is felt within this time and the board's own.
LOOK_EVERY_S = 1.0


class Purse:
    """Counts what is spent, and sets the rates of comparison."""

    def __init__(self, store: Store, routes: Mapping[str, RouteSpec], clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._budgets = {
            name: round(route.parity.shadow_budget_usd_per_day * NANO)
            for name, route in routes.items()
            if route.parity.shadow_budget_usd_per_day is not None
        }
        self._rate_of = {name: routes[name].parity.shadow for name in self._budgets}
        self._day = -1.0
        self._spent: dict[str, int] = {}
        self._looked_s = float("-inf")

    def note(self, records: Iterable[Record]) -> None:
        """Take in what was just booked."""
        for record in records:
            if isinstance(record, Exchange) and record.purpose != "serve" and record.route in self._budgets:
                self._spent[record.route] = self._spent.get(record.route, 0) + (record.cost_nano_usd or 0)

    def turn(self) -> None:
        """Set the rates, at most once a second."""
        now_s = self._clock.now_s()
        if not self._budgets or 0 <= now_s - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = now_s
        self._new_day(now_s)
        for row in self._store.slices():
            budget = self._budgets.get(row.route)
            if budget is not None:
                rate = 0.0 if self._spent.get(row.route, 0) >= budget else self._rate_of[row.route]
                if row.rate != rate:
                    self._store.set_rate(row.tenant, row.route, row.kind, rate)

    def _new_day(self, now_s: float) -> None:
        day = now_s // DAY_S
        if day == self._day:
            return
        self._day = day
        self._spent = {}
        for row in self._store.traffic(day * DAY_S):
            if row.purpose != "serve" and row.route in self._budgets:
                self._spent[row.route] = self._spent.get(row.route, 0) + row.cost_nano_usd
