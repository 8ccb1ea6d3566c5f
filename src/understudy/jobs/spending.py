"""The purse: what comparing may cost a day, and how much of each slice's traffic is compared for it.

The cap is hard: once a route has spent its day's budget, nothing of it is compared until midnight (UTC). Below the cap
the money goes where a pair is worth most (`parity.allocate`). Routes without a budget compare at their own rate. Of a
route with a pool the learner says which kinds are compared more often than others; here is only set how much of all
that the money allows (its pace).
"""

from collections.abc import Iterable, Mapping

from understudy.canon.money import NANO
from understudy.jobs.planning import COMPARING, DAY_S, Traffic, total_traffic, traffic_of
from understudy.jobs.registrar import slice_of, state_of
from understudy.jobs.specs import RouteSpec
from understudy.parity.allocate import Ask, allocate, chance_of_growth
from understudy.parity.forecast import Guess, pairs_to, spread_of
from understudy.parity.ladder import NEXT, threshold
from understudy.ports import Clock, Exchange, Record, SliceRow, Store

# How often rates are looked at: a cap that is passed is felt within this time and the board's own.
LOOK_EVERY_S = 1.0
# How often the money is shared out anew; traffic and evidence change slowly.
SHARE_EVERY_S = 60.0


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
        self._most = {name: routes[name].parity.shadow for name in self._budgets}
        self._pools = {name: len(routes[name].choose_from) for name in self._budgets if routes[name].choose_from}
        self._rates: dict[str, float] = {}
        self._paces: dict[str, float] = {}
        self._shared_s = float("-inf")
        self._day = -1.0
        self._spent: dict[str, int] = {}
        self._looked_s = float("-inf")
        # A budget that is set no longer has left its last word in the books.
        for name in store.paces().keys() - self._pools.keys():
            store.set_pace(name, 1.0)

    def note(self, records: Iterable[Record]) -> None:
        """Take in what was just booked."""
        for record in records:
            if isinstance(record, Exchange) and record.purpose in COMPARING and record.route in self._budgets:
                self._spent[record.route] = self._spent.get(record.route, 0) + (record.cost_nano_usd or 0)

    def turn(self) -> None:
        """Set the rates, at most once a second."""
        now_s = self._clock.now_s()
        if not self._budgets or 0 <= now_s - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = now_s
        self._new_day(now_s)
        rows = [row for row in self._store.slices() if row.route in self._budgets]
        if now_s - self._shared_s >= SHARE_EVERY_S or now_s < self._shared_s:
            self._shared_s = now_s
            self._share_out(rows, now_s)
            self._paces = self._paced(now_s)
        for row in rows:
            rate = 0.0 if self._over(row.route) else self._rates.get(str(slice_of(row)), self._most[row.route])
            if row.rate != rate:
                self._store.set_rate(row.tenant, row.route, row.kind, rate)
        for route in self._pools:
            self._store.set_pace(route, 0.0 if self._over(route) else self._paces[route])

    def _over(self, route: str) -> bool:
        return self._spent.get(route, 0) >= self._budgets[route]

    def _paced(self, now_s: float) -> dict[str, float]:
        """How much of its comparisons each route with a pool can pay for; all of them where no price is known yet."""
        traffic = total_traffic(self._store, now_s)
        paces = {}
        for route, models in self._pools.items():
            found = traffic.get(route, Traffic(0.0))
            # Every model but the one that served answers besides.
            usd = found.requests_per_day * self._most[route] * (models - 1) * (found.usd_per_pair or 0.0)
            paces[route] = min(1.0, self._budgets[route] / NANO / usd) if usd else 1.0
        return paces

    def _share_out(self, rows: list[SliceRow], now_s: float) -> None:
        """Where the money goes: each route's budget over its slices, by what a pair is worth there."""
        seen = traffic_of(self._store, now_s)
        for route, budget in self._budgets.items():
            asks = [self._ask(row, seen) for row in rows if row.route == route and row.shadow]
            self._rates |= allocate(asks, float(budget))

    def _ask(self, row: SliceRow, seen: Mapping[str, Traffic]) -> Ask:
        state, slice_ = state_of(row), str(slice_of(row))
        traffic = seen.get(slice_, Traffic(0.0))
        following = NEXT.get(state.rung)
        to_go = pairs_to(state.hypothesis.margin, threshold(following), Guess(), state.levels) if following else 0
        price = traffic.usd_per_pair
        return Ask(
            slice=slice_,
            requests_per_day=traffic.requests_per_day,
            rate_max=self._most[row.route],
            cost_per_pair=None if price is None else price * NANO,
            # What is rented of a slice is what moving it would save; its own side's cost is not known beforehand.
            saved_per_day=traffic.requests_per_day * (price or 0.0) * NANO * (1.0 - row.share),
            pairs_to_go=to_go,
            chance=chance_of_growth(state.promotion.mixture, spread_of(state.promotion.mixture, state.levels)),
        )

    def _new_day(self, now_s: float) -> None:
        day = now_s // DAY_S
        if day == self._day:
            return
        self._day = day
        self._spent = {}
        for row in self._store.traffic(day * DAY_S):
            if row.purpose in COMPARING and row.route in self._budgets:
                self._spent[row.route] = self._spent.get(row.route, 0) + row.cost_nano_usd
