"""The store: the database through named questions. Satisfies ports.Store on every engine.

Each method is one transaction. A writing one begins with the house's row, which makes writers queue: what is read
after that cannot have changed by the time it is written, and rows are numbered in the order in which they are seen.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from understudy.ports import (
    Batch,
    BeliefRow,
    BrokenChain,
    ComparisonRow,
    Exchange,
    HypothesisRow,
    KeptAnswer,
    LessonRow,
    OrderRow,
    OutcomeRow,
    PairRow,
    ScoreRow,
    SliceRow,
    Source,
    SpendRow,
    StaleLease,
    StrataRow,
    TextRow,
    TrafficRow,
    TransitionRow,
    VerdictRow,
    Waiting,
)
from understudy.storage.entering import enter, portions
from understudy.storage.erasing import deleted, erase, held
from understudy.storage.keeping import key_of, read_kept
from understudy.storage.learning import (
    enter_beliefs,
    enter_strata,
    lessons_after,
    read_belief,
    read_comparison,
    read_lesson,
    read_strata,
    unjudged,
)
from understudy.storage.probing import ProbeReads
from understudy.storage.tables import (
    HOUSE_ROW,
    beliefs,
    comparisons,
    exchanges,
    house,
    hypotheses,
    kept,
    leases,
    lessons,
    money,
    orders,
    outcomes,
    paces,
    pairs,
    positions,
    slices,
    spent,
    strata,
    texts,
    transitions,
    verdicts,
)
from understudy.storage.vault import Vault

_EXCHANGE = msgspec.json.Decoder(Exchange)


class SqlStore(ProbeReads):
    """The database behind one engine, its schema up to date; made by `open_store`. Satisfies ports.Store."""

    def __init__(self, engine: sa.Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    # --- the books --------------------------------------------------------------------------------------------

    def enter(self, batch: Batch) -> None:
        """Write a batch once: rows already there (same exchange) are left as they are, positions move on.

        A negative position makes the segment's row go.
        """
        with self._writing() as connection:
            enter(connection, batch, self._vault)
            believed = enter_beliefs(connection, batch.beliefs, self._vault)
            if enter_strata(connection, batch.strata) or believed:
                _move_board(connection)

    def positions(self) -> dict[str, int]:
        """How far each spool segment has been drained, in bytes."""
        return {row.segment: row.place for row in self._rows(sa.select(positions))}

    def booked(self, ids: Collection[str]) -> set[str]:
        """Those of these exchanges that are in the journal."""
        asked = [sa.select(exchanges.c.id).where(exchanges.c.id.in_(some)) for some in portions(list(ids))]
        return {row.id for one in asked for row in self._rows(one)}

    def exchanges(self, limit: int = 100, *, route: str | None = None) -> list[Exchange]:
        """The newest exchanges of the journal, newest first, of one route or of all."""
        asked = sa.select(exchanges.c.record).order_by(exchanges.c.at_s.desc(), exchanges.c.id.desc()).limit(limit)
        if route is not None:
            asked = asked.where(exchanges.c.route == route)
        return [_EXCHANGE.decode(row.record) for row in self._rows(asked)]

    def money(self) -> list[dict[str, Any]]:
        """Per route, kind, model and purpose: exchanges, cost, and what the incumbent would have cost, in nano-dollars.

        A sum is None where nothing of it is known, and each has beside it the number of exchanges that it is made of
        (`costed`, `incumbent_costed`); `saved_nano_usd` is over the `compared` ones, whose two costs are both known.
        """
        asked = sa.select(money).order_by(*money.primary_key.columns)
        return [_bill(dict(row._mapping)) for row in self._rows(asked)]

    def exchange(self, exchange_id: str) -> Exchange | None:
        """One exchange of the journal; None if it is not there (yet)."""
        rows = self._rows(sa.select(exchanges.c.record).where(exchanges.c.id == exchange_id))
        return _EXCHANGE.decode(rows[0].record) if rows else None

    def first_exchange_s(self) -> float | None:
        """When the journal begins; None while it is empty."""
        first: float | None = self._rows(sa.select(sa.func.min(exchanges.c.at_s).label("first")))[0].first
        return first

    def traffic(self, since_s: float) -> list[TrafficRow]:
        """How much was asked since then and what it cost, by route, kind and purpose; exchanges of a route only."""
        of = (exchanges.c.tenant, exchanges.c.route, exchanges.c.kind, exchanges.c.purpose)
        costed = sa.func.count(exchanges.c.cost_nano_usd).label("costed")
        cost = sa.func.coalesce(sa.func.sum(exchanges.c.cost_nano_usd), 0).label("cost_nano_usd")
        asked = sa.select(*of, sa.func.count().label("exchanges"), costed, cost)
        asked = asked.where(exchanges.c.at_s >= since_s, exchanges.c.route.is_not(None), exchanges.c.kind.is_not(None))
        rows = self._rows(asked.group_by(*of).order_by(*of))
        return [TrafficRow(**dict(row._mapping) | {"cost_nano_usd": int(row.cost_nano_usd)}) for row in rows]

    def spent(self, day: int) -> list[tuple[str, str, int]]:
        """What a day (counted from the epoch, UTC) has cost by key and route, "" for none, in nano-dollars."""
        asked = sa.select(spent.c.key, spent.c.route, spent.c.cost_nano_usd).where(spent.c.day == day)
        return [(row.key, row.route, int(row.cost_nano_usd)) for row in self._rows(asked)]

    def spending(self, stretch_s: int) -> list[SpendRow]:
        """What was asked and what it cost, by route, purpose and stretch of so many seconds, oldest first.

        A stretch is found by whole seconds, which one engine rounds and the other cuts: half a second at its edge.
        """
        stretch = (sa.cast(exchanges.c.at_s, sa.BigInteger) // stretch_s).label("stretch")
        of = (exchanges.c.route, exchanges.c.purpose, stretch)
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
        rows = self._rows(asked.group_by(*of).order_by(stretch, exchanges.c.route, exchanges.c.purpose))
        return [_spend(dict(row._mapping), stretch_s) for row in rows]

    # --- evidence ---------------------------------------------------------------------------------------------

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
                _move_board(connection)

    def hypotheses(self) -> list[HypothesisRow]:
        """All hypotheses, oldest first."""
        asked = sa.select(*_columns(hypotheses, HypothesisRow)).order_by(hypotheses.c.seq)
        return [HypothesisRow(**row._mapping) for row in self._rows(asked)]

    def pairs(self, hypothesis: str, after_seq: int = 0) -> list[PairRow]:
        """The pairs of a hypothesis in the order in which they were sampled, as far as the spool told of them."""
        asked = sa.select(pairs).where(pairs.c.hypothesis == hypothesis, pairs.c.seq > after_seq)
        return [PairRow(**row._mapping) for row in self._rows(asked.order_by(pairs.c.seq))]

    def outcomes(self, hypothesis: str, after_seq: int = 0) -> list[OutcomeRow]:
        """The live outcomes of a hypothesis in the order in which they were booked."""
        asked = sa.select(outcomes).where(outcomes.c.hypothesis == hypothesis, outcomes.c.seq > after_seq)
        return [OutcomeRow(**row._mapping) for row in self._rows(asked.order_by(outcomes.c.seq))]

    def multi_turn(self, hypothesis: str) -> bool:
        """Whether a hypothesis was ever shown a conversation of several turns."""
        asked = sa.select(pairs.c.seq).where(pairs.c.hypothesis == hypothesis, pairs.c.idle_s.is_not(None)).limit(1)
        return bool(self._rows(asked))

    def verdicts(self, hypothesis: str, after_seq: int = 0) -> list[VerdictRow]:
        """The verdicts on those pairs of a hypothesis that have a higher number, in the order of booking."""
        asked = sa.select(verdicts).where(verdicts.c.hypothesis == hypothesis)
        if after_seq:
            later = sa.select(pairs.c.exchange_id).where(pairs.c.hypothesis == hypothesis, pairs.c.seq > after_seq)
            asked = asked.where(verdicts.c.exchange_id.in_(later))
        return [VerdictRow(**row._mapping) for row in self._rows(asked.order_by(verdicts.c.seq))]

    def waiting(
        self, sources: Sequence[Source], hypotheses: Collection[str], now_s: float, limit: int
    ) -> list[PairRow]:
        """Answered pairs of these hypotheses, with words, within their deadline, without a verdict of these sources.

        A "label" waits only where one was asked for; the oldest come first.
        """
        heard = sa.select(verdicts.c.seq).where(
            verdicts.c.exchange_id == pairs.c.exchange_id, verdicts.c.source.in_(sources)
        )
        readable = sa.exists().where(texts.c.exchange_id == pairs.c.exchange_id)
        wanted = (readable, pairs.c.answered, sa.not_(pairs.c.settled), pairs.c.deadline_s > now_s)
        asked = sa.select(pairs).where(*wanted, pairs.c.hypothesis.in_(list(hypotheses)), ~heard.exists())
        if "label" in sources:
            asked = asked.where(pairs.c.asked)
        return [PairRow(**row._mapping) for row in self._rows(asked.order_by(pairs.c.seq).limit(limit))]

    def waiting_for(self, exchange_id: str) -> Waiting | None:
        """One pair with its words, whatever was said of it; None without such a pair or without words."""
        rows = self._rows(sa.select(pairs).where(pairs.c.exchange_id == exchange_id))
        words = self._rows(sa.select(texts).where(texts.c.exchange_id == exchange_id))
        if not rows or not words:
            return None
        text = TextRow(**words[0]._mapping)
        body = self._vault.open(text.body, exchange_id)
        return Waiting(PairRow(**rows[0]._mapping), msgspec.structs.replace(text, body=body))

    def forget_texts(self, now_s: float) -> int:
        """Delete the words that have expired, kept answers among them; of how many pairs and answers."""
        with self._writing() as connection:
            expiring = (texts, kept, lessons, comparisons)
            gone = [connection.execute(sa.delete(one).where(one.c.expires_at_s <= now_s)) for one in expiring]
            return sum(one.rowcount for one in gone)

    def kept(self, tenant: str, answer_id: str) -> KeptAnswer | None:
        """An answer that a tenant may go on from; without words where it was deleted, None where it is not there."""
        rows = self._rows(sa.select(kept).where(kept.c.key == key_of(tenant, answer_id)))
        return read_kept(rows[0], self._vault) if rows else None

    def lessons(self, route: str, after_seq: int, limit: int) -> list[LessonRow]:
        """What a route learns from, beyond a number, oldest first."""
        return [read_lesson(row, self._vault) for row in self._rows(lessons_after(route, after_seq, limit))]

    def unjudged(self, routes: Collection[str], now_s: float, limit: int) -> list[tuple[str, str]]:
        """The comparisons of these routes that wait for a judge, as exchange and route, oldest first."""
        return [(row.exchange_id, row.route) for row in self._rows(unjudged(routes, now_s, limit))]

    def comparison(self, exchange_id: str) -> ComparisonRow | None:
        """One comparison that waits for a judge; None if its words are gone, or it became a lesson."""
        rows = self._rows(sa.select(comparisons).where(comparisons.c.exchange_id == exchange_id))
        return read_comparison(rows[0], self._vault) if rows else None

    def lesson_counts(self) -> dict[tuple[str, str], dict[str, int]]:
        """How many lessons there are of each tenant and route, by kind."""
        of = (lessons.c.tenant, lessons.c.route, lessons.c.kind)
        found: dict[tuple[str, str], dict[str, int]] = {}
        for row in self._rows(sa.select(*of, sa.func.count().label("n")).group_by(*of).order_by(*of)):
            found.setdefault((row.tenant, row.route), {})[row.kind] = int(row.n)
        return found

    def beliefs(self, after_s: float = 0.0) -> list[BeliefRow]:
        """What the routes believe, as far as it was told after a moment."""
        asked = sa.select(beliefs).where(beliefs.c.at_s > after_s)
        return [read_belief(row, self._vault) for row in self._rows(asked)]

    def strata(self) -> list[StrataRow]:
        """How often each kind of each tenant's route is compared."""
        return [read_strata(row) for row in self._rows(sa.select(strata))]

    def paces(self) -> dict[str, float]:
        """What the budget of each route with a pool leaves of its comparisons, in [0, 1]."""
        return {row.route: row.pace for row in self._rows(sa.select(paces))}

    def set_pace(self, route: str, pace: float) -> None:
        """Set what a route's budget leaves of its comparisons; the board moves on if it changed."""
        with self._writing() as connection:
            before = connection.execute(sa.select(paces.c.pace).where(paces.c.route == route)).scalar_one_or_none()
            if before != pace:
                connection.execute(sa.delete(paces).where(paces.c.route == route))
                connection.execute(sa.insert(paces).values(route=route, pace=pace))
                _move_board(connection)

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
            _move_board(connection)
            return words

    def deleted(self) -> dict[str, float]:
        """When each deleted tenant was deleted, the last time."""
        with self._engine.connect() as connection:
            return deleted(connection)

    def scores(self) -> list[ScoreRow]:
        """How both models did, by hypothesis: sums of outcomes over the settled pairs that have both."""
        asked = (
            sa.select(
                pairs.c.hypothesis,
                sa.func.count().label("n"),
                sa.func.sum(pairs.c.candidate).label("candidate"),
                sa.func.sum(pairs.c.incumbent).label("incumbent"),
            )
            .where(pairs.c.settled, pairs.c.candidate.is_not(None), pairs.c.incumbent.is_not(None))
            .group_by(pairs.c.hypothesis)
            .order_by(pairs.c.hypothesis)
        )
        return [ScoreRow(**row._mapping) for row in self._rows(asked)]

    # --- slices and their record ------------------------------------------------------------------------------

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
                _move_board(connection)

    def transitions(self, route: str | None = None, kind: str | None = None) -> list[TransitionRow]:
        """The record, oldest first, of one slice or of all (the chain runs over all)."""
        asked = sa.select(transitions).order_by(transitions.c.seq)
        if route is not None:
            asked = asked.where(transitions.c.route == route)
        if kind is not None:
            asked = asked.where(transitions.c.kind == kind)
        return [TransitionRow(**row._mapping) for row in self._rows(asked)]

    def set_rate(self, tenant: str, route: str, kind: str, rate: float) -> None:
        """Set the share of a slice's requests that are compared; the board moves on if it changed."""
        of_slice = (slices.c.tenant == tenant, slices.c.route == route, slices.c.kind == kind)
        changes = sa.or_(slices.c.rate.is_(None), slices.c.rate != rate)
        with self._writing() as connection:
            if connection.execute(sa.update(slices).where(*of_slice, changes).values(rate=rate)).rowcount:
                _move_board(connection)

    def open_orders(self) -> list[OrderRow]:
        """What people asked for and nobody has answered yet, oldest first."""
        asked = sa.select(*_columns(orders, OrderRow)).where(orders.c.done.is_(None)).order_by(orders.c.seq)
        return [OrderRow(**row._mapping) for row in self._rows(asked)]

    def answer_order(self, order_id: str, hypothesis: str, *, done: bool, words: str) -> None:
        """Keep what came of an order, and under which hypothesis."""
        answer = {"hypothesis": hypothesis, "done": done, "words": words}
        with self._writing() as connection:
            connection.execute(sa.update(orders).where(orders.c.id == order_id).values(answer))

    def orders(self, hypothesis: str | None = None) -> list[OrderRow]:
        """What people asked for, oldest first, under one hypothesis or all."""
        asked = sa.select(*_columns(orders, OrderRow)).order_by(orders.c.seq)
        if hypothesis is not None:
            asked = asked.where(orders.c.hypothesis == hypothesis)
        return [OrderRow(**row._mapping) for row in self._rows(asked)]

    def order_of(self, order_id: str) -> OrderRow | None:
        """What came of one order; None while it is not in the books."""
        rows = self._rows(sa.select(*_columns(orders, OrderRow)).where(orders.c.id == order_id))
        return OrderRow(**rows[0]._mapping) if rows else None

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

    def board_version(self) -> int:
        """A number that moves on with every change that callers can feel."""
        return int(self._rows(sa.select(house.c.board_version))[0].board_version)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _rows(self, asked: sa.Select[*tuple[Any, ...]]) -> list[sa.Row[*tuple[Any, ...]]]:
        with self._engine.connect() as connection:
            return list(connection.execute(asked))

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """One writing transaction, alone from its first statement on."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(house).where(house.c.id == HOUSE_ROW).values(writes=house.c.writes + 1))
            yield connection


def _columns(table: sa.Table, row: type[msgspec.Struct]) -> list[sa.Column[Any]]:
    return [table.c[name] for name in row.__struct_fields__]


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


def _move_board(connection: sa.Connection) -> None:
    moved = sa.update(house).where(house.c.id == HOUSE_ROW).values(board_version=house.c.board_version + 1)
    connection.execute(moved)


def _sum(values: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(values), 0)


def _spend(row: dict[str, Any], stretch_s: int) -> SpendRow:
    from_s = float(row.pop("stretch") * stretch_s)
    route, purpose = row.pop("route"), row.pop("purpose")
    return SpendRow(route=route, purpose=purpose, from_s=from_s, **{name: int(value) for name, value in row.items()})


def _bill(row: dict[str, Any]) -> dict[str, Any]:
    """One row of the totals as it is read: an absent name is None, and so is a sum of which nothing is known."""
    sums = (
        ("costed", "cost_nano_usd"),
        ("incumbent_costed", "incumbent_cost_nano_usd"),
        ("compared", "saved_nano_usd"),
    )
    unknown: dict[str, Any] = {total: None for count, total in sums if not row[count]}
    names = {name: row[name] or None for name in ("route", "kind", "model")}
    return row | names | unknown
