"""Dials: a share, a quality, a budget become a price; what cannot be met says so."""

import numpy as np
import pytest

from understudy.routing.dials import Window, policy, prices, turn

DRAW = np.random.default_rng(0)
N = 2_000
GAIN = DRAW.normal(0.1, 0.2, N)
RENTED = (DRAW.random(N) < 0.8).astype(float)
OWN = (DRAW.random(N) < np.clip(0.8 - GAIN, 0, 1)).astype(float)
RENTED_MASK = np.array([False, True])
ONE_KIND = np.zeros(N, dtype=np.int64)


def window(dollars: float = 0.01) -> Window:
    believed = np.stack([0.8 - GAIN, np.full(N, 0.8)], axis=1)
    dear = np.tile([0.0, 1.0], (N, 1))
    return Window(
        believed,
        np.stack([OWN, RENTED], axis=1),
        dear,
        RENTED_MASK,
        np.tile([0.0, dollars], (N, 1)),
        1,
        ONE_KIND,
        np.ones(N),
    )


@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 0.8, 1.0])
def test_a_share_is_met_within_two_points(share: float) -> None:
    dial = turn("rented_share", share, window(), 1_000)
    assert dial.met
    assert policy(window(), dial.price).share == pytest.approx(share, abs=0.02)


def test_a_quality_target_keeps_its_quality_with_fewer_rented_calls() -> None:
    dial = turn("quality_target", 0.95, window(), 1_000)
    found = policy(window(), dial.price)
    assert dial.met
    assert found.quality >= 0.95 * RENTED.mean()
    assert 0.1 < found.share < 0.9
    stricter = policy(window(), turn("quality_target", 0.99, window(), 1_000).price)
    assert stricter.share >= found.share
    assert [point.share for point in dial.frontier] == sorted((point.share for point in dial.frontier), reverse=True)


def test_a_target_beyond_the_evidence_is_served_by_the_best() -> None:
    whole = window()
    few = Window(
        whole.believed[:60],
        whole.outcome[:60],
        whole.dear[:60],
        whole.rented,
        whole.dollars[:60],
        1,
        ONE_KIND[:60],
        np.ones(60),
    )
    dial = turn("quality_target", 1.0, few, 1_000)
    assert "for fewer the bound does not hold yet" in dial.words
    assert policy(few, dial.price).share == 1.0


def test_items_count_as_much_as_the_traffic_that_they_stand_for() -> None:
    """Half of the items, of a kind on which the own model is useless, stand for a tenth of the traffic."""
    whole = window()
    kinds = np.arange(N) % 2
    outcome = np.stack([np.where(kinds == 1, 0.0, RENTED), RENTED], axis=1)
    believed = np.stack([np.where(kinds == 1, 0.0, 0.8), np.full(N, 0.8)], axis=1)
    weights = np.where(kinds == 1, 0.2, 1.8)
    thinned = whole._replace(outcome=outcome, believed=believed, kinds=kinds, weights=weights)
    dial = turn("quality_target", 0.98, thinned, 1_000)
    assert policy(thinned, dial.price).share == pytest.approx(0.1)
    assert turn("rented_share", 0.1, thinned, 1_000).met
    even = thinned._replace(weights=np.ones(N))
    assert policy(even, dial.price).share == pytest.approx(0.5)


def test_an_own_model_that_is_as_good_does_not_stop_the_search() -> None:
    """Its mean is above the incumbent's by chance; what is kept is the incumbent's quality all the same."""
    level = window()._replace(outcome=np.stack([np.roll(RENTED, 1), RENTED], axis=1))
    dial = turn("quality_target", 0.95, level, 1_000)
    assert dial.met
    assert policy(level, dial.price).share < 0.9


def test_items_on_which_two_models_may_not_be_chosen_say_nothing_of_prices() -> None:
    """Of the dearest and the cheapest model nothing is known there: no difference is taken of what is not there."""
    believed = np.tile([0.8, 0.7, 0.9], (N, 1))
    believed[: N // 2, 0] = believed[: N // 2, 2] = -np.inf
    three = window()._replace(believed=believed, dear=np.tile([0.0, 0.5, 1.0], (N, 1)))
    with np.errstate(all="raise"):
        found = prices(three)
    assert all(np.isfinite(found))
    assert min(found) <= 0.1 <= max(found)


def test_a_gain_on_one_kind_does_not_pay_for_a_loss_on_another() -> None:
    kinds = np.arange(N) % 2
    own = 1.0 - kinds
    apart = window()._replace(
        kinds=kinds,
        outcome=np.stack([own, 1.0 - own], axis=1),
        believed=np.stack([own, 1.0 - own], axis=1) + DRAW.normal(0, 0.01, (N, 2)),
    )
    dial = turn("quality_target", 0.98, apart, 1_000)
    found = policy(apart, dial.price)
    assert found.share == pytest.approx(0.5, abs=0.03)
    assert found.quality > 0.97


def test_a_target_that_no_price_keeps_is_told() -> None:
    """The incumbent is the best and the cheapest: no price of the others gives what it gives."""
    best = window()._replace(
        incumbent=0, outcome=np.stack([np.ones(N), np.zeros(N)], axis=1), dear=np.tile([0.0, 1.0], (N, 1))
    )
    assert turn("quality_target", 0.98, best, 1_000).met
    worse = best._replace(believed=np.stack([np.full(N, -np.inf), np.full(N, 0.8)], axis=1))
    dial = turn("quality_target", 0.98, worse, 1_000)
    assert not dial.met
    assert "the incumbent answers" in dial.words


def test_a_budget_is_kept_or_told() -> None:
    dial = turn("budget_usd_per_day", 5.0, window()._replace(dear=np.tile([0.0, 0.01], (N, 1))), 1_000)
    assert (dial.met, dial.per) == (True, "dollar")
    assert policy(window()._replace(dear=np.tile([0.0, 0.01], (N, 1))), dial.price).dollars * 1_000 <= 5.0
    both = window()._replace(dollars=np.tile([0.004, 0.01], (N, 1)), dear=np.tile([0.004, 0.01], (N, 1)))
    short = turn("budget_usd_per_day", 1.0, both, 1_000)
    assert not short.met
    assert "$4.00 is the least" in short.words
    unknown = turn("budget_usd_per_day", 1.0, window()._replace(dollars=np.full((N, 2), np.nan)), 1_000)
    assert not unknown.met
    assert "price of a model is not known" in unknown.words


def test_a_model_that_may_not_be_chosen_never_is() -> None:
    shut = window()._replace(believed=np.stack([np.full(N, -np.inf), np.full(N, 0.8)], axis=1))
    dial = turn("rented_share", 0.2, shut, 1_000)
    assert not dial.met
    assert policy(shut, dial.price).share == 1.0
