"""The contest: what is better wins, what is equal does not, a cascade counts as what it would have served."""

import msgspec
import numpy as np
import pytest

from tests.routing.pools import POOL, by_kind, lesson
from understudy.routing.contest import contest
from understudy.routing.learn import believe, unfold


def test_a_challenger_wins_by_what_it_would_have_earned() -> None:
    lessons = by_kind(600)
    fitted = believe(lessons, POOL)
    first = contest(fitted, None, lessons, POOL)
    assert first.low > 0
    assert first.mean == pytest.approx(0.1, abs=0.05)
    again = contest(fitted, unfold(fitted.belief), lessons, POOL)
    assert again.mean == pytest.approx(0.0, abs=0.02)
    assert again.low <= 0


def test_equal_models_seldom_let_a_challenger_win() -> None:
    won = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        lessons = [
            lesson(n, f"kind {n % 3}", float(draw.random() < 0.7), float(draw.random() < 0.7)) for n in range(300)
        ]
        won += contest(believe(lessons, POOL), None, lessons, POOL).low > 0
    assert won <= 8


def test_too_few_lessons_win_nothing() -> None:
    assert contest(believe(by_kind(20), POOL), None, by_kind(20), POOL).low < 0


def test_a_cascade_earns_what_it_lets_through() -> None:
    """The own model is right on every second prompt of one kind, and nothing tells which; the rented one on all."""
    lessons = [lesson(n, "chat", float(n % 2), 1.0) for n in range(200)]
    pool = msgspec.structs.replace(POOL, cascade=True, dial="quality_target", aim=0.9)
    fitted = believe(lessons, pool)
    price = fitted.belief.dial.price
    found = contest(fitted, None, lessons, pool)
    assert found.low > 0
    assert found.mean == pytest.approx(0.5 * price, abs=0.05)
    assert contest(believe(lessons, POOL), None, lessons, POOL).low <= 0
