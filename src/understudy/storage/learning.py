"""Lessons, comparisons and beliefs at rest: all hold words or pieces of them, so all are sealed.

The first record of an exchange counts; of a tenant's route the newest belief does. A comparison that became a lesson
has nobody to wait for any more, and goes.
"""

import zlib
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
import sqlalchemy as sa

from understudy.ports import BeliefRow, ComparisonRow, LessonRow, StrataRow
from understudy.storage.database import Database, move_board
from understudy.storage.erasing import deleted, learned_since, lives
from understudy.storage.tables import beliefs, comparisons, feedback, lessons, paces, strata
from understudy.storage.vault import Vault

LEVEL = 1
# What its user said of a lesson's answer.
_SAID = (
    sa.select(sa.func.min(feedback.c.y))
    .where(feedback.c.exchange_id == lessons.c.exchange_id)
    .scalar_subquery()
    .label("said")
)


def enter_lessons(connection: sa.Connection, told: Sequence[LessonRow], vault: Vault) -> None:
    """Write the new lessons of a batch; what waited to become one waits no more."""
    for row in told:
        connection.execute(sa.delete(comparisons).where(comparisons.c.exchange_id == row.exchange_id))
        if _known(connection, lessons, row.exchange_id):
            continue
        values = {name: getattr(row, name) for name in _LESSON}
        values["body"] = vault.seal(zlib.compress(row.words.encode("utf-8", "replace"), LEVEL), row.exchange_id)
        connection.execute(sa.insert(lessons).values(**values))


def enter_comparisons(connection: sa.Connection, told: Sequence[ComparisonRow], vault: Vault) -> None:
    """Write the new comparisons of a batch, but those that are lessons by now."""
    for row in told:
        if not any(_known(connection, table, row.exchange_id) for table in (comparisons, lessons)):
            values = msgspec.structs.asdict(row) | {"body": vault.seal(row.body, _comparison(row.exchange_id))}
            connection.execute(sa.insert(comparisons).values(**values))


def enter_beliefs(connection: sa.Connection, told: Sequence[BeliefRow], vault: Vault) -> bool:
    """Put the newest beliefs in place; whether any changed. One that rests on a deleted tenant's lessons is none."""
    if not told:
        return False
    ends = deleted(connection)
    for row in told:
        if not learned_since(row.since_s, row.tenant, ends):
            continue
        here = (beliefs.c.tenant == row.tenant, beliefs.c.route == row.route)
        connection.execute(sa.delete(beliefs).where(*here, beliefs.c.at_s <= row.at_s))
        if connection.execute(sa.select(beliefs.c.at_s).where(*here)).first() is not None:
            continue
        body = None if row.body is None else vault.seal(row.body, _place(row.tenant, row.route))
        values = {name: getattr(row, name) for name in _BELIEF}
        connection.execute(sa.insert(beliefs).values(**values, body=body))
    return True


def enter_strata(connection: sa.Connection, told: Sequence[StrataRow]) -> bool:
    """Put the newest strata in place, less those from before their tenant's deletion; whether any changed."""
    ends = deleted(connection) if told else {}
    told = [row for row in told if lives(row.tenant, row.at_s, ends)]
    for row in told:
        here = (strata.c.tenant == row.tenant, strata.c.route == row.route)
        connection.execute(sa.delete(strata).where(*here, strata.c.at_s <= row.at_s))
        if connection.execute(sa.select(strata.c.at_s).where(*here)).first() is None:
            values = msgspec.structs.asdict(row) | {"kinds": msgspec.json.encode(row.kinds)}
            connection.execute(sa.insert(strata).values(**values))
    return bool(told)


