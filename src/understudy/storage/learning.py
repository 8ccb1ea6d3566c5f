"""Lessons, comparisons and beliefs at rest: all hold words or pieces of them, so all are sealed.

The first record of an exchange counts; of a tenant's route the newest belief does. A comparison that became a lesson
has nobody to wait for any more, and goes.
"""

import zlib
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from understudy.ports import BeliefRow, ComparisonRow, LessonRow, ProbeRow, StrataRow
from understudy.storage.erasing import deleted, learned_since, lives
from understudy.storage.tables import beliefs, comparisons, feedback, lessons, probes, strata
from understudy.storage.vault import Vault

LEVEL = 1


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


def enter_probes(connection: sa.Connection, told: Sequence[ProbeRow]) -> None:
    """Write the new probes of a batch; a comparison serves each version of a judge for one."""
    for row in told:
        here = (probes.c.exchange_id == row.exchange_id, probes.c.version == row.version)
        if connection.execute(sa.select(probes.c.seq).where(*here)).first() is None:
            connection.execute(sa.insert(probes).values(**msgspec.structs.asdict(row)))


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


def read_strata(row: Any) -> StrataRow:
    """A row as it was told."""
    return StrataRow(**dict(row._mapping) | {"kinds": msgspec.json.decode(row.kinds, type=dict[str, float])})


def lessons_after(route: str, after_seq: int, limit: int) -> sa.Select[*tuple[Any, ...]]:
    """The lessons of a route beyond a number, each with what its user said of it."""
    said = sa.select(feedback.c.exchange_id, sa.func.min(feedback.c.y).label("y")).group_by(feedback.c.exchange_id)
    spoken = said.subquery()
    asked = sa.select(lessons, spoken.c.y.label("said")).outerjoin(
        spoken, spoken.c.exchange_id == lessons.c.exchange_id
    )
    return asked.where(lessons.c.route == route, lessons.c.seq > after_seq).order_by(lessons.c.seq).limit(limit)


def unjudged(routes: Collection[str], now_s: float, limit: int) -> sa.Select[tuple[str, str]]:
    """The comparisons of these routes that have not expired, oldest first."""
    asked = sa.select(comparisons.c.exchange_id, comparisons.c.route)
    wanted = (comparisons.c.route.in_(list(routes)), comparisons.c.expires_at_s > now_s)
    return asked.where(*wanted).order_by(comparisons.c.seq).limit(limit)


def read_comparison(row: Any, vault: Vault) -> ComparisonRow:
    """A row as it was told."""
    told = {name: getattr(row, name) for name in ComparisonRow.__struct_fields__}
    return ComparisonRow(**told | {"body": vault.open(row.body, _comparison(row.exchange_id))})


def read_lesson(row: Any, vault: Vault) -> LessonRow:
    """A row as it was told."""
    words = zlib.decompress(vault.open(row.body, row.exchange_id)).decode()
    return LessonRow(**{name: getattr(row, name) for name in _LESSON}, words=words, said=row.said, seq=row.seq)


def read_belief(row: Any, vault: Vault) -> BeliefRow:
    """A row as it was told."""
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
