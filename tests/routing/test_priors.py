"""Priors: where means start, how much they may weigh, and that no prior lets a model serve."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.routing.pools import OWN, POOL, RENTED, by_text, lesson
from understudy.routing.beliefs import Belief
from understudy.routing.board import Board, Route
from understudy.routing.choose import Features, Plan, choose
from understudy.routing.decide import MIN_LABELS
from understudy.routing.learn import Pool, believe, unfold
from understudy.routing.priors import MAX_WEIGHT, Prior
from understudy.stats.shrinkage import PSEUDO

SHARE = msgspec.structs.replace(POOL, dial="rented_share", aim=0.2)
MEANS = st.floats(0, 1)
PRIORS = st.builds(
    Prior, mean=MEANS, kinds=st.dictionaries(st.sampled_from(["chat", "sums"]), MEANS), weight=st.floats(0, MAX_WEIGHT)
)


def expecting(pool: Pool, **priors: Prior) -> Pool:
    return msgspec.structs.replace(pool, priors=priors)


def planned(pool: Pool, belief: Belief | None, *, asked: str = "auto", kind: str = "chat", draw: float = 0.5) -> Plan:
    route = Route(
        name="auto", incumbent="rented", choose_from=("own", "rented"), priors=pool.priors, explore=0.05, shadow=0.03
    )
    board = Board(models={"own": OWN, "rented": RENTED}, routes={"auto": route})
    if belief is not None:
        board = msgspec.structs.replace(board, beliefs={("default", "auto"): unfold(belief)})
    return choose(Features(asked=asked, kind=kind, words="a sum"), board, draw=draw, shadow_draw=0.0)


def test_a_mean_starts_where_the_operator_says_by_kind_and_weight() -> None:
    told = Prior(mean=0.8, kinds={"code": 0.6})
    assert [told.of(kind) for kind in ("chat", "code")] == [0.8, 0.6]
    few = [lesson(number, "code", 1.0, 1.0) for number in range(int(PSEUDO))]
    for weight in (0.0, 10.0, 20.0):
        leads = believe(few, expecting(POOL, rented=Prior(mean=0.0, kinds={"code": 0.1}, weight=weight))).belief
        # Twenty outcomes were right; of the twenty that a mean begins with `weight` are as expected, the others a half.
        assert leads.records["code"]["rented"].mean == pytest.approx((20 + weight * 0.1 + (20 - weight) * 0.5) / 40)
        other = believe(few, expecting(POOL, own=Prior(mean=0.0, kinds={"code": 0.1}, weight=weight))).belief
        # The others of the twenty that a gain begins with say that both models are alike: 0.75, as outcomes do.
        assert other.records["code"]["own"].mean == pytest.approx(0.75 + weight * (0.1 - 0.75) / 40)


@pytest.mark.parametrize("written", [{"mean": 1.1}, {"mean": -0.1}, {"mean": 0.5, "weight": 20.5}, {}])
def test_nothing_else_is_a_prior(written: dict[str, float]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(written, Prior)


@given(own=PRIORS, rented=PRIORS, count=st.integers(0, int(MIN_LABELS) - 1), draw=st.floats(0, 1, exclude_max=True))
@settings(max_examples=20, deadline=None)
def test_whatever_is_expected_a_model_without_outcomes_enough_is_never_chosen(
    own: Prior, rented: Prior, count: int, draw: float
) -> None:
    """Another kind has outcomes in plenty; by its own name the model answers all the same."""
    told = [lesson(number, "chat", 1.0, 0.0) for number in range(count)]
    told += [lesson(1_000 + number, "sums", 1.0, 0.0) for number in range(80)]
    for base in (POOL, SHARE):
        pool = expecting(base, own=own, rented=rented)
        belief = believe(told, pool).belief
        for learned in (None, belief):
            for kind in ("chat", "never seen"):
                plan = planned(pool, learned, kind=kind, draw=draw)
                assert plan.chain[0].name == "rented"
                assert [model.name for model in plan.others] == ["own"]
    assert planned(pool, belief, asked="own").chain[0].name == "own"


def test_with_outcomes_enough_the_same_model_is_chosen() -> None:
    """So that the property above is no accident of the pool."""
    belief = believe([lesson(number, "chat", 1.0, 0.0) for number in range(int(MIN_LABELS))], POOL).belief
    assert planned(POOL, belief).chain[0].name == "own"


@pytest.mark.parametrize("base", [POOL, SHARE])
def test_no_text_is_learned_from_what_is_expected(base: Pool) -> None:
    """Two kinds that are expected to differ, and do not: what is expected would leave a rest for the text."""
    lessons = [one._replace(kind=("chat", "mail")[number // 2 % 2]) for number, one in enumerate(by_text(600))]
    plain = believe(lessons, base).belief
    told = believe(lessons, expecting(base, own=Prior(mean=1.0, kinds={"mail": 0.0}), rented=Prior(mean=0.0))).belief
    assert plain.speaks == told.speaks == ("chat", "mail")
    assert plain.texts == told.texts
    assert told.records["chat"]["own"].mean > plain.records["chat"]["own"].mean
    assert plain.version != told.version
