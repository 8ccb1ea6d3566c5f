"""Cascades: what they are worth follows from both models' outcomes and the check's error rates."""

import msgspec
import pytest

from tests.routing.pools import POOL, by_kind
from understudy.routing.cascade import Compared, cascade, error_rates
from understudy.routing.decide import decide
from understudy.routing.learn import believe, unfold

# Of ten prompts the first model is right on five, the second on eight, four of them shared.
TEN = [Compared(float(k < 5), float(k not in (0, 9)), 0.001, 0.01) for k in range(10)]


@pytest.mark.parametrize(
    ("tpr", "fpr", "quality", "accepted"),
    [
        (1.0, 0.0, 0.9, 0.5),
        (1.0, 1.0, 0.5, 1.0),
        (0.0, 0.0, 0.8, 0.0),
        (0.9, 0.1, 0.9 * 0.5 + 0.1 * 0.4 + 0.9 * 0.4, 0.5),
    ],
)
def test_quality_and_cost(tpr: float, fpr: float, quality: float, accepted: float) -> None:
    found = cascade("own", "rented", TEN, tpr, fpr)
    assert found.quality == pytest.approx(quality)
    assert found.accepted == pytest.approx(accepted)
    assert found.cost_usd == pytest.approx(0.001 + (1 - accepted) * 0.01)


def test_a_price_that_is_not_known_is_no_cost() -> None:
    assert cascade("own", "rented", [Compared(1.0, 1.0)], 1.0, 0.0).cost_usd is None


def test_the_checks_errors_are_what_users_say_of_what_it_accepted() -> None:
    assert error_rates(TEN) == (1.0, 0.0)
    told = [Compared(1.0, 1.0, said=0.0 if k < 20 else 1.0) for k in range(100)] + [Compared(0.0, 1.0)] * 60
    tpr, fpr = error_rates(told)
    assert tpr == 1.0
    assert fpr == pytest.approx(20 / 80)


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
