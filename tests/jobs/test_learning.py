"""Learning from the books: a belief when it wins, none when it does not, taken back when a model falls behind."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.engines.tables import vectors_in
from tests.jobs.books import SECRET, Clock
from tests.routing.pools import OWN, POOL, RENTED, by_text, prompt
from understudy.engines.vectors import load_vectors
from understudy.jobs.learning import NIGHT_S, STRATIFY_EVERY_S, Learner, belief_of, lesson_of
from understudy.ports import Batch, BeliefRow, LessonRow, OrderRow, Record, StrataRow
from understudy.routing.beliefs import Learned
from understudy.routing.decide import Decision, decide
from understudy.routing.priors import Prior
from understudy.routing.text import read
from understudy.stats.vectors import Vectors
from understudy.storage.open import open_store

AUTO = msgspec.structs.replace(POOL, compared=0.05)
NOTHING = {"own": (None, 1.0, None, None)}


class Books:
    """A real store, and a journal that books at once what it is told."""

    full = False

    def __init__(self, folder: Path) -> None:
        self.store = open_store(f"sqlite:///{folder}/books.db", secret=SECRET)
        self.clock = Clock()
        self.told: list[BeliefRow] = []
        self.strata: list[StrataRow] = []
        self._number = 0
        self._draw = np.random.default_rng(0)

    def append(self, *records: Record) -> None:
        """Book beliefs and strata; nothing else is told here."""
        for record in records:
            if isinstance(record, StrataRow):
                self.strata.append(record)
                self.store.enter(Batch(strata=(record,)))
                continue
            assert isinstance(record, BeliefRow)
            self.told.append(record)
            self.store.enter(Batch(beliefs=(record,)))

    def learner(self, vectors: Vectors | None = None) -> Learner:
        return Learner(store=self.store, journal=self, pools={"auto": AUTO}, clock=self.clock, vectors=vectors)

    def delete(self) -> float:
        """Delete the tenant; when that was."""
        order = OrderRow(
            id="o", at_s=0.0, tenant="default", route="", kind="", verb="delete", who="me", rung=None, seen="", note=""
        )
        self.store.enter(Batch(orders=(order,)))
        self.store.delete_tenant("o", "default", self.clock.now_s())
        return self.clock.now_s()

    def lessons(
        self,
        count: int,
        own: float,
        rented: float = 0.7,
        *,
        served: str = "rented",
        both: bool = True,
        kind: str = "chat",
    ) -> None:
        rows = []
        for _ in range(count):
            self._number += 1
            self.clock.at_s += 1.0
            got = {"own": float(self._draw.random() < own), "rented": float(self._draw.random() < rented)}
            seen = got if both else {served: got[served]}
            outcomes = {name: (y, 1.0, 0.01, 50.0) for name, y in seen.items()}
            rows.append(row(self._number, self.clock.at_s, outcomes, served, kind))
        self.store.enter(Batch(lessons=tuple(rows)))

    def mixed(self, count: int) -> None:
        """Sums and letters under one kind: only what a prompt says tells which model is better."""
        rows = []
        for one in by_text(count):
            self._number += 1
            self.clock.at_s += 1.0
            outcomes = {name: (y, 1.0, 0.01, 50.0) for name, y in one.outcomes.items()}
            words = prompt(self._number, sums=bool(int(one.id[3:]) % 2))
            rows.append(msgspec.structs.replace(row(self._number, self.clock.at_s, outcomes), words=words))
        self.store.enter(Batch(lessons=tuple(rows)))

    def believed(self) -> Learned:
        """What the books say is believed."""
        (told,) = self.store.beliefs()
        learned = belief_of(told)
        assert learned is not None
        return learned


def row(number: int, at_s: float, outcomes: object, served: str = "rented", kind: str = "chat") -> LessonRow:
    return LessonRow(
        exchange_id=f"ex_{number}",
        tenant="default",
        key="k",
        route="auto",
        kind=kind,
        at_s=at_s,
        expires_at_s=at_s + 1e9,
        served=served,
        outcomes=msgspec.json.encode(outcomes),
        words=prompt(number, sums=True),
    )


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path)


def drained(learner: Learner) -> None:
    while learner.turn():
        pass


def test_a_better_model_becomes_a_belief(books: Books) -> None:
    learner = books.learner()
    books.lessons(40, own=0.95)
    drained(learner)
    assert books.told == []
    books.lessons(200, own=0.95)
    drained(learner)
    told = books.told[-1]
    assert "quality +0.2" in told.words
    learned = belief_of(books.store.beliefs()[0])
    assert learned is not None
    assert learned.belief.records["chat"]["own"].mean > 0.85
    assert learned.belief.version == told.version


def test_an_equal_model_does_not_serve(books: Books) -> None:
    learner = books.learner()
    books.lessons(600, own=0.6)
    drained(learner)
    assert books.told == []


def test_a_model_that_falls_behind_is_taken_back_and_must_win_again(books: Books) -> None:
    learner = books.learner()
    books.lessons(300, own=0.95)
    drained(learner)
    assert books.told[-1].body is not None
    books.lessons(400, own=0.4, served="own")
    drained(learner)
    assert books.told[-1].body is None
    assert books.told[-1].words == "taken back: own has become worse than the incumbent"
    again = books.learner()
    books.clock.at_s += 2 * NIGHT_S
    drained(again)
    assert books.told[-1].body is None


def test_served_outcomes_alone_find_a_fall(books: Books) -> None:
    learner = books.learner()
    books.lessons(300, own=0.95)
    drained(learner)
    books.lessons(900, own=0.5, served="own", both=False)
    drained(learner)
    assert books.told[-1].body is None


def test_settled_kinds_are_compared_less_and_a_fall_makes_all_alike_again(books: Books) -> None:
    learner = books.learner()
    for kind, own in (("chat", 0.95), ("level", 0.7)):
        books.lessons(300, own=own, kind=kind)
    drained(learner)
    told = books.strata[-1]
    assert told.kinds["chat"] < 0.5 < 1.0 < told.kinds["level"]
    assert [(row.tenant, row.kinds) for row in books.store.strata()] == [("default", told.kinds)]
    count = len(books.strata)
    books.clock.at_s += 2 * STRATIFY_EVERY_S
    drained(learner)
    drained(books.learner())
    assert len(books.strata) == count
    books.lessons(400, own=0.3, served="own")
    drained(learner)
    assert books.told[-1].body is None
    books.clock.at_s += 2 * STRATIFY_EVERY_S
    learner.turn()
    assert (books.strata[-1].kinds, books.strata[-1].new) == ({}, 1.0)


def test_a_restart_goes_on_where_the_books_are(books: Books) -> None:
    drained_one = books.learner()
    books.lessons(300, own=0.95)
    drained(drained_one)
    told = len(books.told)
    drained(books.learner())
    assert len(books.told) == told


@pytest.mark.parametrize(
    "change", [{"dial": "quality_target", "aim": 0.99}, {"incumbent": "own"}, {"models": POOL.models[1:]}]
)
def test_a_belief_for_another_pool_or_dial_is_taken_back_and_its_lessons_count(
    books: Books, change: dict[str, Any]
) -> None:
    books.lessons(240, own=0.95)
    drained(books.learner())
    assert books.told[-1].body is not None
    changed = msgspec.structs.replace(POOL, **change)
    learner = Learner(store=books.store, journal=books, pools={"auto": changed}, clock=books.clock)
    taken = books.told[-1]
    assert (taken.body is None, taken.since_s) == (True, 0.0)
    assert taken.words == "taken back: the route's models, its dial or its priors have changed"
    drained(learner)
    (row,) = books.store.beliefs()
    learned = belief_of(row)
    assert learned is None or learned.belief.labels == 240


NEW = msgspec.structs.replace(OWN, name="new", upstream="own-3.3-8b")
OLD = msgspec.structs.replace(OWN, upstream="own-3.1-8b")


def test_a_new_model_starts_at_its_siblings_mean_and_serves_for_what_was_seen(books: Books) -> None:
    """Its start shrinks with every outcome; until it has enough on a kind it serves nobody there."""
    trio = msgspec.structs.replace(AUTO, models=(OLD, RENTED, NEW), priors={"rented": Prior(mean=0.7)})
    learner = Learner(store=books.store, journal=books, pools={"auto": trio}, clock=books.clock)
    rows, draw = [], np.random.default_rng(1)
    for number in range(140):
        books.clock.at_s += 1.0
        means = {"own": 0.9, "rented": 0.5, "new": 0.9}
        outcomes = {name: (float(draw.random() < mean), 1.0, 0.01, 50.0) for name, mean in means.items()}
        rows.append(row(number, books.clock.at_s, outcomes, kind="code" if number % 5 == 0 else "chat"))
    books.store.enter(Batch(lessons=tuple(rows)))
    drained(learner)
    learned = belief_of(books.store.beliefs()[0])
    assert learned is not None
    records = learned.belief.records
    (few, many) = (records[kind]["new"].start for kind in ("code", "chat"))
    assert few is not None
    assert many is not None
    assert few.said == many.said == "the mean of its sibling own"
    assert 0.8 < many.mean < 1
    # A slice stands below the route's other kinds: with two kinds both have all 140 outcomes against their start.
    assert (few.share, many.share) == pytest.approx((50 / 78 * 50 / 162,) * 2)
    rented = records["chat"]["rented"].start
    assert rented is not None
    assert (rented.mean, rented.said) == (0.7, "as the route's priors say")
    decided = {kind: decide(trio.models, "rented", learned, kind, lambda: read("")) for kind in records}
    assert {kind: one.chosen == "rented" for kind, one in decided.items()} == {"chat": False, "code": True}
    (option,) = (one for one in decided["code"].options if one.model == "new")
    assert option.out == "outcomes on this kind: 28; 50 are asked"


def test_a_prior_of_a_model_that_is_believed_of_is_changed_by_learning_anew(books: Books) -> None:
    books.lessons(240, own=0.95)
    drained(books.learner())
    told = len(books.told)
    for priors, taken_back in (({"new": Prior(mean=1.0)}, 0), ({"own": Prior(mean=0.1)}, 1)):
        pool = msgspec.structs.replace(AUTO, models=(*POOL.models, NEW), priors=priors)
        Learner(store=books.store, journal=books, pools={"auto": pool}, clock=books.clock)
        assert len(books.told) == told + taken_back


def test_a_user_has_time_to_react(tmp_path: Path) -> None:
    books = Books(tmp_path)
    patient = msgspec.structs.replace(POOL, wait_s=600.0)
    learner = Learner(store=books.store, journal=books, pools={"auto": patient}, clock=books.clock)
    books.lessons(240, own=0.95)
    drained(learner)
    assert books.told == []
    books.clock.at_s += 700.0
    drained(learner)
    assert books.told[-1].body is not None


def test_the_users_word_is_an_outcome_where_no_check_spoke() -> None:
    said = lesson_of(msgspec.structs.replace(row(1, 1.0, {"own": (None, 0.5, None, None)}, "own"), said=0.25))
    assert (said.outcomes, said.spoken, said.chances) == ({"own": 0.25}, True, {"own": 0.5})
    checked = lesson_of(msgspec.structs.replace(row(1, 1.0, {"own": (1.0, 1.0, None, None)}, "own"), said=0.0))
    assert (checked.outcomes, checked.spoken) == ({"own": 1.0}, False)
    assert lesson_of(row(1, 1.0, NOTHING, "own")).outcomes == {}


def test_RT_6_5_a_deleted_tenant_is_learned_from_anew(books: Books) -> None:
    learner = books.learner()
    books.lessons(300, own=0.95)
    drained(learner)
    assert books.told[-1].body is not None
    deleted_s = books.delete()
    books.lessons(40, own=0.95)
    told = len(books.told)
    drained(learner)
    assert len(books.told) == told, "the 300 of before count no more"
    books.lessons(260, own=0.95)
    drained(learner)
    assert (books.told[-1].body is not None, books.told[-1].since_s) == (True, deleted_s)
    (row,) = books.store.beliefs()
    learned = belief_of(row)
    assert learned is not None
    assert learned.belief.labels <= 300


def test_RT_6_5_a_learner_that_starts_after_a_deletion_is_believed(books: Books) -> None:
    deleted_s = books.delete()
    books.lessons(300, own=0.95)
    drained(books.learner())
    assert [(row.since_s, row.body is not None) for row in books.store.beliefs()] == [(deleted_s, True)]


def asked(learned: Learned, vectors: Vectors | None) -> Decision:
    """What is decided of a sum where these vectors are loaded."""
    return decide(POOL.models, "rented", learned, "chat", lambda: read(prompt(7, sums=True), vectors))


@pytest.fixture
def tables(tmp_path: Path) -> list[Vectors]:
    return [load_vectors(vectors_in(tmp_path / f"table{seed}", seed=seed)) for seed in range(2)]


def test_a_belief_over_other_vectors_is_silent_until_it_is_learned_anew(books: Books, tables: list[Vectors]) -> None:
    first, second = tables
    books.mixed(600)
    drained(books.learner(first))
    learned = books.believed()
    assert asked(learned, first).text_speaks
    assert asked(learned, first).chosen == "own"
    assert asked(learned, second).text_silent
    assert asked(learned, None).text_silent
    again = books.learner(second)
    assert books.believed().belief.version == learned.belief.version, "means go on"
    drained(again)
    anew = books.believed()
    assert anew.belief.version != learned.belief.version
    assert asked(anew, second).text_speaks
    assert asked(anew, first).text_silent
    drained(books.learner())
    assert asked(books.believed(), None).text_speaks


def test_a_belief_over_other_vectors_goes_where_nothing_wins_any_more(books: Books, tables: list[Vectors]) -> None:
    first, second = tables
    books.mixed(600)
    drained(books.learner(first))
    books.delete()
    books.lessons(300, own=0.5)
    since_s = books.clock.at_s - 300.0
    kept = msgspec.structs.replace(books.told[-1], at_s=books.clock.at_s, since_s=since_s)
    books.append(kept)
    drained(books.learner(second))
    assert (books.told[-1].body, books.told[-1].since_s) == (None, since_s)
    assert books.told[-1].words.startswith("taken back: it was learned with other word vectors")