class Learning(Database):
    """What routes learn from, what they believe, and how often they compare."""

    def lessons(self, route: str, after_seq: int, limit: int) -> list[LessonRow]:
        """What a route learns from, beyond a number, oldest first."""
        asked = _with_said().where(lessons.c.route == route, lessons.c.seq > after_seq)
        return self._lessons(asked.order_by(lessons.c.seq).limit(limit))

    def past(self, tenant: str, route: str, now_s: float, limit: int) -> list[LessonRow]:
        """What a tenant's route was taught last, newest first, of prompts whose words have not expired."""
        theirs = (lessons.c.tenant == tenant, lessons.c.route == route, lessons.c.expires_at_s > now_s)
        return self._lessons(_with_said().where(*theirs).order_by(lessons.c.seq.desc()).limit(limit))

    def newest(self, routes: Collection[str], most: int) -> list[LessonRow]:
        """The newest lessons of each tenant of these routes, newest first and without their words."""
        whose = (lessons.c.tenant, lessons.c.route)
        place = sa.func.row_number().over(partition_by=whose, order_by=lessons.c.seq.desc()).label("place")
        ranked = sa.select(lessons.c.seq, place).where(lessons.c.route.in_(list(routes))).subquery()
        wanted = sa.select(ranked.c.seq).where(ranked.c.place <= most)
        asked = _with_said(*(lessons.c[name] for name in (*_LESSON, "seq"))).where(lessons.c.seq.in_(wanted))
        return [LessonRow(**row._mapping, words="") for row in self._rows(asked.order_by(lessons.c.seq.desc()))]

    def lesson(self, exchange_id: str, now_s: float) -> LessonRow | None:
        """What one exchange taught; None if it taught nothing, or its words have expired."""
        asked = _with_said().where(lessons.c.exchange_id == exchange_id, lessons.c.expires_at_s > now_s)
        return next(iter(self._lessons(asked)), None)

    def _lessons(self, asked: sa.Select[*tuple[Any, ...]]) -> list[LessonRow]:
        return [_read_lesson(row, self._vault) for row in self._rows(asked)]

    def unjudged(self, routes: Collection[str], now_s: float, limit: int) -> list[tuple[str, str]]:
        """The comparisons of these routes that wait for a judge, as exchange and route, oldest first."""
        asked = sa.select(comparisons.c.exchange_id, comparisons.c.route)
        wanted = (comparisons.c.route.in_(list(routes)), comparisons.c.expires_at_s > now_s)
        rows = self._rows(asked.where(*wanted).order_by(comparisons.c.seq).limit(limit))
        return [(row.exchange_id, row.route) for row in rows]

    def comparison_counts(self, now_s: float) -> dict[tuple[str, str], int]:
        """How many comparisons of each tenant and route wait for a judge."""
        of = (comparisons.c.tenant, comparisons.c.route)
        asked = sa.select(*of, sa.func.count().label("n")).where(comparisons.c.expires_at_s > now_s).group_by(*of)
        return {(row.tenant, row.route): int(row.n) for row in self._rows(asked)}

    def comparison(self, exchange_id: str) -> ComparisonRow | None:
        """One comparison that waits for a judge; None if its words are gone, or it became a lesson."""
        rows = self._rows(sa.select(comparisons).where(comparisons.c.exchange_id == exchange_id))
        return _read_comparison(rows[0], self._vault) if rows else None

    def lesson_counts(self) -> dict[tuple[str, str], dict[str, int]]:
        """How many lessons there are of each tenant and route, by kind."""
        of = (lessons.c.tenant, lessons.c.route, lessons.c.kind)
        found: dict[tuple[str, str], dict[str, int]] = {}
        for row in self._rows(sa.select(*of, sa.func.count().label("n")).group_by(*of).order_by(*of)):
            found.setdefault((row.tenant, row.route), {})[row.kind] = int(row.n)
        return found

    def beliefs(self, known: Mapping[tuple[str, str], float] = MappingProxyType({})) -> list[BeliefRow]:
        """What the routes believe, less what is `known`: by tenant and route, of which moment."""
        # To ask for what is younger would not do: one may be booked after another that was begun later.
        marks = self._rows(sa.select(beliefs.c.tenant, beliefs.c.route, beliefs.c.at_s)) if known else []
        news = [row for row in marks if known.get((row.tenant, row.route)) != row.at_s]
        here = [(beliefs.c.tenant == row.tenant, beliefs.c.route == row.route) for row in news] if known else [()]
        return [_read_belief(row, self._vault) for one in here for row in self._rows(sa.select(beliefs).where(*one))]

    def strata(self) -> list[StrataRow]:
        """How often each kind of each tenant's route is compared."""
        return [_read_strata(row) for row in self._rows(sa.select(strata))]

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
                move_board(connection)


def _with_said(*told: sa.Column[Any]) -> sa.Select[*tuple[Any, ...]]:
    """Lessons, all of them or these columns, each with what its user said of the answer."""
    return sa.select(*(told or lessons.c), _SAID)


def _read_strata(row: Any) -> StrataRow:
    return StrataRow(**dict(row._mapping) | {"kinds": msgspec.json.decode(row.kinds, type=dict[str, float])})


def _read_comparison(row: Any, vault: Vault) -> ComparisonRow:
    told = {name: getattr(row, name) for name in ComparisonRow.__struct_fields__}
    return ComparisonRow(**told | {"body": vault.open(row.body, _comparison(row.exchange_id))})


def _read_lesson(row: Any, vault: Vault) -> LessonRow:
    words = zlib.decompress(vault.open(row.body, row.exchange_id)).decode()
    return LessonRow(**{name: getattr(row, name) for name in _LESSON}, words=words, said=row.said, seq=row.seq)


def _read_belief(row: Any, vault: Vault) -> BeliefRow:
    told = {name: getattr(row, name) for name in _BELIEF}
    return BeliefRow(**told, body=None if row.body is None else vault.open(row.body, _place(row.tenant, row.route)))


def _place(tenant: str, route: str) -> str:
    return f"belief:{len(tenant)}:{tenant}{route}"


def _comparison(exchange_id: str) -> str:
    return f"comparison:{exchange_id}"


def _known(connection: sa.Connection, table: sa.Table, exchange_id: str) -> bool:
    return connection.execute(sa.select(table.c.seq).where(table.c.exchange_id == exchange_id)).first() is not None


_LESSON = (
    "exchange_id", "tenant", "key", "route", "kind", "at_s", "expires_at_s", "served", "outcomes", "by", "unit",
    "judged_s",
)  # fmt: skip
_BELIEF = ("tenant", "route", "version", "at_s", "since_s", "words", "changed_s")
