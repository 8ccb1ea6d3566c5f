"""From the eleventh schema: what was billed without a tenant stays nobody's, whoever still adds to it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from tests.storage.samples import exchange

from understudy.ports import Batch
from understudy.storage import sqlite
from understudy.storage.open import open_store
from understudy.storage.schema import config

ADD = (
    "INSERT INTO money (route, kind, model, purpose, exchanges, costed, cost_nano_usd, incumbent_costed,"
    " incumbent_cost_nano_usd, compared, saved_nano_usd)"
    " VALUES ('assistant', 'extraction', 'llama', 'serve', 3, 2, 70, 0, 0, 0, 0)"
)
GROW = "UPDATE money SET exchanges = exchanges + 1 WHERE route = 'assistant' AND model = 'llama' AND purpose = 'serve'"


def test_bills_of_the_eleventh_schema_are_of_no_tenant(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    engine = sqlite.engine(path, read_only=False)
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0011")
        connection.execute(sa.text(ADD))
    store = open_store(f"sqlite:///{path}")
    store.enter(Batch(exchanges=(exchange(1, tenant="a"), exchange(2, tenant="b"))))
    with engine.begin() as connection:
        connection.execute(sa.text(GROW))
    engine.dispose()
    told = [(row.tenant, row.model, row.exchanges, row.cost_nano_usd) for row in store.money()]
    assert told == [("", "llama", 4, 70), ("a", "llama", 1, 1_001), ("b", "llama", 1, 1_002)]
    assert [row.exchanges for row in store.money(tenant="a")] == [1]
    store.close()
