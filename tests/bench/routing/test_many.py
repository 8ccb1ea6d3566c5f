"""A pool of five: chosen by names alone, routed by what each model is good at, beside every simple policy."""

import numpy as np
import pytest

from understudy.bench.parity.real import NoData
from understudy.bench.routing.data import Item
from understudy.bench.routing.leakage import prints
from understudy.bench.routing.many import chosen_pool, policies, pooled, predicted, size_of, suite
from understudy.bench.routing.scoring import folded

MODELS = ("a-1b-chat", "b-2B-Instruct", "c-4b-chat", "d-8x1B-Instruct-v0.1", "e-70b-chat")
DRAW = np.random.default_rng(0)


def items(count: int) -> list[Item]:
    """The largest is good at all but sums, at which the smallest is best; only words tell which prompts are sums."""
    found = []
    for k in range(count):
        sums = k % 4 == 0
        right = (0.95, 0.3, 0.3, 0.3, 0.2) if sums else (0.2, 0.3, 0.3, 0.3, 0.9)
        outcomes = {model: float(DRAW.random() < chance) for model, chance in zip(MODELS, right, strict=True)}
        prompt = f"{'add up the numbers' if sums else 'who may sue whom'} in case {k}"
        found.append(Item(f"i{k}", "all", prompt, outcomes, chars=dict.fromkeys(MODELS, 40.0)))
    return found


def test_the_pool_is_chosen_by_names_alone() -> None:
    assert [size_of(name) for name in ("x-7B-v0.1", "Mixtral-8x7B-Instruct", "gemini-pro-002", "Phi-3-mini-4k")] == [
        7, 56, None, None,
    ]  # fmt: skip
    others = ("a-1b-base", "z-3b-hf", "f-9b-chat", "unsized-chat", "b-2B-Instruct-v0.2")
    assert chosen_pool(reversed([*MODELS, *others])) == (
        "a-1b-chat", "b-2B-Instruct-v0.2", "c-4b-chat", "f-9b-chat", "e-70b-chat",
    )  # fmt: skip
    with pytest.raises(NoData, match="models of 4 sizes answered"):
        chosen_pool(MODELS[:4])


def test_dollars_are_a_cent_for_each_billion_and_a_million_tokens() -> None:
    item = items(1)[0]
    pool = pooled([item])
    tokens = (len(item.prompt) + 40) / 4
    assert pool.usd == pytest.approx([size * 1e-8 * tokens for size in (1, 2, 4, 8, 70)])


def test_a_router_beats_the_best_single_model_where_words_tell_who_is_good() -> None:
    rows = {row.name: row for row in suite(items(800)).served}
    assert list(rows) == [
        *(f"always: {model}" for model in MODELS[:-1]), "best single: e-70b-chat", "turns", "random", "zero-router",
        "slice mean", "ours: text", "ours: both", "oracle",
    ]  # fmt: skip
    best, text, blind = rows["best single: e-70b-chat"], rows["ours: text"], rows["slice mean"]
    assert text.quality > best.quality + 0.1
    assert blind.quality == pytest.approx(best.quality)
    assert rows["turns"].quality == pytest.approx(rows["random"].quality, abs=0.06)
    assert rows["oracle"].quality > text.quality
    assert text.aiq is not None
    assert rows["zero-router"].aiq is not None
    assert text.aiq > rows["zero-router"].aiq + 0.05
    assert text.at_best is not None
    assert text.at_best < 0.9
    assert best.cost == pytest.approx(1.0)
    assert rows["oracle"].cost is not None
    assert rows["oracle"].cost < text.cost < 1.0  # type: ignore[operator]


def test_what_is_predicted_does_not_see_the_outcomes_of_scored_prompts() -> None:
    pool = pooled(items(400))
    train, test = folded(400, prints(pool.items), 0)[0]
    outcomes = pool.outcomes.copy()
    outcomes[test] = 1 - outcomes[test]
    turned = pool._replace(outcomes=outcomes)
    for way, believed in predicted(pool, train, test).items():
        np.testing.assert_array_equal(believed, predicted(turned, train, test)[way])
    assert policies(pool, [(train, test)]) != policies(turned, [(train, test)])
