"""From the first schema with rows in it: nothing is lost, and what is new has its plain beginning."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from tests.storage.samples import HYPOTHESIS

from understudy.storage import sqlite
from understudy.storage.open import open_store
from understudy.storage.schema import config

PAIR = (
    "insert into pairs (exchange_id, hypothesis, unit, at_s, served, deadline_s, propensity, settled, candidate,"
    " incumbent, candidate_good, incumbent_good, candidate_build, incumbent_build, prompt_hash, digest)"
    " values ('e1', :hypothesis, 'u', 1, 'incumbent', 2, 1, true, 1, 0, true, true, 'o', 'r', 'p', 'd')"
)
OUTCOME = (
    "insert into outcomes (exchange_id, hypothesis, at_s, side, outcome, good)"
    " values ('e2', :hypothesis, 1, 'candidate', 1, true)"
)


def test_rows_of_the_first_schema_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    engine = sqlite.engine(path, read_only=False)
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0001")
        for statement in (PAIR, OUTCOME):
            connection.execute(sa.text(statement), {"hypothesis": HYPOTHESIS})
    engine.dispose()
    store = open_store(f"sqlite:///{path}")
    [pair], [outcome] = store.pairs(HYPOTHESIS), store.outcomes(HYPOTHESIS)
    assert (pair.candidate, pair.incumbent, pair.settled, pair.rails, pair.asked) == (1.0, 0.0, True, b"{}", False)
    assert (outcome.outcome, outcome.good, outcome.alone) == (1.0, True, False)
    store.close()
