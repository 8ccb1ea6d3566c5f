"""Forecasts: what a belief expects is what it sees, unless traffic or choices change; and how seldom luck rings."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from tests.routing.pools import POOL, by_kind, by_text, lesson
from understudy.routing.beliefs import Belief, Forecast
from understudy.routing.decide import Draw, decide
from understudy.routing.forecast import ALPHA, WINDOW, WINDOW_S, Seen
from understudy.routing.learn import Pool, believe, unfold
from understudy.routing.lessons import Lesson, lot_of
from understudy.routing.text import read
from understudy.stats.shrinkage import effective

SHARED = replace(POOL, dial="rented_share", aim=0.3)


def forecast_of(belief: Belief) -> Forecast:
    assert belief.forecast is not None
    return belief.forecast


def served(belief: Belief, lessons: list[Lesson], pool: Pool = POOL) -> Seen:
    """What a window sees of a belief that decides these."""
    learned, seen = unfold(belief), Seen()
    for one in lessons:
        draw = Draw(lot_of(one))
        decision = decide(pool.models, pool.incumbent, learned, one.kind, lambda: one.prompt, draw=draw)  # noqa: B023
        seen.hear(decision, one, forecast_of(belief))
    return seen


@pytest.mark.parametrize("made", [by_kind, by_text], ids=["kinds", "text"])
def test_a_belief_sees_what_it_expects_of_prompts_like_those_it_was_learned_from(
    made: Callable[..., list[Lesson]],
) -> None:
    for pool in (POOL, SHARED):
        belief = believe(made(900, seed=1), pool).belief
        seen = served(belief, made(1_000, seed=2), pool)
        assert seen.alarm(forecast_of(belief)) is None
        assert abs(seen.counted / seen.calls - forecast_of(belief).share) < 0.05
    assert bool(belief.speaks) == (made is by_text)


@pytest.mark.parametrize("made", [by_kind, by_text], ids=["kinds", "text"])
def test_other_prompts_are_told(made: Callable[..., list[Lesson]]) -> None:
    belief = believe(made(900, seed=1), POOL).belief
    letters = [one for one in made(2_500, seed=2) if int(one.id[3:]) % 10 in (0, 2, 4, 6, 7)]
    told = served(belief, letters).alarm(forecast_of(belief))
    assert told is not None
    assert told.startswith("prompts no longer look like those it was learned from (PSI ")


def test_a_kind_that_was_never_seen_is_another_prompt() -> None:
    belief = believe(by_kind(900), POOL).belief
    new = [one._replace(kind="new") if int(one.id[3:]) % 3 == 0 else one for one in by_kind(1_000, seed=2)]
    assert "PSI" in (served(belief, new).alarm(forecast_of(belief)) or "")


def test_another_share_than_was_forecast_is_told() -> None:
    belief = believe(by_kind(900), POOL).belief
    letters = [one for one in by_kind(1_400, seed=2) if int(one.id[3:]) % 14 not in (1, 3, 5, 7)]
    told = "the dial sends 70.0% of 1,000 calls to rented; 50.0% were forecast"
    assert served(belief, letters).alarm(forecast_of(belief)) == told
    elsewhere = [one._replace(served="rented") for one in by_kind(1_000, seed=2)]
    assert served(belief, elsewhere).alarm(forecast_of(belief)) is None


def test_where_the_text_is_silent_every_request_counts() -> None:
    # One prompt over and over: there is no text to learn.
    compared, others = [one._replace(prompt=read("a sum")) for one in by_kind(600)], by_kind(2_400, seed=3)
    alone = [one._replace(id=f"s{one.id}", outcomes={"own": 1.0}) for one in others if one.kind == "sums"]
    new = [one._replace(id=f"n{one.id}", kind="new", outcomes={"rented": 1.0}) for one in others[:300]]
    told = forecast_of(believe([*compared, *alone, *new], POOL).belief)
    # 300 letters, 1,500 sums and 300 of a kind of which nothing can be predicted.
    assert told.share == pytest.approx(600 / 2_100)
    assert told.spread == pytest.approx((300 / 2_100, 300 / 2_100, 1_500 / 2_100))
    assert told.n == 2_100


def test_where_the_text_speaks_each_comparison_stands_for_its_kinds_traffic() -> None:
    compared, others = by_text(600), by_text(1_200, seed=3)
    alone = [one._replace(id=f"s{one.id}", outcomes={"own": one.outcomes["own"]}) for one in others]
    letters = [one._replace(id=f"l{one.id}") for one in by_kind(600) if one.kind == "letters"]
    belief = believe([*compared, *alone, *letters], POOL).belief
    told = forecast_of(belief)
    assert belief.speaks == ("chat",)
    assert told.n == pytest.approx(2_100**2 / (600 * 9 + 300))
    # All letters, and about half of the 1,800 others.
    assert told.share == pytest.approx(1_200 / 2_100, abs=0.03)


def test_too_few_comparisons_or_conversations_make_no_forecast() -> None:
    assert believe(by_kind(98), POOL).belief.forecast is None
    assert believe(by_kind(102), POOL).belief.forecast is not None
    chats = [one._replace(unit=str(number // 10)) for number, one in enumerate(by_kind(900))]
    assert believe(chats, POOL).belief.forecast is None
    assert effective([10.0] * 90) == 90.0
    assert effective([1.0, 3.0]) == 1.6


def test_a_window_lasts_a_day_or_as_long_as_what_was_learned_from() -> None:
    belief = believe(by_kind(900), POOL).belief
    told, seen = forecast_of(belief), served(belief, by_kind(WINDOW - 1))
    assert told.span_s == 899.0
    assert not seen.whole(1e9, told)
    seen = served(belief, by_kind(WINDOW))
    assert (seen.whole(898.0, told), seen.whole(899.0, told)) == (False, True)
    long = replace(told, span_s=1e9)
    assert (seen.whole(WINDOW_S - 1, long), seen.whole(WINDOW_S, long)) == (False, True)


@pytest.mark.parametrize(
    ("owned", "incumbent", "models"),
    [((True, False), "own", ("rented",)), ((False, False), "own", ("own",)), ((True, True), "rented", ("rented",))],
)
def test_the_share_is_that_of_rented_models_or_of_the_incumbent_where_all_are_alike(
    owned: tuple[bool, bool], incumbent: str, models: tuple[str, ...]
) -> None:
    pool = tuple(replace(model, owned=its) for model, its in zip(POOL.models, owned, strict=True))
    told = forecast_of(believe(by_kind(900), replace(POOL, models=pool, incumbent=incumbent)).belief)
    assert (told.models, told.share) == (models, 0.5)


def rings(draw: np.random.Generator, windows: int, turns: int, rented: float = 0.5) -> bool:
    """Whether a life rings: a reference of 200 comparisons, windows of conversations whose turns all go one way."""
    law, n = np.full(10, 0.1), WINDOW // turns
    spread = (0.0, *(draw.multinomial(200, law) / 200).tolist())
    told = Forecast(
        models=("r",), share=draw.binomial(200, 0.5) / 200, edges=tuple(range(9)), spread=spread, n=200.0, span_s=0.0
    )
    units = Counter({str(number): turns for number in range(n)})
    for before in range(windows):
        bins = Counter(dict(enumerate((0, *(draw.multinomial(n, law) * turns).tolist()))))
        seen = Seen(0.0, n * turns, int(draw.binomial(n, rented)) * turns, units, bins, before)
        if seen.alarm(told) is not None:
            return True
    return False


@pytest.mark.parametrize("turns", [1, 10])
def test_a_life_without_change_rings_no_more_often_than_is_said(turns: int) -> None:
    draw = np.random.default_rng(0)
    # 400 lives of 50 windows: at the stated rate 4 are expected, and more than 9 one time in a hundred.
    assert sum(rings(draw, 50, turns) for _ in range(400)) <= 9 < 400 * ALPHA * 3


def test_a_share_that_is_off_by_a_quarter_rings_in_the_first_windows() -> None:
    draw = np.random.default_rng(0)
    assert sum(rings(draw, 2, 1, rented=0.75) for _ in range(100)) >= 99


def test_a_lesson_that_is_of_no_conversation_is_one_of_its_own() -> None:
    belief, seen = believe(by_kind(900), POOL).belief, Seen()
    decision = decide(POOL.models, "rented", unfold(belief), "sums", lambda: lesson(1, "sums", 1.0, 1.0).prompt)
    for number in range(4):
        one = lesson(number, "sums", 1.0, 1.0)._replace(unit="" if number < 2 else "c")
        seen.hear(decision, one, forecast_of(belief))
    assert sorted(seen.units.values()) == [1, 1, 2]
