"""The journal: exchanges as they were told, and what they cost. The questions whose answers are figures of traffic."""

from collections.abc import Collection
from typing import Any

import msgspec
import sqlalchemy as sa

from understudy.ports import Bill, Exchange, LeftOutRow, SpendRow, TrafficRow
from understudy.storage.database import Database
from understudy.storage.entering import portions
from understudy.storage.tables import bills, exchanges, money, spent

_EXCHANGE = msgspec.json.Decoder(Exchange)


class Exchanges(Database):
    """What was asked, and what it cost."""

    def booked(self, ids: Collection[str]) -> set[str]:
        """Those of these exchanges that are in the journal."""
        asked = [sa.select(exchanges.c.id).where(exchanges.c.id.in_(some)) for some in portions(list(ids))]
        return {row.id for one in asked for row in self._rows(one)}

    def exchanges(self, limit: int = 100, *, route: str | None = None, tenant: str | None = None) -> list[Exchange]:
        """The newest exchanges of the journal, newest first, of one route or of all, of one tenant or of all."""
        asked = sa.select(exchanges.c.record).order_by(exchanges.c.at_s.desc(), exchanges.c.id.desc()).limit(limit)
        if route is not None:
            asked = asked.where(exchanges.c.route == route)
        if tenant is not None:
            asked = asked.where(exchanges.c.tenant == tenant)
        return [_EXCHANGE.decode(row.record) for row in self._rows(asked)]

    def exchange(self, exchange_id: str) -> Exchange | None:
        """One exchange of the journal; None if it is not there (yet)."""
        rows = self._rows(sa.select(exchanges.c.record).where(exchanges.c.id == exchange_id))
        return _EXCHANGE.decode(rows[0].record) if rows else None

    def first_exchange_s(self) -> float | None:
        """When the journal begins; None while it is empty."""
        first: float | None = self._rows(sa.select(sa.func.min(exchanges.c.at_s).label("first")))[0].first
        return first

    def money(self, *, tenant: str | None = None) -> list[Bill]:
        """What was asked and what it cost, of one tenant or of all, in order of tenant, route, kind, model and purpose.

        The totals from before they were kept by tenant have the empty one.
        """
        before = sa.select(sa.literal("").label("tenant"), *money.columns)
        both = sa.union_all(before, sa.select(bills)).subquery()
        asked = sa.select(both).order_by(*(both.c[column.name] for column in bills.primary_key.columns))
        if tenant is not None:
            asked = asked.where(both.c.tenant == tenant)
        return [_bill(dict(row._mapping)) for row in self._rows(asked)]

    def traffic(self, since_s: float) -> list[TrafficRow]:
        """How much was asked since then and what it cost, by tenant, route, kind, purpose and model.

        Exchanges of a route only.
        """
        of = (exchanges.c.tenant, exchanges.c.route, exchanges.c.kind, exchanges.c.purpose, exchanges.c.model)
        costed = sa.func.count(exchanges.c.cost_nano_usd).label("costed")
        cost = sa.func.coalesce(sa.func.sum(exchanges.c.cost_nano_usd), 0).label("cost_nano_usd")
        asked = sa.select(*of, sa.func.count().label("exchanges"), costed, cost)
        asked = asked.where(exchanges.c.at_s >= since_s, exchanges.c.route.is_not(None), exchanges.c.kind.is_not(None))
        rows = self._rows(asked.group_by(*of).order_by(*of))
        return [TrafficRow(**dict(row._mapping) | {"cost_nano_usd": int(row.cost_nano_usd)}) for row in rows]

    def left_out(self, since_s: float) -> list[LeftOutRow]:
        """The comparisons that were drawn since then and left out, by slice and by the model that had no slot."""
        of = (exchanges.c.tenant, exchanges.c.route, exchanges.c.kind, exchanges.c.model)
        refused = (exchanges.c.purpose == "shadow", exchanges.c.status == "refused", exchanges.c.at_s >= since_s)
        asked = sa.select(*of, sa.func.count().label("comparisons")).where(*refused).group_by(*of).order_by(*of)
        return [LeftOutRow(**row._mapping) for row in self._rows(asked)]

    def spent(self, day: int) -> list[tuple[str, str, int]]:
        """What a day (counted from the epoch, UTC) has cost by key and route, "" for none, in nano-dollars."""
        asked = sa.select(spent.c.key, spent.c.route, spent.c.cost_nano_usd).where(spent.c.day == day)
        return [(row.key, row.route, int(row.cost_nano_usd)) for row in self._rows(asked)]

    def spending(self, stretch_s: int, *, tenant: str | None = None) -> list[SpendRow]:
        """What was asked and what it cost, by tenant, route, purpose, model and stretch of seconds, oldest first.

        Of one tenant or of all. A stretch is found by whole seconds, which one engine rounds and the other cuts: half a
        second at its edge.
        """
        stretch = (sa.cast(exchanges.c.at_s, sa.BigInteger) // stretch_s).label("stretch")
        of = (exchanges.c.tenant, exchanges.c.route, exchanges.c.purpose, exchanges.c.model, stretch)
        paid, rented = exchanges.c.cost_nano_usd, exchanges.c.incumbent_cost_nano_usd
        known = sa.and_(paid.is_not(None), sa.or_(exchanges.c.purpose != "serve", rented.is_not(None)))
        asked = sa.select(
            *of,
            sa.func.count().label("exchanges"),
            _sum(sa.case((exchanges.c.owned, 1))).label("own"),
            _sum(sa.case((known, 1))).label("compared"),
            _sum(sa.case((known, paid))).label("cost_nano_usd"),
            _sum(sa.case((known, rented))).label("incumbent_cost_nano_usd"),
        ).where(exchanges.c.route.is_not(None))
        if tenant is not None:
            asked = asked.where(exchanges.c.tenant == tenant)
        rows = self._rows(asked.group_by(*of).order_by(stretch, *of[:-1]))
        return [_spend(dict(row._mapping), stretch_s) for row in rows]


def _sum(values: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(values), 0)


def _spend(row: dict[str, Any], stretch_s: int) -> SpendRow:
    from_s = float(row.pop("stretch") * stretch_s)
    whose: dict[str, Any] = {name: row.pop(name) for name in ("tenant", "route", "purpose", "model")}
    return SpendRow(**whose | {name: int(value) for name, value in row.items()}, from_s=from_s)


def _bill(row: dict[str, Any]) -> Bill:
    """One row of the totals as it is read: an absent name is None, and so is a sum of which nothing is known."""
    sums = (
        ("costed", "cost_nano_usd"),
        ("incumbent_costed", "incumbent_cost_nano_usd"),
        ("compared", "saved_nano_usd"),
    )
    unknown: dict[str, Any] = {total: None for count, total in sums if not row[count]}
    names = {name: row[name] or None for name in ("route", "kind", "model")}
    return Bill(**row | names | unknown)
