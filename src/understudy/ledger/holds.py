"""Holds: what one worker's requests may still cost, and what ended ones did cost that the books' sums lack yet.

A request holds the guess of its cost while it runs. At its end, whatever that is, the real cost takes its place, and
stays until the day's sums from the books have it too. What other workers hold is not known here.
"""

from collections import OrderedDict
from collections.abc import Collection
from typing import NamedTuple

from understudy.policy.budgets import NOTHING, Beside, day_of
from understudy.ports import Exchange

# Models of which the mean length of answers is kept; callers may name any of a provider, and the oldest are forgotten.
MAX_MEANS = 1_000
# The mean follows the last answers, about so many.
MEAN_OF = 100


class _Part(NamedTuple):
    key: str
    route: str
    nano: int
    day: int = 0


class WorkerHolds:
    """Money that counts to keys and routes beside the books' sums. Satisfies ports.Holds."""

    def __init__(self) -> None:
        self._running: dict[str, _Part] = {}
        self._ended: dict[str, _Part] = {}
        self._keys: dict[str, Beside] = {}
        self._routes: dict[str, Beside] = {}
        self._means: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def hold(self, exchange_id: str, key: str, route: str, nano: int) -> None:
        """A request may cost as much, in place of what was held for it before; "" is no route."""
        self.release(exchange_id)
        self._running[exchange_id] = _Part(key, route, nano)
        self._count(key, route, Beside(held=nano))

    def end(self, exchange: Exchange) -> None:
        """What an exchange did cost; one that ran for a request, such as a trial, leaves the request's own hold."""
        if (exchange.shadow_of or exchange.id) not in self._running:
            return
        self._hear(exchange)
        self.release(exchange.id)
        if exchange.cost_nano_usd and exchange.key and exchange.id not in self._ended:
            part = _Part(exchange.key, exchange.route or "", exchange.cost_nano_usd, day_of(exchange.at_s))
            self._ended[exchange.id] = part
            self._count(part.key, part.route, Beside(cost=part.nano))

    def release(self, exchange_id: str) -> None:
        """A request is over: nothing is held for it any more."""
        if (part := self._running.pop(exchange_id, None)) is not None:
            self._count(part.key, part.route, Beside(held=-part.nano))

    def ended(self) -> list[str]:
        """The exchanges whose cost counts here because the sums lack it."""
        return list(self._ended)

    def booked(self, ids: Collection[str], day: int) -> None:
        """The sums of a day have these exchanges now; what belongs to days before it is over."""
        for one, part in list(self._ended.items()):
            if one in ids or part.day < day:
                del self._ended[one]
                self._count(part.key, part.route, Beside(cost=-part.nano))

    def of_key(self, key: str) -> Beside:
        """What counts to a key, in nano-dollars."""
        return self._keys.get(key, NOTHING)

    def of_route(self, route: str) -> Beside:
        """What counts to a route, in nano-dollars."""
        return self._routes.get(route, NOTHING)

    def mean_out(self, model: str) -> float | None:
        """The mean length of a model's answers, in tokens; None where none was heard."""
        heard = self._means.get(model)
        return None if heard is None else heard[1]

    def _hear(self, exchange: Exchange) -> None:
        if exchange.model is None or exchange.status != "ok" or not exchange.usage.out:
            return
        n, mean = self._means.get(exchange.model, (0, 0.0))
        n = min(n + 1, MEAN_OF)
        self._means[exchange.model] = (n, mean + (exchange.usage.out - mean) / n)
        self._means.move_to_end(exchange.model)
        if len(self._means) > MAX_MEANS:
            self._means.popitem(last=False)

    def _count(self, key: str, route: str, more: Beside) -> None:
        for sums, name in ((self._keys, key), (self._routes, route)):
            cost, held = sums.get(name, NOTHING)
            sums[name] = Beside(cost + more.cost, held + more.held)
            if sums[name] == NOTHING:
                del sums[name]
