"""The store: the database through named questions. Satisfies ports.Store on every engine.

Each room answers the questions on its tables; what reaches over several of them stands here.
"""

import sqlalchemy as sa

from understudy.ports import Batch
from understudy.storage.database import move_board
from understudy.storage.entering import enter
from understudy.storage.erasing import erase_sealed
from understudy.storage.evidence import Evidence
from understudy.storage.journal import Exchanges
from understudy.storage.keeping import KeptAnswers
from understudy.storage.learning import Learning, enter_beliefs, enter_strata
from understudy.storage.orders import Orders
from understudy.storage.probing import Probing
from understudy.storage.slices import Slices
from understudy.storage.tables import comparisons, kept, lessons, positions, texts


class SqlStore(Exchanges, Evidence, Learning, Probing, Slices, Orders, KeptAnswers):
    """The database behind one engine, its schema up to date; made by `open_store`. Satisfies ports.Store."""

    def enter(self, batch: Batch) -> None:
        """Write a batch once: rows already there (same exchange) are left as they are, positions move on.

        A negative position makes the segment's row go.
        """
        with self._writing() as connection:
            enter(connection, batch, self._vault)
            believed = enter_beliefs(connection, batch.beliefs, self._vault)
            if enter_strata(connection, batch.strata) or believed:
                move_board(connection)

    def positions(self) -> dict[str, int]:
        """How far each spool segment has been drained, in bytes."""
        return {row.segment: row.place for row in self._rows(sa.select(positions))}

    def try_secret(self) -> None:
        """Open what was sealed to last longest, of each room. Raises Locked where another secret sealed it."""
        for table, place in ((texts, texts.c.exchange_id), (lessons, lessons.c.exchange_id), (kept, kept.c.key)):
            sealed = sa.select(place, table.c.body).where(table.c.body.is_not(None))
            for name, body in self._rows(sealed.order_by(table.c.expires_at_s.desc()).limit(1)):
                self._vault.open(body, name)
        waiting = sa.select(comparisons.c.exchange_id).order_by(comparisons.c.expires_at_s.desc()).limit(1)
        for (exchange_id,) in self._rows(waiting):
            self.comparison(exchange_id)
        self.beliefs()

    def forget_sealed(self, now_s: float) -> int:
        """Delete all that is sealed: words, and what was learned from them; how many rows."""
        with self._writing() as connection:
            gone = erase_sealed(connection, now_s)
            move_board(connection)
            return gone

    def forget_texts(self, now_s: float) -> int:
        """Delete the words that have expired, kept answers among them; of how many pairs and answers."""
        with self._writing() as connection:
            expiring = (texts, kept, lessons, comparisons)
            gone = [connection.execute(sa.delete(one).where(one.c.expires_at_s <= now_s)) for one in expiring]
            return sum(one.rowcount for one in gone)
