"""From the tenth schema: whoever asks for a few rows of a large table does not walk over all of it."""

import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from understudy.ports import Batch, ProbeRow, Store
from understudy.storage import sqlite
from understudy.storage.open import open_store
from understudy.storage.schema import config

FALL = {"exchange_id": "ex", "tenant": "t", "route": "r", "at_s": 9.0, "by": "j", "version": "1", "score": 1.0}
FALLEN = Batch(probes=(ProbeRow(**FALL, doubted_s=1.0),))  # type: ignore[arg-type]
# Hypotheses and judges that fell are few.
FEW = ("SCAN hypotheses", "SCAN probes USING INDEX ix_probes_fallen")
ASKED: dict[str, Callable[[Store], object]] = {
    "a tenant's exchanges": lambda store: store.exchanges(9, tenant="t"),
    "a lesson and its reactions": lambda store: store.lesson("ex", 0.0),
    "new lessons and their reactions": lambda store: store.lessons("r", 9, 9),
    "doubted verdicts": lambda store: store.doubted_verdicts(),
    "a hypothesis's verdicts": lambda store: store.verdicts("h"),
}


def at_the_tenth(path: Path) -> None:
    engine = sqlite.engine(path, read_only=False)
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0010")
    engine.dispose()


def plans(path: Path, asked: Collection[tuple[str, tuple[object, ...]]]) -> list[str]:
    """How the engine goes about these statements, one line a table."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[-1] for words, told in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {words}", told)]


@pytest.mark.parametrize("what", ASKED)
def test_what_is_asked_of_few_rows_is_found_by_an_index(tmp_path: Path, what: str) -> None:
    path = tmp_path / "books.db"
    at_the_tenth(path)
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(
        _connection: object, _cursor: object, words: str, told: tuple[object, ...], _context: object, _many: bool
    ) -> None:
        if words.lstrip().startswith("SELECT"):
            asked.append((words, told))

    with closing(open_store(f"sqlite:///{path}", secret=b"s" * 32)) as store:
        store.enter(FALLEN)
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            ASKED[what](store)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
    found = plans(path, asked)
    steps = [one for one in found if one.startswith(("SCAN", "SEARCH")) and one not in FEW]
    assert steps
    assert all(one.startswith("SEARCH") and ("INDEX ix_" in one or "INDEX sqlite_auto" in one) for one in steps), found
    # Newest first is the index's own order.
    assert what != "a tenant's exchanges" or not any("FOR ORDER BY" in one for one in found), found
