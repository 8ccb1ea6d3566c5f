"""Learning: what lessons teach, what must win before it serves, when it is time to learn again."""

import itertools

import msgspec
import numpy as np
import pytest

from tests.routing.pools import POOL, by_kind, by_meaning, by_text, lesson
from understudy.routing.learn import believe, refit_due, unfold
from understudy.stats.vectors import Meaning


def test_means_by_kind_and_no_text_where_the_kind_says_it_all() -> None:
    belief = believe(by_kind(2_400), POOL).belief
    assert belief.records["sums"]["own"].mean == pytest.approx(0.9, abs=0.09)
    assert belief.records["letters"]["own"].mean == pytest.approx(0.4, abs=0.08)
    assert belief.records["letters"]["own"].low < 0.4 < belief.records["letters"]["own"].high
    assert belief.speaks == ()
    assert belief.labels == 2_400


def test_the_text_speaks_only_where_it_is_better_out_of_sample() -> None:
    assert believe(by_text(800), POOL).belief.speaks == ("chat",)
    draw = np.random.default_rng(1)
    noise = [lesson(n, "chat", float(draw.random() < 0.6), float(draw.random() < 0.7)) for n in range(800)]
    assert believe(noise, POOL).belief.speaks == ()
    assert believe(by_text(80), POOL).belief.texts == {}


def test_a_belief_that_was_learned_from_other_outcomes_of_the_same_prompts_is_another_version() -> None:
    told = by_text(100)
    without = [*told[:-1], told[-1]._replace(outcomes={})]
    assert believe(told, POOL).belief.version == believe(list(told), POOL).belief.version
    assert believe(without, POOL).belief.version != believe(told, POOL).belief.version


def test_a_belief_is_learned_over_the_vectors_that_its_prompts_were_read_with() -> None:
    first, second = (believe(by_meaning(400, vectors), POOL).belief for vectors in ("v1", "v2"))
    assert first.speaks == second.speaks == ("chat",)
    assert first.version != second.version
    assert [unfold(first).reads(vectors) for vectors in ("v1", "v2", "")] == [True, False, False]
    assert unfold(believe(by_text(400), POOL).belief).reads("v1")


def test_RT_2_5_vectors_that_tell_nothing_more_are_left_out_of_a_belief() -> None:
    draw = np.random.default_rng(3)
    blind = [
        one._replace(prompt=one.prompt._replace(meaning=Meaning("v1", draw.normal(size=64).astype(np.float32) / 8)))
        for one in by_text(400)
    ]
    assert believe(blind, POOL).belief.speaks == ("chat",)
    assert unfold(believe(blind, POOL).belief).reads("")


def test_the_text_says_nothing_that_the_kinds_means_say_already() -> None:
    lessons = by_kind(2_400)
    model = unfold(believe(lessons, POOL).belief).texts["own"]
    sums, letters = (
        np.mean([model.gain(one.prompt) for one in lessons if one.kind == kind]) for kind in ("sums", "letters")
    )
    assert abs(sums - letters) < 0.15


def test_too_few_lessons_turn_no_dial_and_win_nothing() -> None:
    fitted = believe(by_kind(20), msgspec.structs.replace(POOL, dial="quality_target", aim=0.98))
    assert not fitted.belief.dial.met
    assert "50 are asked" in fitted.belief.dial.words
    assert believe([], POOL).belief.labels == 0


def test_what_answers_cost_is_what_they_cost_now() -> None:
    old = by_kind(600)
    now = [
        one._replace(at_s=1e3 + one.at_s, id=f"n{one.id}", usd={"own": 0.0005})
        for one in by_kind(160)
        if one.kind == "sums"
    ]
    before, after = believe([*old, *now], POOL).belief, believe([*old, *now], POOL, since_s=1e3).belief
    then = before.records["sums"]["own"].cost_usd
    assert then is not None
    assert after.records["sums"]["own"].cost_usd == pytest.approx((80 * 0.0005 + 20 * then) / 100)
    # Nothing is known of it since.
    assert after.records["sums"]["rented"] == before.records["sums"]["rented"]


def test_a_dial_reckons_with_the_costs_that_decisions_charge_for() -> None:
    """A few dear answers on one kind are drawn toward the model's other kinds, in the dial's window as in records."""
    told = [lesson(number, "sums", 0.0, 1.0) for number in range(200)]
    told += [lesson(number, "letters", 0.0, 1.0)._replace(usd={"rented": 0.1}) for number in range(200, 260)]
    pool = msgspec.structs.replace(POOL, dial="budget_usd_per_day", aim=1_000.0, requests_per_day=260.0)
    belief = believe(told, pool).belief
    sums, letters = (belief.records[kind]["rented"].cost_usd or 0.0 for kind in ("sums", "letters"))
    assert sums == pytest.approx((200 * 0.01 + 20 * 0.1) / 220)
    assert letters == pytest.approx((60 * 0.1 + 20 * 0.01) / 80)
    assert belief.dial.words == f"budget $1,000.00 a day: ${200 * sums + 60 * letters:,.2f} expected"


def test_names_of_the_lessons_do_not_matter() -> None:
    lessons = by_text(400)
    renamed = [one._replace(id=f"other {number}") for number, one in enumerate(lessons)]
    first, second = (unfold(believe(some, POOL).belief) for some in (lessons, renamed))
    gains = [[learned.texts["own"].gain(one.prompt) for one in lessons[:50]] for learned in (first, second)]
    np.testing.assert_allclose(gains[0], gains[1])


@pytest.mark.parametrize(
    ("lessons", "learned_from", "due"),
    [(49, 0, False), (50, 0, True), (99, 50, False), (100, 50, True), (499, 200, False), (500, 200, True),
     (999, 500, False), (1000, 500, True), (0, 0, False), (700, 0, True)],
)  # fmt: skip
def test_when_it_is_time_to_learn_again(lessons: int, learned_from: int, due: bool) -> None:
    assert refit_due(lessons, learned_from) is due


def test_the_dial_is_turned_on_the_traffic_of_now_and_all_lessons_say_how_good_models_are() -> None:
    sharing = msgspec.structs.replace(POOL, dial="rented_share", aim=0.3)
    old = by_kind(600)
    now = [one._replace(at_s=1_000.0 + one.at_s, outcomes={"own": one.outcomes["own"]}) for one in by_kind(600, seed=1)]
    told = [*old, *(one._replace(id=f"now{one.id}") for one in now if one.kind == "sums")]
    before, after = believe(told, sharing).belief, believe(told, sharing, since_s=1_000.0, drift="sums alone").belief
    assert (after.labels, after.drift) == (900, "sums alone")
    for kind, model in itertools.product(("sums", "letters"), ("own", "rented")):
        one, other = after.records[kind][model], before.records[kind][model]
        assert msgspec.structs.replace(one, cost_usd=0.0) == msgspec.structs.replace(other, cost_usd=0.0)
    assert before.forecast is not None
    assert after.forecast is not None
    assert before.forecast.share == pytest.approx(0.3, abs=0.02)
    assert after.forecast.share == pytest.approx(0.3, abs=0.06)
    # Of all calls letters alone are rented at the one price; where all are sums, three in ten of them are at the other.
    assert before.dial.price > after.dial.price
    assert len(believe(told, sharing, since_s=1_000.0).chosen) == 100
