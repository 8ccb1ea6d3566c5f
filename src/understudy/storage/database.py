"""The database under the store's rooms: one question is one transaction.

A writing one begins with the house's row, which makes writers queue: what is read after that cannot have changed by the
time it is written, and rows are numbered in the order in which they are seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from understudy.storage.tables import HOUSE_ROW, house
from understudy.storage.vault import Vault


class Database:
    """One engine, its schema up to date, and what seals the words in it. The rooms of the store ask through it."""

    def __init__(self, engine: sa.Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def board_version(self) -> int:
        """A number that moves on with every change that callers can feel."""
        return int(self._rows(sa.select(house.c.board_version))[0].board_version)

    def _rows(self, asked: sa.Select[*tuple[Any, ...]]) -> list[sa.Row[*tuple[Any, ...]]]:
        with self._engine.connect() as connection:
            return list(connection.execute(asked))

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """One writing transaction, alone from its first statement on."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(house).where(house.c.id == HOUSE_ROW).values(writes=house.c.writes + 1))
            yield connection


def columns(table: sa.Table, row: type[msgspec.Struct]) -> list[sa.Column[Any]]:
    """The columns of a table that a row has fields for."""
    return [table.c[name] for name in row.__struct_fields__]


def move_board(connection: sa.Connection) -> None:
    """Say that callers can feel what this transaction changes."""
    moved = sa.update(house).where(house.c.id == HOUSE_ROW).values(board_version=house.c.board_version + 1)
    connection.execute(moved)
