"""The nearest past prompts: one tenant's on one route, as long as their words are there, with what came of them."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from understudy.jobs import nearest as room
from understudy.jobs.nearest import SHOWN_CHARS, Asked, nearest
from understudy.ports import Batch, Feedback, LessonRow, OrderRow, Store
from understudy.stats.vectors import Vectors
from understudy.storage.open import open_store

WORDS = ("lease", "rent", "cell", "gene")
TABLE = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]], dtype=np.float32)
SPOKEN = Vectors("spoken", TABLE, lambda text: [WORDS.index(word) for word in text.split() if word in WORDS])
NOW_S, LATER_S = 10.0, 99.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path}/books.db", secret=b"s" * 32)


def lesson(name: str, words: str, tenant: str = "acme", route: str = "auto", *, by: str = "") -> LessonRow:
    return LessonRow(
        exchange_id=name, tenant=tenant, key="k", route=route, kind="chat", at_s=1.0, expires_at_s=LATER_S,
        served="own", outcomes=b'{"own": [1.0, 1.0, 0.1, 5.0], "rented": [0.25, 1.0, 0.1, 5.0]}', words=words, by=by,
    )  # fmt: skip


def near(store: Store, words: str = "lease", *, exchange_id: str = "", now_s: float = NOW_S) -> list[str]:
    found = nearest(store, SPOKEN, Asked(words, "acme", "auto", exchange_id), "", now_s)
    return [one.exchange_id for one in found]


def test_the_three_nearest_are_told_nearest_first_with_outcomes(store: Store) -> None:
    told = ("a", "cell"), ("b", "lease and rent"), ("c", "gene"), ("d", "lease"), ("e", "cell gene")
    store.enter(Batch(lessons=tuple(lesson(name, words) for name, words in told)))
    found = nearest(store, SPOKEN, Asked("is my lease void", "acme", "auto"), "", NOW_S)
    assert [one.exchange_id for one in found] == ["d", "b", "c"]
    assert [round(one.cosine, 3) for one in found] == [1.0, 0.999, 0.11]
    assert found[1].words == '0.999  "lease and rent" (chat, b): own 1.000, rented 0.250'


def test_no_prompt_of_another_tenant_or_route_is_near(store: Store) -> None:
    others = lesson("a", "lease", "other"), lesson("b", "lease", route="else"), lesson("c", "cell")
    store.enter(Batch(lessons=others))
    assert near(store) == ["c"]


def test_what_has_expired_or_was_deleted_is_not_near(store: Store) -> None:
    store.enter(Batch(lessons=(replace(lesson("a", "lease"), expires_at_s=NOW_S), lesson("b", "rent"))))
    assert near(store) == ["b"]
    assert near(store, now_s=LATER_S) == []
    order = OrderRow(
        id="o", at_s=5.0, tenant="acme", route="", kind="", verb="delete", who="me", rung=None, seen="", note=""
    )
    store.enter(Batch(orders=(order,)))
    store.delete_tenant("o", "acme", 5.0)
    assert near(store) == []


def test_the_newest_stands_for_all_with_its_words_and_an_exchange_is_not_near_itself(store: Store) -> None:
    told = ("a", "lease"), ("b", "lease"), ("c", "rent"), ("d", "lease")
    store.enter(Batch(lessons=tuple(lesson(name, words) for name, words in told)))
    assert near(store) == ["d", "c"]
    assert near(store, exchange_id="d") == ["b", "c"]


def test_no_more_than_the_newest_are_looked_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LOOKED_AT", 2)
    told = ("a", "lease"), ("b", "cell"), ("c", "gene")
    store.enter(Batch(lessons=tuple(lesson(name, words) for name, words in told)))
    assert near(store) == ["c", "b"]


def test_where_the_vectors_know_no_word_nothing_is_near(store: Store) -> None:
    store.enter(Batch(lessons=(lesson("a", "lease"), lesson("b", "unheard of"))))
    assert near(store, "never heard") == near(store, "") == []
    assert near(store) == ["a", "b"]


def test_outcomes_are_on_the_routes_scale_or_what_the_user_said(store: Store) -> None:
    spoken = replace(lesson("b", "rent"), outcomes=b'{"own": [null, 1.0, 0.1, 5.0]}')
    reaction = Feedback(id="f", exchange_id="b", at_s=2.0, key="k", signal="thumb", y=0.5)
    store.enter(Batch(lessons=(lesson("a", "lease", by="a judge"), spoken), feedback=(reaction,)))
    judged, said = nearest(store, SPOKEN, Asked("lease", "acme", "auto"), "", NOW_S)
    assert judged.outcomes == {}
    assert judged.words.endswith(": no outcome")
    assert said.outcomes == {"own": 0.5}
    judged, said = nearest(store, SPOKEN, Asked("lease", "acme", "auto"), "a judge", NOW_S)
    assert (judged.outcomes, said.outcomes) == ({"own": 1.0, "rented": 0.25}, {})


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("lease\n\n \x1b[31mred\u202e", "lease [31mred"),
        ("lease " * 100, "lease " * 19 + "leas …"),
        ("lease" + " " * 5_000 + "rent", "lease …"),
        ("租" * 121, "租" * 118 + " …"),
        ("l" * SHOWN_CHARS, "l" * SHOWN_CHARS),
    ],
)
def test_the_beginning_is_one_line_that_no_terminal_obeys(store: Store, words: str, begins: str) -> None:
    store.enter(Batch(lessons=(lesson("a", words),)))
    (found,) = nearest(store, SPOKEN, Asked("lease", "acme", "auto"), "", NOW_S)
    assert found.begins == begins
    assert len(found.begins) <= SHOWN_CHARS
