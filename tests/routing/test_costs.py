"""Costs: what calls cost is told where it is far from what was forecast, and neither giants nor rests ring."""

import numpy as np
import pytest
from msgspec.structs import replace

from tests.routing.pools import POOL, lesson
from understudy.routing.beliefs import Cost, Costs, Learned
from understudy.routing.costs import COST_AT, Call, Paid, expected
from understudy.routing.decide import Decision, Draw, decide
from understudy.routing.forecast import ALPHA, WINDOW, Seen
from understudy.routing.learn import believe, unfold
from understudy.routing.lessons import Lesson, lot_of

BUDGET = replace(POOL, dial="budget_usd_per_day", aim=1_000.0, requests_per_day=1_000.0)
DOLLARS = {"own": 0.001, "rented": 0.01}


def call(number: int, kind: str, chosen: str, usd: dict[str, float], weight: float = 1.0, unit: str = "") -> Call:
    one = lesson(number, kind, 1.0, 1.0)._replace(usd=usd, unit=unit)
    return Call(one, Decision(chosen=chosen, incumbent="rented", why="", options=()), weight)


def test_calls_whose_cost_is_known_stand_for_all_of_their_kind_and_model() -> None:
    own = [call(n, "sums", "own", {"own": 1.0} if n < 10 else {"rented": 9.0}) for n in range(100)]
    rented = [call(n, "letters", "rented", {"rented": 4.0}) for n in range(100, 400)]
    told = expected([*own, *rented], 1.0)
    assert told is not None
    assert told.answers == {"sums": {"own": Cost(1.0, 3.0)}, "letters": {"rented": Cost(4.0, 12.0)}}
    assert told.kinds == {"sums": 1.0, "letters": 4.0}
    assert told.usd == pytest.approx((100 * 1.0 + 300 * 4.0) / 400)
    assert told.variance == pytest.approx(0.25 * 0.75 * 9.0)
    assert told.n == pytest.approx(400**2 / (10 * 10**2 + 300))
    assert expected([*own, *rented], 200.0) is None
    assert expected([call(n, "sums", "own", {"own": 0.0}) for n in range(100)], 1.0) is None


def test_a_giant_counts_as_three_means_and_a_call_of_unknown_cost_as_its_kind_does() -> None:
    told = expected([call(n, "sums", "own", {"own": 101.0 if n == 0 else 1.0}) for n in range(100)], 1.0)
    assert told is not None
    assert told.answers["sums"]["own"] == Cost(pytest.approx((6.0 + 99.0) / 100), 6.0)  # type: ignore[arg-type]
    paid = Paid()
    for one in ({"own": 1_000.0}, {"rented": 7.0}, {"own": 1.0}):
        paid.hear(call(1, "sums", "own", one), told)
    paid.hear(call(1, "new", "own", {"own": 5.0}), told)
    paid.hear(call(1, "sums", "rented", {"rented": 5.0}), told)
    assert paid.calls == 3
    assert paid.usd == pytest.approx(6.0 + 1.05 + 1.0)


def test_how_often_each_model_is_chosen_on_a_kind_is_left_to_the_share() -> None:
    half = [
        call(n, "chat", ("own", "rented")[n % 2], {("own", "rented")[n % 2]: 1.0 + 8.0 * (n % 2)}) for n in range(200)
    ]
    told = expected(half, 1.0)
    assert told is not None
    assert (told.kinds, told.usd, told.variance) == ({"chat": 5.0}, 5.0, 0.0)
    paid = Paid()
    paid.hear(call(1, "chat", "rented", {"rented": 9.0}), told)
    paid.hear(call(2, "chat", "rented", {"rented": 11.0}), told)
    assert paid.usd == 5.0 + 7.0


COSTS = Costs(answers={"sums": {"own": Cost(1.0, 3.0)}}, kinds={"sums": 1.0}, usd=1.0, variance=0.04, n=300.0)


@pytest.mark.parametrize(("usd", "rings"), [(1 + COST_AT + 0.01, True), (1 + COST_AT - 0.01, False), (0.7, True)])
def test_what_is_large_and_beyond_chance_is_told(usd: float, rings: bool) -> None:
    paid = Paid()
    for number in range(WINDOW):
        paid.hear(call(number, "sums", "own", {"own": usd}), COSTS)
    words = f"at the choices that were forecast a call costs ${usd:.6f} in the mean of 1,000; $1.000000 were forecast"
    assert paid.alarm(COSTS, ALPHA) == (words if rings else None)
    assert Paid().alarm(COSTS, ALPHA) is None


