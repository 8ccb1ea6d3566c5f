"""Slices: the hypotheses under test, where each slice stands, the chained record of its moves, and who may move it."""

import msgspec
import sqlalchemy as sa

from understudy.ports import BrokenChain, HypothesisRow, SliceRow, StaleLease, TransitionRow
from understudy.storage.database import Database, columns, move_board
from understudy.storage.tables import hypotheses, leases, slices, transitions


class Slices(Database):
    """What one evaluator at a time changes, under a lease."""

    def register(self, row: HypothesisRow, slice_row: SliceRow | None) -> None:
        """Write a hypothesis and point its slice at it, before its first pair; the board version moves on.

        Registering the same again changes the slice only; ValueError if its id stands for another one already. An
        imported hypothesis has no slice.
        """
        with self._writing() as connection:
            before = connection.execute(sa.select(hypotheses.c.body).where(hypotheses.c.id == row.id)).scalar()
            if before is None:
                connection.execute(sa.insert(hypotheses).values(msgspec.structs.asdict(row)))
            elif before != row.body:
                raise ValueError(f"hypothesis {row.id!r} is registered with another definition; it needs another id")
            if slice_row is not None:
                _put_slice(connection, slice_row)
                move_board(connection)

    def hypotheses(self) -> list[HypothesisRow]:
        """All hypotheses, oldest first."""
        asked = sa.select(*columns(hypotheses, HypothesisRow)).order_by(hypotheses.c.seq)
        return [HypothesisRow(**row._mapping) for row in self._rows(asked)]

    def slices(self) -> list[SliceRow]:
        """Where every slice stands."""
        asked = sa.select(slices).order_by(slices.c.tenant, slices.c.route, slices.c.kind)
        return [SliceRow(**row._mapping) for row in self._rows(asked)]

    def save(self, slice_row: SliceRow, transition: TransitionRow | None, *, lease: str, fence: int) -> None:
        """Keep a slice's state, and a transition with it, if the lease still holds; the board moves on if one came.

        Raises StaleLease if another evaluator took over, BrokenChain if the transition does not follow the last one:
        its prev_hash is the last one's hash ("" for the first) and its seq one more than the last one's (1 for the
        first; 0 leaves the numbering to the store). Nothing is written then.
        """
        with self._writing() as connection:
            holds = connection.execute(sa.select(leases.c.fence).where(leases.c.name == lease)).scalar()
            if holds != fence:
                raise StaleLease(f"lease {lease!r} is at fence {holds}, not {fence}: another evaluator holds it")
            _put_slice(connection, slice_row)
            if transition is not None:
                _append_transition(connection, transition)
                move_board(connection)

    def transitions(
        self, route: str | None = None, kind: str | None = None, tenant: str | None = None
    ) -> list[TransitionRow]:
        """The record, oldest first, of one slice or of all (the chain runs over all)."""
        asked = sa.select(transitions).order_by(transitions.c.seq)
        for column, wanted in zip(
            (transitions.c.route, transitions.c.kind, transitions.c.tenant), (route, kind, tenant), strict=True
        ):
            if wanted is not None:
                asked = asked.where(column == wanted)
        return [TransitionRow(**row._mapping) for row in self._rows(asked)]

    def set_rate(self, tenant: str, route: str, kind: str, rate: float) -> None:
        """Set the share of a slice's requests that are compared; the board moves on if it changed."""
        of_slice = (slices.c.tenant == tenant, slices.c.route == route, slices.c.kind == kind)
        changes = sa.or_(slices.c.rate.is_(None), slices.c.rate != rate)
        with self._writing() as connection:
            if connection.execute(sa.update(slices).where(*of_slice, changes).values(rate=rate)).rowcount:
                move_board(connection)

    def lease(self, name: str, holder: str, ttl_s: float, now_s: float) -> int | None:
        """Take or renew a lease: its fencing number; None while another holder has it.

        A renewal keeps its number; whoever takes a lease that has run out gets a higher one than any before. The end
        never moves back, so that a clock that does cannot shorten what was granted.
        """
        with self._writing() as connection:
            row = connection.execute(sa.select(leases).where(leases.c.name == name)).one_or_none()
            if row is None:
                granted = {"holder": holder, "fence": 1, "expires_at_s": now_s + ttl_s}
                connection.execute(sa.insert(leases).values(granted | {"name": name}))
                return 1
            live = row.expires_at_s > now_s
            if live and row.holder != holder:
                return None
            fence: int = row.fence if live else row.fence + 1
            granted = {"holder": holder, "fence": fence, "expires_at_s": max(row.expires_at_s, now_s + ttl_s)}
            connection.execute(sa.update(leases).where(leases.c.name == name).values(granted))
            return fence

    def release(self, name: str, holder: str) -> None:
        """Give a lease back before its end, if this holder has it."""
        with self._writing() as connection:
            mine = (leases.c.name == name, leases.c.holder == holder)
            connection.execute(sa.update(leases).where(*mine).values(expires_at_s=0.0))


def _put_slice(connection: sa.Connection, row: SliceRow) -> None:
    values = msgspec.structs.asdict(row)
    if row.rate is None:
        del values["rate"]  # the budget's word, which a look at the evidence does not change
    of_slice = [column == values[column.name] for column in slices.primary_key.columns]
    if connection.execute(sa.update(slices).where(*of_slice).values(values)).rowcount == 0:
        connection.execute(sa.insert(slices).values(values))


def _append_transition(connection: sa.Connection, row: TransitionRow) -> None:
    newest = sa.select(transitions.c.seq, transitions.c.hash).order_by(transitions.c.seq.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    seq, last_hash = (last.seq + 1, last.hash) if last is not None else (1, "")
    if row.prev_hash != last_hash or row.seq not in (0, seq):
        raise BrokenChain(
            f"transition {row.hash!r} says number {row.seq} after {row.prev_hash!r}; due is {seq} after {last_hash!r}"
        )
    connection.execute(sa.insert(transitions).values(msgspec.structs.asdict(row) | {"seq": seq}))
