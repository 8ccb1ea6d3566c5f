"""Records: honest means of served traffic, kin, models held against the incumbent, and no key that poisons a slice."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.routing.pools import lesson
from understudy.routing.beliefs import Record, Start
from understudy.routing.lessons import MAX_KEY_WEIGHT, Lesson, by_slice
from understudy.routing.records import NO_STARTS, Leaf, kin_of, records_of
from understudy.stats.shrinkage import PSEUDO, PSEUDO_GAINS

ROUTES = {"auto": "rented", "elsewhere": "rented"}


def found(
    lessons: Sequence[Lesson], others: Sequence[Lesson] = (), tenant: str = "default"
) -> dict[str, dict[str, Record]]:
    """The records of one tenant's lessons."""
    return records_of(by_slice(lessons), tenant, "auto", kin_of([*others, *lessons], ROUTES), "rented")


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
    record = found(lessons)["chat"]["own"]
    assert naive > 0.8
    assert record.mean == pytest.approx(0.6, abs=0.05)
    assert record.n < len(lessons) / 2


def test_one_key_cannot_poison_a_slice() -> None:
    good = [spoken(number, key=f"k{number}", y=1.0) for number in range(200)]
    poison = [spoken(1_000 + number, key="evil", y=0.0) for number in range(10_000)]
    means = {name: found(told)["chat"]["own"].mean for name, told in (("clean", good), ("poisoned", good + poison))}
    assert 0 < means["clean"] - means["poisoned"] < (MAX_KEY_WEIGHT + 1) / 200
    checked = [one._replace(spoken=False) for one in poison]
    assert found(good + checked)["chat"]["own"].mean < 0.1


def spoken(number: int, *, key: str, y: float) -> Lesson:
    one = lesson(number, "chat", y, y)
    return one._replace(outcomes={"own": y}, chances={"own": 1.0}, key=key, spoken=True)


def test_a_slice_of_few_outcomes_looks_like_its_kin() -> None:
    known = [lesson(number, "chat", 1.0, 0.0) for number in range(500)]
    young = [lesson(9_000 + number, "code", 0.0, 0.0)._replace(tenant="new") for number in range(2)]
    record = found(young, known, "new")["code"]
    assert record["own"].mean > record["rented"].mean + 0.8
    assert record["own"].n == pytest.approx(2)
    kin = kin_of(known + young, ROUTES)
    assert kin.mean(Leaf("new", "elsewhere", "unheard of", "own", "rented")) > 0.8
    never = Leaf("new", "auto", "chat", "never seen", "rented")
    assert kin.mean(never) == kin.mean(never._replace(model="rented"))


def test_worse_on_kin_is_worse_on_a_young_slice() -> None:
    """Gains below nothing are drawn to kin as those above it are."""
    known = [lesson(number, "chat", 0.0, 1.0) for number in range(500)]
    young = [lesson(9_000 + number, "code", 1.0, 1.0) for number in range(2)]
    record = found([*known, *young])["code"]
    assert record["own"].mean < record["rented"].mean - 0.8


def test_a_slice_is_not_its_own_kin() -> None:
    """Its outcomes count once, however many levels they belong to."""
    alone = [lesson(number, "chat", 1.0, 0.5) for number in range(20)]
    assert found(alone)["chat"]["rented"].mean == pytest.approx(0.5)
    assert found(alone)["chat"]["own"].mean == pytest.approx(0.5 + 20 * 0.5 / (20 + PSEUDO))
    easy = [lesson(number, "chat", 1.0, 1.0) for number in range(20)]
    assert found(easy)["chat"]["rented"].mean == pytest.approx(0.5 + 20 * 0.5 / (20 + PSEUDO))


def test_a_start_lies_above_all_that_was_seen() -> None:
    """Outcomes on other routes, and then the slice's own, weigh against it; nothing else changes."""
    elsewhere = [lesson(number, "chat", 1.0, 0.5)._replace(route="elsewhere") for number in range(50)]
    here = [lesson(100 + number, "chat", 1.0, 0.5) for number in range(50)]
    kin = kin_of(elsewhere + here, ROUTES)
    starts = {("chat", "own"): Start(mean=0.1, said="so")}
    plain, told = (
        records_of(by_slice(here), "default", "auto", kin, "rented", given)["chat"]["own"]
        for given in (NO_STARTS, starts)
    )
    assert told.start is not None
    # Ahead of the slice come other routes and, with the very same outcomes, its kind on them.
    share = 20 / 70 * 0.5**2
    assert told.start.share == pytest.approx(share)
    assert told.start.otherwise == pytest.approx(0.5)
    assert told.mean == pytest.approx(share * 0.1 + (1 - share))
    assert told.untold == pytest.approx(plain.mean)
    assert (told.n, told.high) == (plain.n, plain.high)
    assert plain.start is None


