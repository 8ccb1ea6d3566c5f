"""The deletion of a tenant: its words, weights and reactions go, and a tombstone stays with the moment.

What is still in the spool, or in a learner's memory, is from before that moment: it does not come back. Numbers stay,
the journal's and the record's. Where the secret is lost that sealed the words of all tenants, all of them go.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from understudy.ports import Batch
from understudy.storage.tables import (
    beliefs,
    comparisons,
    deletions,
    exchanges,
    feedback,
    hypotheses,
    kept,
    lessons,
    strata,
    texts,
)

_NEVER = float("-inf")


def held(connection: sa.Connection, tenant: str) -> dict[str, int]:
    """How much a deletion would take, by what it is."""
    counts = {
        name: sa.select(sa.func.count()).select_from(table).where(theirs)
        for name, (table, theirs) in _places(tenant).items()
    }
    return {name: int(connection.execute(asked).scalar_one()) for name, asked in counts.items()}


def erase(connection: sa.Connection, tenant: str, at_s: float) -> dict[str, int]:
    """Delete what is a tenant's, set its tombstone, and take its beliefs off the board; how much went."""
    gone = held(connection, tenant)
    for table, theirs in _places(tenant).values():
        if table is beliefs:
            _empty(connection, theirs, at_s, "its tenant was deleted")
        else:
            connection.execute(sa.delete(table).where(theirs))
    connection.execute(sa.delete(deletions).where(deletions.c.tenant == tenant))
    connection.execute(sa.insert(deletions).values(tenant=tenant, at_s=at_s))
    return gone


def erase_sealed(connection: sa.Connection, at_s: float) -> int:
    """Delete all that is sealed, of every tenant; how many rows."""
    gone = [connection.execute(sa.delete(table)).rowcount for table in (lessons, comparisons, texts, kept)]
    return sum(gone) + _empty(connection, beliefs.c.body.is_not(None), at_s, "the secret that sealed it is lost")


def _empty(connection: sa.Connection, which: sa.ColumnElement[bool], at_s: float, why: str) -> int:
    """Leave of beliefs that there was one: an empty belief is how the workers' boards hear of it."""
    taken = {"version": "", "at_s": at_s, "since_s": at_s, "words": f"taken back: {why}", "body": None}
    return connection.execute(sa.update(beliefs).where(which).values(taken)).rowcount


def deleted(connection: sa.Connection) -> dict[str, float]:
    """When each deleted tenant was deleted, the last time."""
    return {row.tenant: row.at_s for row in connection.execute(sa.select(deletions))}


def surviving(connection: sa.Connection, batch: Batch) -> Batch:
    """A batch without the words and reactions of deleted tenants that are from before their deletion."""
    ends = deleted(connection)
    if not ends:
        return batch
    owners = _found(connection, hypotheses.c.id, hypotheses.c.tenant, {row.hypothesis for row in batch.texts})
    said_of = {row.exchange_id for row in batch.feedback}
    asked = _found(connection, exchanges.c.id, exchanges.c.tenant, said_of)
    asked_s = _found(connection, exchanges.c.id, exchanges.c.at_s, said_of)

    return msgspec.structs.replace(
        batch,
        lessons=tuple(row for row in batch.lessons if lives(row.tenant, row.at_s, ends)),
        comparisons=tuple(row for row in batch.comparisons if lives(row.tenant, row.at_s, ends)),
        kept=tuple(row for row in batch.kept if lives(row.tenant, row.at_s, ends)),
        texts=tuple(row for row in batch.texts if lives(owners.get(row.hypothesis), row.at_s, ends)),
        feedback=tuple(
            row
            for row in batch.feedback
            if lives(asked.get(row.exchange_id), asked_s.get(row.exchange_id, row.at_s), ends)
        ),
    )


def lives(tenant: str | None, at_s: float, ends: Mapping[str, float]) -> bool:
    """Whether what was told at a moment is of a tenant that was not deleted at that moment or after it."""
    return tenant is None or at_s > ends.get(tenant, _NEVER)


def learned_since(since_s: float, tenant: str, ends: Mapping[str, float]) -> bool:
    """Whether a belief that rests on lessons from a moment on has none from before its tenant's deletion."""
    return since_s >= ends.get(tenant, _NEVER)


def _places(tenant: str) -> dict[str, tuple[sa.Table, sa.ColumnElement[bool]]]:
    """What is a tenant's and not a number: in which table, and which rows."""
    claims = sa.select(hypotheses.c.id).where(hypotheses.c.tenant == tenant)
    asked = sa.select(exchanges.c.id).where(exchanges.c.tenant == tenant)
    return {
        "lessons": (lessons, lessons.c.tenant == tenant),
        "beliefs": (beliefs, sa.and_(beliefs.c.tenant == tenant, beliefs.c.body.is_not(None))),
        "rates of comparison": (strata, strata.c.tenant == tenant),
        "comparisons that wait": (comparisons, comparisons.c.tenant == tenant),
        "words of pairs": (texts, texts.c.hypothesis.in_(claims)),
        "kept answers": (kept, kept.c.tenant == tenant),
        "reactions": (feedback, feedback.c.exchange_id.in_(asked)),
    }


def _found(connection: sa.Connection, key: sa.Column[Any], value: sa.Column[Any], ids: set[str]) -> dict[str, Any]:
    if not ids:
        return {}
    return {row[0]: row[1] for row in connection.execute(sa.select(key, value).where(key.in_(ids)))}
