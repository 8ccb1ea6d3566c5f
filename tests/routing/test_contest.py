"""The contest: what is better wins, what is equal does not, a cascade counts as what it would have served."""

import msgspec
import numpy as np
import pytest

from tests.routing.pools import POOL, by_kind, by_text, lesson
from understudy.routing.beliefs import DialName
from understudy.routing.contest import contest
from understudy.routing.learn import believe, fits, unfold


def test_a_challenger_wins_by_what_it_would_have_earned() -> None:
    lessons = by_kind(600)
    fitted = believe(lessons, POOL)
    first = contest(fitted, None, lessons, POOL)
    assert first.won
    assert first.quality.mean == pytest.approx(0.1, abs=0.05)
    again = contest(fitted, unfold(fitted.belief), lessons, POOL)
    assert again.quality.mean == pytest.approx(0.0, abs=0.02)
    assert not again.won


def test_a_champion_over_another_incumbent_serves_nothing() -> None:
    """Its gains are over another model: the incumbent of now answers everything in its place."""
    lessons = by_kind(600)
    fitted = believe(lessons, POOL)
    stale = unfold(msgspec.structs.replace(fitted.belief, incumbent="own"))
    assert contest(fitted, stale, lessons, POOL) == contest(fitted, None, lessons, POOL)


def test_where_the_text_speaks_each_prompt_is_decided_for_itself() -> None:
    lessons = by_text(1_500)
    fitted = believe(lessons, POOL)
    assert fitted.belief.speaks == ("chat",)
    assert contest(fitted, None, lessons, POOL).won
    again = contest(fitted, unfold(fitted.belief), lessons, POOL)
    assert again.quality.mean == pytest.approx(0.0, abs=0.02)


def test_equal_models_seldom_let_a_challenger_win() -> None:
    won = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        lessons = [
            lesson(n, f"kind {n % 3}", float(draw.random() < 0.7), float(draw.random() < 0.7)) for n in range(300)
        ]
        won += contest(believe(lessons, POOL), None, lessons, POOL).won
    assert won <= 8


def test_requests_that_nobody_could_compare_decide_nothing() -> None:
    """A belief that is wrong of the own model would else be told right, by its own guess of what nobody saw."""
    lessons = by_kind(600)
    fitted = believe(lessons, POOL)
    worse = [one._replace(outcomes={"own": 0.0, "rented": 1.0}) for one in lessons]
    chances = {"own": 0.0, "rented": 1.0}
    unseen = [one._replace(outcomes={"rented": 0.0}, chances=chances) for one in worse for _ in range(9)]
    assert not contest(fitted, None, worse, POOL).won
    assert contest(fitted, None, [*worse, *unseen], POOL) == contest(fitted, None, worse, POOL)


def test_too_few_lessons_win_nothing() -> None:
    few = contest(believe(by_kind(20), POOL), None, by_kind(20), POOL)
    assert (few.won, few.words) == (False, "20 compared prompts; 50 are asked")


def test_a_cascade_earns_what_it_lets_through() -> None:
    """The own model is right on every second prompt of one kind, and nothing tells which; the rented one on all."""
    lessons = [lesson(n, "chat", float(n % 2), 1.0) for n in range(200)]
    pool = msgspec.structs.replace(POOL, cascade=True, dial="quality_target", aim=0.9)
    fitted = believe(lessons, pool)
    found = contest(fitted, None, lessons, pool)
    assert found.won
    assert found.quality.mean == pytest.approx(0.0, abs=0.01)
    assert found.before == 1.0
    assert found.spent == pytest.approx(0.5)
    alone = msgspec.structs.replace(pool, cascade=False, aim=1.0)
    assert not contest(believe(lessons, alone), None, lessons, alone).won


@pytest.mark.parametrize(("dial", "aim"), [("rented_share", 0.4), ("quality_target", 0.9), ("budget_usd_per_day", 5.0)])
def test_an_aim_that_the_incumbent_alone_does_not_keep_lets_the_challenger_serve(dial: DialName, aim: float) -> None:
    """Whatever it costs in quality: the operator asked for it. It wins once."""
    lessons = by_kind(800)
    pool = msgspec.structs.replace(POOL, dial=dial, aim=aim, requests_per_day=1_000.0)
    fitted = believe(lessons, pool)
    found = contest(fitted, None, lessons, pool)
    assert found.won
    assert found.spent < found.before
    assert "instead of" in found.words
    if dial == "rented_share":
        assert found.spent == pytest.approx(aim, abs=0.02)
    if dial != "quality_target":  # whose choices without a lesson are not quite those with it
        assert not contest(fitted, unfold(fitted.belief), lessons, pool).won


def test_with_a_price_on_seconds_what_is_quicker_may_win_at_the_same_quality() -> None:
    level = [one._replace(outcomes={"own": 1.0, "rented": 1.0}) for one in by_kind(200)]
    for price, won in ((0.0, False), (0.1, True)):
        pool = msgspec.structs.replace(POOL, latency_price=price)
        fitted = believe(level, pool)
        assert contest(fitted, None, level, pool).won is won
        assert fits(fitted.belief, pool)
        assert not fits(fitted.belief, msgspec.structs.replace(pool, latency_price=0.2))


def test_a_cascade_is_charged_for_both_waits_where_the_first_answer_is_refused() -> None:
    """Half of the own model's answers pass; it takes one second, the rented one three."""
    took = {"own": 1_000.0, "rented": 3_000.0}
    lessons = [lesson(n, "chat", float(n % 2), 1.0)._replace(ms=took) for n in range(200)]
    pool = msgspec.structs.replace(POOL, cascade=True, dial="quality_target", aim=0.9, latency_price=0.05)
    free = msgspec.structs.replace(pool, latency_price=0.0)
    charged, plain = (contest(believe(lessons, one), None, lessons, one) for one in (pool, free))
    assert charged.spent == plain.spent == pytest.approx(0.5)
    assert charged.quality.mean - plain.quality.mean == pytest.approx(0.05 * (3 - (1 + 0.5 * 3)), abs=1e-9)
