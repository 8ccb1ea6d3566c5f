"""Kept answers at rest: compressed, then sealed; deletion outlives whatever the spool still holds.

The first word on an answer counts, as everywhere in the books, except that a deletion ends it whenever it comes.
"""

import hashlib
import zlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from understudy.ports import KeptAnswer
from understudy.storage.database import Database
from understudy.storage.tables import kept
from understudy.storage.vault import Vault

# Speed before size: a conversation shrinks to about a third on the fastest setting.
LEVEL = 1


def key_of(tenant: str, answer_id: str) -> str:
    """The key of a row: tenants may hold any character, and ids are an upstream's."""
    return hashlib.sha256(f"{len(tenant)}:{tenant}{answer_id}".encode()).hexdigest()


def enter_kept(connection: sa.Connection, told: Sequence[KeptAnswer], vault: Vault) -> None:
    """Write the new answers of a batch, and end those that were deleted."""
    newest: dict[str, KeptAnswer] = {}
    for record in told:
        key = key_of(record.tenant, record.id)
        if key not in newest or record.words is None:
            newest[key] = record
    for key, record in newest.items():
        if record.words is None:
            connection.execute(sa.delete(kept).where(kept.c.key == key))
        elif connection.execute(sa.select(kept.c.key).where(kept.c.key == key)).one_or_none() is not None:
            continue
        connection.execute(sa.insert(kept).values(_values(key, record, vault)))


def _values(key: str, record: KeptAnswer, vault: Vault) -> dict[str, Any]:
    body = None if record.words is None else vault.seal(zlib.compress(record.words, LEVEL), key)
    return {
        "key": key,
        "id": record.id,
        "tenant": record.tenant,
        "at_s": record.at_s,
        "expires_at_s": record.expires_at_s,
        "body": body,
    }


class KeptAnswers(Database):
    """The answers that callers may go on from."""

    def kept(self, tenant: str, answer_id: str) -> KeptAnswer | None:
        """An answer that a tenant may go on from; without words where it was deleted, None where it is not there."""
        rows = self._rows(sa.select(kept).where(kept.c.key == key_of(tenant, answer_id)))
        return _read(rows[0], self._vault) if rows else None


def _read(row: Any, vault: Vault) -> KeptAnswer:
    words = None if row.body is None else zlib.decompress(vault.open(row.body, row.key))
    return KeptAnswer(id=row.id, tenant=row.tenant, at_s=row.at_s, expires_at_s=row.expires_at_s, words=words)
