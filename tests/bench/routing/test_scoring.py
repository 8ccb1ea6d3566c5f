"""Ranking ways: blind ones see prompts alone, labelled and scored prompts stay apart."""

from hashlib import sha256

import numpy as np

from understudy.bench.routing.data import Item
from understudy.bench.routing.scoring import (
    clocked,
    cpu_ms,
    folds,
    joined,
    measured,
    ours,
    ranked,
    slice_scores,
    split,
)
from understudy.stats.vectors import Vectors

VECTORS = Vectors("v", np.eye(2, dtype=np.float32), lambda text: [int(text.startswith("add"))])
DRAW = np.random.default_rng(0)
ITEMS = [
    Item(f"i{k}", "sums" if k % 2 else "law", f"{'add up' if k % 2 else 'who may sue'} number {k}",
         {"s": float(DRAW.random() < 0.9), "w": float(DRAW.random() < (0.4 if k % 2 else 0.9))})
    for k in range(600)
]  # fmt: skip
PAIR = measured(ITEMS, "s", "w")
TRAIN, TEST = split(600, 300, 0)


def test_labels_and_scores_are_apart_and_whole() -> None:
    assert sorted([*TRAIN, *TEST]) == list(range(600))
    parts = folds(600, 5, 1)
    assert sorted(np.concatenate([test for _, test in parts])) == list(range(600))
    assert all(set(train).isdisjoint(test) for train, test in parts)


def test_two_sets_together_are_as_if_they_were_read_as_one() -> None:
    both = joined(measured(ITEMS[:250], "s", "w", VECTORS), measured(ITEMS[250:], "s", "w", VECTORS))
    np.testing.assert_array_equal(both.gains, PAIR.gains)
    np.testing.assert_array_equal(both.lengths, PAIR.lengths)
    np.testing.assert_array_equal(both.slices, PAIR.slices)
    assert both.items == PAIR.items
    for mine, its in ((both.prompts.words, PAIR.prompts.words), (both.prompts.chars, PAIR.prompts.chars)):
        for part, whole in zip(mine, its, strict=True):
            np.testing.assert_array_equal(part, whole)
    whole_meaning = measured(ITEMS, "s", "w", VECTORS).meant
    assert both.meant is not None
    assert both.meant.meaning is not None
    assert whole_meaning is not None
    assert whole_meaning.meaning is not None
    np.testing.assert_array_equal(both.meant.meaning.values, whole_meaning.meaning.values)
    assert joined(PAIR, PAIR).meant is None
    np.testing.assert_array_equal(both.prompts.hand, PAIR.prompts.hand)


def test_blind_scores_do_not_see_what_items_are_called() -> None:
    renamed = measured([item._replace(id=f"x{k}", slice="?") for k, item in enumerate(ITEMS)], "s", "w")
    seeing, blind = (ours(pair, TRAIN, TEST, sliced=True) for pair in (PAIR, renamed))
    np.testing.assert_array_equal(seeing["ours: text"], blind["ours: text"])
    assert not np.array_equal(seeing["ours: both"], blind["ours: both"])
    named = slice_scores(PAIR.slices, PAIR.gains, TRAIN, TEST)
    assert len(np.unique(named)) == 2
    assert len(np.unique(slice_scores(renamed.slices, renamed.gains, TRAIN, TEST))) == 1


def test_scores_of_the_scored_are_not_made_of_their_outcomes() -> None:
    strong, weak = PAIR.strong.copy(), PAIR.weak.copy()
    strong[TEST], weak[TEST] = PAIR.weak[TEST], PAIR.strong[TEST]
    changed = PAIR._replace(strong=strong, weak=weak)
    then, now = (ours(pair, TRAIN, TEST, sliced=True) for pair in (PAIR, changed))
    for way, scores in then.items():
        np.testing.assert_array_equal(scores, now[way])


def test_ours_is_better_than_chance_and_worse_than_the_oracle() -> None:
    found = ranked(PAIR, [(TRAIN, TEST)], 0, sliced=True)
    means = {name: float(PAIR.gains[TEST][score > np.median(score)].mean()) for name, score in found.scores.items()}
    assert means["random"] < means["ours: text"] <= means["oracle"]


def test_a_suite_that_is_held_to_the_reference_has_its_rows_and_no_other_changes() -> None:
    for sliced, more in ((False, {"three ridges"}), (True, {"three ridges", "three ridges + slice"})):
        bare = ranked(PAIR, [(TRAIN, TEST)], 0, sliced=sliced).scores
        held = ranked(PAIR, [(TRAIN, TEST)], 0, sliced=sliced, held_to_reference=True).scores
        assert held.keys() - bare.keys() == more
        for name, scores in bare.items():
            np.testing.assert_array_equal(scores, held[name])


def test_a_prediction_is_the_labels_mean_gain_and_what_the_prompt_adds() -> None:
    parts = [(TRAIN[:200], TEST[:100]), (TRAIN[200:], TEST[100:])]
    found = ranked(PAIR, parts, 0, sliced=False)
    assert found.base is not None
    assert found.base[0] == PAIR.gains[TRAIN[:200]].mean()
    assert found.base[-1] == PAIR.gains[TRAIN[200:]].mean()


def test_a_prompt_is_read_against_the_clock() -> None:
    p50, p95, p99 = cpu_ms([item.prompt for item in ITEMS], PAIR.prompts.take(TRAIN), PAIR.gains[TRAIN])
    assert 0 < p50 <= p95 <= p99 < 100


def test_vectors_add_rows_and_change_no_other() -> None:
    meant = measured(ITEMS, "s", "w", VECTORS)
    bare, both = (ranked(pair, [(TRAIN, TEST)], 0, sliced=True).scores for pair in (PAIR, meant))
    assert both.keys() - bare.keys() == {"ours: text + vectors", "ours: both + vectors"}
    for name, scores in bare.items():
        np.testing.assert_array_equal(scores, both[name])
    # They tell nothing that the words do not.
    np.testing.assert_array_equal(both["ours: text"], both["ours: text + vectors"])


def test_vectors_rank_where_words_do_not() -> None:
    told = [item._replace(prompt=sha256(item.prompt.encode()).hexdigest(), slice="all") for item in ITEMS]
    sums = {new.prompt for new, item in zip(told, ITEMS, strict=True) if item.slice == "sums"}
    pair = measured(told, "s", "w", VECTORS._replace(rows=lambda text: [int(text in sums)]))
    scores = ranked(pair, [(TRAIN, TEST)], 0, sliced=True).scores
    inside = np.array([told[place].prompt in sums for place in TEST])
    for name in ("ours: text + vectors", "ours: both + vectors"):
        assert scores[name][inside].min() > scores[name][~inside].max()


def test_each_row_has_its_own_clock() -> None:
    prompts = [item.prompt for item in ITEMS[:20]]
    assert set(clocked(prompts, PAIR, TRAIN)) == {"ours: text", "ours: both"}
    found = clocked(prompts, measured(ITEMS, "s", "w", VECTORS), TRAIN)
    assert found.keys() - clocked(prompts, PAIR, TRAIN).keys() == {"ours: text + vectors", "ours: both + vectors"}
