"""Where means start: a sibling that is alike helps, one that is not is told, and what is wrong costs at first."""

import numpy as np
import pytest

from tests.routing.pools import lesson
from understudy.bench.routing import starts
from understudy.bench.routing.data import Item
from understudy.routing.beliefs import Start
from understudy.routing.records import Leaf, kin_of

OLD, NEW, OTHER = "llama-3.1-8b", "llama-3.3-8b", "llama-3.1-70b"
ONE = [(NEW, OLD)]


def items(new: float, old: float = 0.8) -> list[Item]:
    draw = np.random.default_rng(0)
    means = {OLD: old, NEW: new, OTHER: 0.9, starts.INCUMBENT: 0.6}
    return [
        Item(f"i{k}", ("law", "math")[k % 2], "", {name: float(draw.random() < mean) for name, mean in means.items()})
        for k in range(1_200)
    ]


def test_pairs_are_siblings_by_their_names() -> None:
    assert sorted(starts.sibling_pairs(items(0.8))) == [(OLD, NEW), (NEW, OLD)]


def halved(new: float) -> starts.Half:
    return starts.halved(starts.outcomes_of(items(new), (NEW, OLD)), 0)


def test_no_outcome_is_both_learned_from_and_compared_with() -> None:
    half = halved(0.8)
    told = [one.outcomes[NEW] for one in items(0.8) if one.slice == "law"]
    assert len(half.seen["law"]) == 300
    assert float(half.seen["law"][:, 0].sum()) + 300 * half.truth["law"] == pytest.approx(sum(told))
    assert half.lent["law"] == pytest.approx(0.8, abs=0.1)


@pytest.mark.parametrize("labels", [0, 20])
@pytest.mark.parametrize("kinds", [["law"], ["law", "math"]])
def test_what_is_known_is_what_the_router_makes_of_such_lessons(kinds: list[str], labels: int) -> None:
    half = halved(0.5)
    lessons = [
        lesson(number, kind, 0, 0)._replace(
            tenant="",
            route="bench",
            outcomes={starts.INCUMBENT: its, "new": mine} if number < labels else {starts.INCUMBENT: its},
        )
        for kind in kinds
        for number, (mine, its) in enumerate(half.seen[kind].tolist())
    ]
    ours, routers = starts.known(half, kinds, labels), kin_of(lessons, {"bench": starts.INCUMBENT})
    begun = {("law", "new"): Start(mean=0.9, said="")}
    for kind in ("law", "math"):
        leaf = Leaf("", "bench", kind, "new", starts.INCUMBENT)
        assert ours.mean(leaf) == pytest.approx(routers.mean(leaf), abs=1e-12)
        assert ours.mean(leaf, begun) == pytest.approx(routers.mean(leaf, begun), abs=1e-12)


@pytest.mark.parametrize("alone", [False, True])
def test_with_no_labels_a_mean_is_off_by_where_it_starts(alone: bool) -> None:
    half = halved(0.8)
    told = starts.errors(items(0.8), ONE, 1, alone=alone)
    incumbent = {kind: told[:, 1].mean() for kind, told in half.seen.items()}
    for way, start, near in (("none", incumbent, 0.005), ("lent", half.lent, 1e-9)):
        off = [(start[kind] - truth) ** 2 for kind, truth in half.truth.items()]
        assert told[0, way] == pytest.approx(float(np.mean([float(one) for one in off])), abs=near)
    assert told[0, "low"] == pytest.approx(starts.WRONG**2)


def test_a_lender_that_is_alike_helps_and_one_that_is_not_harms_until_outcomes_wash_it_out() -> None:
    alike, unlike = (starts.errors(items(0.8, old), ONE, 3, alone=True) for old in (0.8, 0.1))
    assert [alike[labels, "lent"] < alike[labels, "none"] for labels in (0, 20)] == [True] * 2
    assert [unlike[labels, "lent"] > unlike[labels, "none"] for labels in starts.LABELS] == [True] * 4
    off = [unlike[labels, "lent"] for labels in starts.LABELS]
    assert off == sorted(off, reverse=True)
    assert off[-1] < off[0] / 5


def test_bars_fall_short_where_siblings_are_not_alike() -> None:
    good, bad = (starts.suite(told, 2, {}) for told in (items(0.8), items(0.5, 0.0)))
    assert len(good.bars) == 2 * len(starts.LABELS)
    assert all(bar.passed for bar in good.bars if " 0 labels" in bar.what)
    assert not any(bar.passed for bar in bad.bars if "one kind only, 0 labels" in bar.what)
    assert good.notes[1].startswith("siblings, all kinds, lent: 0 labels 0.00")
