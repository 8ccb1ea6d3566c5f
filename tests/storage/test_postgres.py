"""PostgreSQL without a server: what is said when its driver is missing. The contract runs in postgres_contract.py."""

import sys

import pytest

from understudy.storage.open import DatabaseRefused, database_state, open_store


def test_a_missing_driver_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for opening in (open_store, database_state):
        with pytest.raises(DatabaseRefused, match=r"pip install 'understudy\[postgres\]'"):
            opening("postgresql://user@host/books")