def test_where_the_incumbent_starts_moves_the_others_along() -> None:
    alone = [lesson(number, "chat", 1.0, 0.5) for number in range(20)]
    kin, starts = kin_of(alone, ROUTES), {("chat", "rented"): Start(mean=0.3, said="so")}
    plain, told = (
        records_of(by_slice(alone), "default", "auto", kin, "rented", given)["chat"] for given in (NO_STARTS, starts)
    )
    assert told["rented"].mean == pytest.approx(0.4)
    assert told["own"].mean - told["rented"].mean == pytest.approx(plain["own"].mean - plain["rented"].mean)


def test_a_gain_is_drawn_to_kin_by_fifty_and_to_a_guess_by_twenty() -> None:
    better = [lesson(number, "chat", 1.0, 0.5) for number in range(20)]
    alike = [lesson(100 + number, "code", 0.5, 0.5) for number in range(20)]
    record = found([*better, *alike])["code"]
    elsewhere = 20 * 0.5 / (20 + PSEUDO)
    assert record["own"].mean - record["rented"].mean == pytest.approx(PSEUDO_GAINS * elsewhere / (20 + PSEUDO_GAINS))


def test_a_hard_kind_does_not_make_a_young_model_look_good() -> None:
    """On easy prompts both models are right; on hard ones both are wrong half as often as not, the own one more often.
    Thousands of the incumbent's outcomes are known there and 60 of the own model's.
    """
    draw = np.random.default_rng(1)
    easy = [lesson(number, "easy", 1.0, 1.0) for number in range(2_000)]
    hard = [
        lesson(10_000 + number, "hard", float(draw.random() < 0.35), float(draw.random() < 0.5)) for number in range(60)
    ]
    served = [
        lesson(20_000 + number, "hard", 0.0, float(draw.random() < 0.5))._replace(outcomes={})
        for number in range(3_000)
    ]
    served = [one._replace(outcomes={"rented": float(draw.random() < 0.5)}) for one in served]
    record = found([*easy, *hard, *served])["hard"]
    assert record["rented"].mean == pytest.approx(0.5, abs=0.03)
    assert record["own"].mean < record["rented"].mean


def test_outcomes_without_the_incumbents_are_held_against_its_mean() -> None:
    both = [lesson(number, "chat", 0.0, 0.0) for number in range(400)]
    alone = [lesson(1_000 + number, "chat", 1.0, 0.0)._replace(outcomes={"own": 1.0}) for number in range(400)]
    record = found([*both, *alone])["chat"]
    assert record["own"].mean == pytest.approx(0.5, abs=0.06)
    assert record["rented"].mean == pytest.approx(0.0, abs=0.03)


def test_cost_and_latency_are_means_of_what_was_completed() -> None:
    lost = lesson(2, "chat", 0.0, 1.0)._replace(usd={"rented": 0.03}, ms={})
    record = found([lesson(1, "chat", 1.0, 1.0), lost])["chat"]
    assert record["own"].cost_usd == pytest.approx(0.0001)
    assert record["rented"].cost_usd == pytest.approx(0.02)
    assert record["own"].latency_ms == 100.0


def test_what_came_to_no_answer_is_paid_by_those_that_were_completed() -> None:
    """Two answers at $0.01, and $0.03 for nothing: $0.025 a completed request. Without one there is no mean."""
    told = [lesson(1, "chat", 1.0, 1.0), lesson(2, "chat", 1.0, 1.0)]
    lost = lesson(3, "chat", 1.0, 0.0)._replace(outcomes={"own": 1.0}, usd={}, ms={}, wasted_usd={"rented": 0.03})
    record = found([*told, lost])["chat"]
    assert record["rented"].cost_usd == pytest.approx(0.025)
    assert record["own"].cost_usd == pytest.approx(0.0001)
    assert found([lost])["chat"]["rented"].cost_usd is None
