"""Lessons and beliefs at rest: sealed, once, with what users said; the newest belief of a route counts."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from understudy.ports import Batch, BeliefRow, ComparisonRow, Feedback, LessonRow, Store
from understudy.storage.open import open_store

SECRET = b"s" * 32


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/books.db"


@pytest.fixture
def store(database: str) -> Store:
    return open_store(database, secret=SECRET)


def lesson(
    exchange_id: str, *, route: str = "auto", words: str = "harbour lights", expires_at_s: float = 50.0
) -> LessonRow:
    return LessonRow(
        exchange_id=exchange_id,
        tenant="t",
        key="k",
        route=route,
        kind="chat",
        at_s=1.0,
        expires_at_s=expires_at_s,
        served="own",
        outcomes=b"{}",
        words=words,
    )


def belief(at_s: float, body: bytes | None = b"weights of harbour", *, tenant: str = "t") -> BeliefRow:
    return BeliefRow(tenant=tenant, route="auto", version=str(at_s), at_s=at_s, since_s=0.0, words="won", body=body)


def test_lessons_are_read_in_their_order_and_once(store: Store) -> None:
    store.enter(Batch(lessons=(lesson("a"), lesson("b"), lesson("a", words="told again"))))
    store.enter(Batch(lessons=(lesson("b"), lesson("c", route="other"), lesson("d"))))
    found = store.lessons("auto", 0, 10)
    assert [(row.exchange_id, row.words) for row in found] == [(one, "harbour lights") for one in "abd"]
    assert [row.exchange_id for row in store.lessons("auto", found[0].seq, 1)] == ["b"]


def test_the_conversation_of_a_lesson_and_the_change_before_a_belief_are_kept(store: Store) -> None:
    told = (replace(lesson("a"), unit="c1"), lesson("b"))
    changed = replace(belief(5.0), changed_s=4.0)
    store.enter(Batch(lessons=told, beliefs=(changed,)))
    assert [row.unit for row in store.lessons("auto", 0, 10)] == ["c1", ""]
    assert store.beliefs() == [changed]


def test_what_the_user_said_comes_with_the_lesson(store: Store) -> None:
    said = [Feedback(id=f"f{y}", exchange_id="a", at_s=2.0, key="k", signal="thumb", y=y) for y in (1.0, 0.25)]
    store.enter(Batch(lessons=(lesson("a"), lesson("b")), feedback=tuple(said)))
    assert [row.said for row in store.lessons("auto", 0, 10)] == [0.25, None]


def test_words_and_weights_are_sealed(store: Store, database: str) -> None:
    store.enter(Batch(lessons=(lesson("a", words="harbour " * 50),), beliefs=(belief(1.0),)))
    with sa.create_engine(database).connect() as connection:
        bodies = [
            connection.execute(sa.text(f"SELECT body FROM {table}")).scalar_one() for table in ("lessons", "beliefs")
        ]
    assert all(b"harbour" not in body for body in bodies)
    assert store.beliefs() == [belief(1.0)]


def test_answers_that_wait_for_a_judge_are_sealed(store: Store, database: str) -> None:
    row = ComparisonRow(
        exchange_id="a", tenant="t", route="auto", at_s=1.0, expires_at_s=50.0, body=b"harbour lights " * 9
    )
    store.enter(Batch(comparisons=(row,)))
    with sa.create_engine(database).connect() as connection:
        assert b"harbour" not in connection.execute(sa.text("SELECT body FROM comparisons")).scalar_one()
    assert store.comparison("a") == row


def test_lessons_expire_with_the_words_of_pairs(store: Store) -> None:
    store.enter(Batch(lessons=(lesson("a"), lesson("b", expires_at_s=99.0))))
    assert store.forget_texts(50.0) == 1
    assert [row.exchange_id for row in store.lessons("auto", 0, 10)] == ["b"]


def test_the_newest_belief_counts_and_moves_the_board(store: Store) -> None:
    before = store.board_version()
    store.enter(Batch(beliefs=(belief(5.0), belief(3.0, b"older"), belief(1.0, tenant="u"))))
    assert store.board_version() == before + 1
    assert store.beliefs() == [belief(5.0), belief(1.0, tenant="u")]
    store.enter(Batch(beliefs=(belief(6.0, None),)))
    assert [row.body for row in store.beliefs() if row.tenant == "t"] == [None]
    store.enter(Batch())
    assert store.board_version() == before + 2
