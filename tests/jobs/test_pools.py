"""Pools as they are shown: what a tenant's route waits for, in as few questions for many as for one."""

from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import SECRET, asked_of
from understudy.jobs.learning import TAKEN
from understudy.jobs.pools import NOTHING, SILENT, PoolView, pool_views
from understudy.ports import Batch, LessonRow
from understudy.routing.board import Route
from understudy.storage.open import open_store
from understudy.storage.store import SqlStore

ROUTES = {"auto": Route(name="auto", incumbent="rented", choose_from=("own", "rented"), shadow=0.5)}


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return open_store(f"sqlite:///{tmp_path}/books.db", secret=SECRET)


def teach(store: SqlStore, tenant: str, count: int, *told: str) -> None:
    """Book lessons in which these models have an outcome."""
    outcomes = {model: (float(model in told) or None, 1.0, 0.001, 9.0) for model in ("own", "rented")}
    row = LessonRow(
        exchange_id="", tenant=tenant, key="k", route="auto", kind="chat", at_s=1.0, expires_at_s=1e9,
        served="rented", outcomes=msgspec.json.encode(outcomes), words="w",
    )  # fmt: skip
    lessons = (msgspec.structs.replace(row, exchange_id=f"{tenant}-{told}-{number}") for number in range(count))
    store.enter(Batch(lessons=tuple(lessons)))


def words(store: SqlStore, tenant: str) -> str:
    (view,) = pool_views(store, ROUTES, 0.0, tenant)
    return view.words


def test_a_pool_that_waits_says_for_what_however_busy_other_tenants_are(store: SqlStore) -> None:
    teach(store, "busy", TAKEN, "own", "rented")
    teach(store, "late", 7, "own", "rented")
    teach(store, "late", 3, "rented")
    assert words(store, "late") == f"{NOTHING}; 7 comparisons have outcomes, and learning begins at 50"
    teach(store, "silent", SILENT)
    assert f"The check gave none of {SILENT} requests an outcome" in words(store, "silent")


def test_many_tenants_take_as_few_questions_as_one(store: SqlStore) -> None:
    teach(store, "t0", 1, "rented")
    with asked_of(store) as one:
        pool_views(store, ROUTES, 0.0)
    for number in range(1, 9):
        teach(store, f"t{number}", 1, "rented")
    with asked_of(store) as many:
        found = pool_views(store, ROUTES, 0.0)
    assert len(many) == len(one) > 0
    assert [view.tenant for view in found] == [f"t{number}" for number in range(9)]


def test_only_routes_with_a_pool_are_shown(store: SqlStore) -> None:
    teach(store, "t", 2, "own")
    plain = {"auto": Route(name="auto", incumbent="rented")}
    assert pool_views(store, plain, 0.0) == []
    (view,) = pool_views(store, ROUTES, 0.0)
    assert view == PoolView(
        tenant="t", route="auto", incumbent="rented", lessons={"chat": 2}, words=view.words,
        compared={"chat": 0.5}, compared_new=0.5,
    )  # fmt: skip