def test_turns_of_one_conversation_count_as_one() -> None:
    alone, together = Paid(), Paid()
    for number in range(WINDOW):
        for paid, unit in ((alone, ""), (together, str(number // 500))):
            paid.hear(call(number, "sums", "own", {"own": 1.3}, unit=unit), COSTS)
    assert alone.alarm(COSTS, ALPHA) is not None
    assert together.alarm(COSTS, ALPHA) is None


def traffic(
    draw: np.random.Generator,
    count: int,
    *,
    sigma: float = 1.0,
    scale: float = 1.0,
    turns: int = 1,
    own: str = "own",
    at_s: float = 0.0,
) -> list[Lesson]:
    """Sums go to the own model if nothing is in the way, letters to the rented one; one call in ten is compared."""
    found = []
    for number in range(count):
        if number % turns == 0:
            kind, usd = str(draw.choice(["sums", "letters"])), float(np.exp(draw.normal(-(sigma**2) / 2, sigma)))
        served = own if kind == "sums" else "rented"
        one = lesson(number, kind, float(draw.random() < (0.9 if kind == "sums" else 0.4)), float(draw.random() < 0.7))
        seen = set(DOLLARS) if draw.random() < 0.1 else {served}
        found.append(
            one._replace(
                at_s=at_s + number,
                id=f"{at_s:.0f}/{number}",
                unit=f"{at_s:.0f}/{number // turns}" if turns > 1 else "",
                prompt=lesson(0, "", 0, 0).prompt,
                outcomes={name: y for name, y in one.outcomes.items() if name in seen},
                usd={name: scale * usd * dollars for name, dollars in DOLLARS.items() if name in seen},
                served=served,
            )
        )
    return found


def heard(learned: Learned, told: list[Lesson], before: int = 0) -> str | None:
    """What a window of these says."""
    expected, seen = learned.belief.forecast, Seen(before=before)
    assert expected is not None
    assert expected.costs is not None
    for one in told:
        draw = Draw(lot_of(one))
        seen.hear(decide(POOL.models, "rented", learned, one.kind, lambda: one.prompt, draw=draw), one, expected)  # noqa: B023
    return seen.alarm(expected)


@pytest.mark.parametrize("sigma", [0.5, 1.0])
def test_a_belief_under_a_budget_hears_when_answers_cost_more_and_not_when_a_model_rests(sigma: float) -> None:
    draw = np.random.default_rng(0)
    learned = unfold(believe(traffic(draw, 3_000, own="rented", sigma=sigma), BUDGET).belief)
    for own in ("own", "rented"):
        assert heard(learned, traffic(draw, WINDOW, own=own, sigma=sigma)) is None
    told = heard(learned, traffic(draw, WINDOW, scale=2.0, sigma=sigma))
    assert told is not None
    assert told.startswith("at the choices that were forecast a call costs $0.0")


def test_under_another_dial_nobody_counts_dollars() -> None:
    draw = np.random.default_rng(0)
    told = believe(traffic(draw, 1_000), replace(POOL, dial="rented_share", aim=0.5)).belief.forecast
    assert told is not None
    assert told.costs is None


@pytest.mark.parametrize("turns", [1, 10])
def test_a_life_of_calls_with_long_tails_rings_no_more_often_than_is_said(turns: int) -> None:
    draw, sigma, n = np.random.default_rng(1), 1.5, WINDOW // turns
    rung = 0
    # 300 lives of 20 windows: a third of the stated rate makes one, and more than four are seen one time in 250.
    for _ in range(300):
        usd = np.exp(draw.normal(0, sigma, 2_000))
        most = 3 * usd.mean()
        usd = np.minimum(usd, most)
        mean = float(usd.mean())
        told = Costs(answers={}, kinds={}, usd=mean, variance=float(usd.var()), n=float(len(usd)))
        for before in range(20):
            seen = np.minimum(np.exp(draw.normal(0, sigma, n)), most)
            paid = Paid(WINDOW, turns * seen.sum(), turns * (seen**2).sum())
            paid.units.update({str(number): turns for number in range(n)})
            if paid.alarm(told, ALPHA / 3 / ((before + 1) * (before + 2))) is not None:
                rung += 1
                break
    assert rung <= 4
