"""Lessons and beliefs at rest: both hold words or pieces of them, so both are sealed.

The first record of an exchange counts; of a tenant's route the newest belief does.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from understudy.ports import BeliefRow, LessonRow, StrataRow
from understudy.storage.erasing import deleted, learned_since, lives
from understudy.storage.tables import beliefs, feedback, lessons, strata
from understudy.storage.vault import Vault

LEVEL = 1


def enter_lessons(connection: sa.Connection, told: Sequence[LessonRow], vault: Vault) -> None:
    """Write the new lessons of a batch."""
    seen: set[str] = set()
    for row in told:
        known = sa.select(lessons.c.seq).where(lessons.c.exchange_id == row.exchange_id)
        if row.exchange_id in seen or connection.execute(known).first() is not None:
            continue
        seen.add(row.exchange_id)
        values = {name: getattr(row, name) for name in _LESSON}
        values["body"] = vault.seal(zlib.compress(row.words.encode("utf-8", "replace"), LEVEL), row.exchange_id)
        connection.execute(sa.insert(lessons).values(**values))


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


_LESSON = ("exchange_id", "tenant", "key", "route", "kind", "at_s", "expires_at_s", "served", "outcomes", "unit")
_BELIEF = ("tenant", "route", "version", "at_s", "since_s", "words", "changed_s")
