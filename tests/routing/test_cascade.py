"""Cascades: what they are worth follows from both models' outcomes and the check's error rates."""

import msgspec
import numpy as np
import pytest

from tests.routing.pools import POOL, by_kind
from understudy.routing.cascade import Compared, Errors, cascade, errors, weak_and_dear
from understudy.routing.decide import decide
from understudy.routing.learn import believe, unfold

# Of ten prompts the first model is right on five, the second on eight, four of them shared.
TEN = [Compared(float(k < 5), float(k not in (0, 9)), 0.001, 0.01) for k in range(10)]


def test_quality_and_cost_of_a_check_that_never_errs() -> None:
    found = cascade("own", "rented", TEN)
    assert (found.accepted, found.counts) == (0.5, 1.0)
    assert found.quality == pytest.approx(0.9)
    assert found.cost_usd == pytest.approx(0.001 + 0.5 * 0.01)


def test_a_price_that_is_not_known_is_no_cost() -> None:
    assert cascade("own", "rented", [Compared(1.0, 1.0)]).cost_usd is None


def test_without_words_a_check_is_taken_as_it_says() -> None:
    assert errors(TEN) == Errors(1.0, 0.0, 0.0)
    assert errors([Compared(1.0, 1.0, said=0.0)] * 49) == Errors(1.0, 0.0, 0.0)


def test_what_users_say_of_accepted_answers_tells_what_is_accepted_wrongly() -> None:
    told = [Compared(1.0, 1.0, said=0.0 if k < 20 else 1.0) for k in range(100)] + [Compared(0.0, 1.0)] * 60
    found = errors(told)
    assert (found.tpr, found.bad) == (1.0, 0.2)
    assert found.fpr == pytest.approx(20 / 80)


def checked(tpr: float, fpr: float, *, own_words: bool) -> tuple[list[Compared], float, float]:
    """Prompts with a check that errs so, and what a cascade is truly worth over the incumbent alone."""
    draw = np.random.default_rng(0)
    right, right_then = draw.random(40_000) < 0.65, draw.random(40_000) < 0.85
    first, then = (draw.random(40_000) < np.where(side, tpr, fpr) for side in (right, right_then))
    told = [
        Compared(float(a), float(b), said=float(x) if own_words and a else None, then_said=float(y))
        for a, b, x, y in zip(first, then, right, right_then, strict=True)
    ]
    got = np.where(first, right, right_then)
    return told, float(got.mean() - right_then.mean()), float(then.mean())


@pytest.mark.parametrize("own_words", [True, False])
@pytest.mark.parametrize(("tpr", "fpr"), [(1.0, 0.0), (0.9, 0.1), (0.8, 0.3)])
def test_words_make_up_for_a_check_that_errs(tpr: float, fpr: float, own_words: bool) -> None:
    told, gain, alone = checked(tpr, fpr, own_words=own_words)
    found = cascade("own", "rented", told)
    assert found.tpr == pytest.approx(tpr, abs=0.02)
    assert found.fpr == pytest.approx(fpr, abs=0.02)
    # A true gain is seen through the check, which shrinks every difference by tpr - fpr.
    assert found.quality - alone == pytest.approx((tpr - fpr) * gain, abs=0.01)
    assert (found.quality > alone) is (fpr < 0.3)


def test_a_check_that_cannot_tell_right_from_wrong_makes_no_cascade() -> None:
    told, _, alone = checked(0.5, 0.5, own_words=False)
    assert cascade("own", "rented", told).quality <= alone + 0.01


def test_a_model_that_is_weaker_and_as_dear_is_never_asked_first() -> None:
    worse = [Compared(float(k < 4), float(k < 8), 0.02, 0.01) for k in range(10)]
    assert weak_and_dear(worse)
    assert not weak_and_dear([one._replace(first_usd=0.001) for one in worse])
    assert not weak_and_dear([one._replace(first=1.0) for one in worse])
    assert not weak_and_dear([one._replace(first_usd=None) for one in worse])
    pool = msgspec.structs.replace(POOL, cascade=True, dial="quality_target", aim=0.9)
    dear = [one._replace(usd={"own": 0.02, "rented": 0.01}) for one in by_kind(1_000)]
    assert set(believe(dear, pool).belief.cascades) == {"sums"}


def test_a_cascade_is_chosen_where_it_is_worth_more() -> None:
    pool = msgspec.structs.replace(POOL, cascade=True, dial="quality_target", aim=0.9)
    learned = unfold(believe(by_kind(1_000), pool).belief)
    assert set(learned.belief.cascades) == {"letters", "sums"}

    def unread() -> None:
        raise AssertionError

    decision = decide(pool.models, "rented", learned, "letters", unread)  # type: ignore[arg-type]
    assert (decision.chosen, decision.trial) == ("own", True)
    assert "rented what the check refuses" in decision.why
    running = decide(pool.models, "rented", learned, "letters", unread, running="rented")  # type: ignore[arg-type]
    assert not running.trial
    bad = msgspec.structs.replace(learned.belief.cascades["letters"], quality=0.1)
    wrong = msgspec.structs.replace(learned.belief, cascades={"letters": bad})
    assert not decide(pool.models, "rented", unfold(wrong), "letters", unread).trial  # type: ignore[arg-type]
    assert believe(by_kind(1_000), POOL).belief.cascades == {}
