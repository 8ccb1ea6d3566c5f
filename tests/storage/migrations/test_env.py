"""Migrations run on the connection they are given, inside its transaction, and read nothing else."""

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa

from understudy.storage import sqlite
from understudy.storage.schema import MIGRATIONS, upgrade


def test_a_migration_that_is_not_committed_leaves_nothing(tmp_path: Path) -> None:
    engine = sqlite.engine(tmp_path / "a.db", read_only=False)
    with engine.connect() as connection, connection.begin() as transaction:
        upgrade(connection)
        assert sa.inspect(connection).get_table_names() != []
        transaction.rollback()
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    engine.dispose()


def test_the_environment_leads_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    monkeypatch.chdir(tmp_path)
    engine = sqlite.engine(None, read_only=False)
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    assert list(tmp_path.iterdir()) == []


def test_migrations_go_forward_only_and_know_no_tables_but_their_own() -> None:
    steps = sorted((MIGRATIONS / "versions").glob("r*.py"))
    assert steps
    for step in steps:
        tree = ast.parse(step.read_text(encoding="utf-8"))
        assert "downgrade" not in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not [module for module in imported if module and module.startswith("understudy")]
