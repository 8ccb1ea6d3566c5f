"""Lessons by slice: honest means of served traffic, kin, and no key that outweighs the rest."""

import numpy as np
import pytest

from tests.routing.pools import lesson
from understudy.routing.beliefs import Start
from understudy.routing.lessons import MAX_KEY_WEIGHT, Leaf, Lesson, by_slice, kin_of, records_of


def test_rare_outcomes_weigh_by_their_chance() -> None:
    """The own model is seen on easy prompts whenever it serves, and on hard ones only when shadowed."""
    draw = np.random.default_rng(0)
    lessons = []
    for number in range(6_000):
        easy, shadowed = draw.random() < 0.5, draw.random() < 0.1
        own = float(draw.random() < (0.9 if easy else 0.3))
        if not (easy or shadowed):
            continue
        chances = {"own": 1.0 if easy else 0.1}
        lessons.append(lesson(number, "chat", own, 0.0)._replace(outcomes={"own": own}, chances=chances))
    naive = np.mean([one.outcomes["own"] for one in lessons])
    record = records_of(by_slice(lessons), "default", "auto", kin_of(lessons))["chat"]["own"]
    assert naive > 0.8
    assert record.mean == pytest.approx(0.6, abs=0.05)
    assert record.n < len(lessons) / 2


def test_one_key_cannot_poison_a_slice() -> None:
    good = [spoken(number, key=f"k{number}", y=1.0) for number in range(200)]
    poison = [spoken(1_000 + number, key="evil", y=0.0) for number in range(10_000)]
    means = {}
    for name, lessons in (("clean", good), ("poisoned", good + poison)):
        means[name] = records_of(by_slice(lessons), "default", "auto", kin_of(lessons))["chat"]["own"].mean
    assert means["clean"] - means["poisoned"] < (MAX_KEY_WEIGHT + 1) / 200
    checked = [one._replace(spoken=False) for one in poison]
    assert records_of(by_slice(good + checked), "default", "auto", kin_of(good))["chat"]["own"].mean < 0.1


def spoken(number: int, *, key: str, y: float) -> Lesson:
    one = lesson(number, "chat", y, y)
    return one._replace(outcomes={"own": y}, chances={"own": 1.0}, key=key, spoken=True)


def test_a_slice_of_few_outcomes_looks_like_its_kin() -> None:
    known = [lesson(number, "chat", 1.0, 0.0) for number in range(500)]
    young = [lesson(9_000 + number, "code", 0.0, 0.0)._replace(tenant="new") for number in range(2)]
    kin = kin_of(known + young)
    records = records_of(by_slice(young), "new", "auto", kin)
    assert records["code"]["own"].mean > 0.5
    assert records["code"]["own"].n == pytest.approx(2)
    assert kin.parent(Leaf("new", "elsewhere", "unheard of", "own")) > 0.9
    assert kin.parent(Leaf("new", "auto", "chat", "never seen")) == 0.5


def test_a_slice_is_not_its_own_kin() -> None:
    """Its outcomes count once, however many levels they belong to."""
    alone = [lesson(number, "chat", 1.0, 0.0) for number in range(20)]
    kin = kin_of(alone)
    assert kin.parent(Leaf("default", "auto", "chat", "own")) == 0.5
    assert records_of(by_slice(alone), "default", "auto", kin)["chat"]["own"].mean == pytest.approx(0.75)


def test_a_start_lies_above_all_that_was_seen() -> None:
    """Outcomes on other routes, and then the slice's own, weigh against it; nothing else changes."""
    elsewhere = [lesson(number, "chat", 1.0, 0.0)._replace(route="other") for number in range(20)]
    here = [lesson(100 + number, "chat", 1.0, 0.0) for number in range(20)]
    kin = kin_of(elsewhere + here)
    starts = {("chat", "own"): Start(mean=0.0, said="so")}
    plain, told = (records_of(by_slice(here), "default", "auto", kin, given)["chat"]["own"] for given in ({}, starts))
    assert told.start is not None
    # Ahead of the slice come other routes and, with the very same outcomes, its kind on them.
    assert told.start.share == pytest.approx(0.5**3)
    assert told.mean == pytest.approx(1 - 0.5**3)
    assert told.untold == pytest.approx(plain.mean)
    assert (told.n, told.high) == (plain.n, plain.high)
    assert told.low <= told.mean
    assert plain.start is None


def test_cost_and_latency_are_means_of_what_was_completed() -> None:
    lost = lesson(2, "chat", 0.0, 1.0)._replace(usd={"rented": 0.03}, ms={})
    record = records_of(by_slice([lesson(1, "chat", 1.0, 1.0), lost]), "default", "auto", kin_of([lost]))["chat"]
    assert record["own"].cost_usd == pytest.approx(0.0001)
    assert record["rented"].cost_usd == pytest.approx(0.02)
    assert record["own"].latency_ms == 100.0
