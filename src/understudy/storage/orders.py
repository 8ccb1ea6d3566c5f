"""Orders: what people asked for, and what they were answered; the deletion of a tenant among it."""

import sqlalchemy as sa

from understudy.ports import OrderRow
from understudy.storage.database import Database, columns, move_board
from understudy.storage.erasing import deleted, erase, held
from understudy.storage.tables import orders


class Orders(Database):
    """What people asked for."""

    def open_orders(self) -> list[OrderRow]:
        """What people asked for and nobody has answered yet, oldest first."""
        asked = sa.select(*columns(orders, OrderRow)).where(orders.c.done.is_(None)).order_by(orders.c.seq)
        return [OrderRow(**row._mapping) for row in self._rows(asked)]

    def answer_order(self, order_id: str, hypothesis: str, *, done: bool, words: str) -> None:
        """Keep what came of an order, and under which hypothesis."""
        answer = {"hypothesis": hypothesis, "done": done, "words": words}
        with self._writing() as connection:
            connection.execute(sa.update(orders).where(orders.c.id == order_id).values(answer))

    def orders(self, hypothesis: str | None = None) -> list[OrderRow]:
        """What people asked for, oldest first, under one hypothesis or all."""
        asked = sa.select(*columns(orders, OrderRow)).order_by(orders.c.seq)
        if hypothesis is not None:
            asked = asked.where(orders.c.hypothesis == hypothesis)
        return [OrderRow(**row._mapping) for row in self._rows(asked)]

    def order_of(self, order_id: str) -> OrderRow | None:
        """What came of one order; None while it is not in the books."""
        rows = self._rows(sa.select(*columns(orders, OrderRow)).where(orders.c.id == order_id))
        return OrderRow(**rows[0]._mapping) if rows else None

    def held(self, tenant: str) -> dict[str, int]:
        """How much a tenant's deletion would take, by what it is."""
        with self._engine.connect() as connection:
            return held(connection, tenant)

    def delete_tenant(self, order_id: str, tenant: str, at_s: float) -> str:
        """Delete a tenant's words, weights and reactions, as an open order asks; what the order is answered.

        One that is answered already changes nothing. The board moves on.
        """
        this = sa.and_(orders.c.id == order_id, orders.c.done.is_(None))
        with self._writing() as connection:
            if connection.execute(sa.select(orders.c.id).where(this)).first() is None:
                return "done already"
            gone = erase(connection, tenant, at_s)
            words = "gone are " + ", ".join(f"{count:,} {name}" for name, count in gone.items())
            connection.execute(sa.update(orders).where(this).values(done=True, words=words))
            move_board(connection)
            return words

    def deleted(self) -> dict[str, float]:
        """When each deleted tenant was deleted, the last time."""
        with self._engine.connect() as connection:
            return deleted(connection)
