"""The reference: three ridges as the design has them, held against ridges solved by plain algebra."""

import numpy as np

from understudy.bench.routing.reference import CHAR_PENALTY, WORD_PENALTY, added, single_scores
from understudy.routing.text import design, read
from understudy.stats.ridge import Rows

DRAW = np.random.default_rng(0)
WORDS = ["lease", "contract", "court", "sum", "product", "root", "of", "two", "and"]
PROMPTS = [" ".join(DRAW.choice(WORDS, 6)) + "?" * int(DRAW.integers(3)) for _ in range(90)]
DESIGN = design([read(prompt) for prompt in PROMPTS])
TRAIN, TEST = np.arange(60), np.arange(60, 90)
GAINS = np.array([float("root" in prompt) for prompt in PROMPTS[:60]])
FOUND = single_scores(DESIGN.take(TRAIN), GAINS, DESIGN.take(TEST))


def _full(rows: Rows) -> np.ndarray:
    matrix = np.zeros((rows.height, rows.width))
    matrix[np.repeat(np.arange(rows.height), rows.lengths), rows.columns] = rows.values
    return matrix[:, matrix.any(axis=0)]


def _ridge(matrix: np.ndarray, penalty: float) -> np.ndarray:
    train, test = matrix[TRAIN], matrix[TEST]
    square = train @ train.T + penalty * np.eye(len(train))
    scores: np.ndarray = test @ train.T @ np.linalg.solve(square, GAINS - GAINS.mean())
    return scores


def _near(found: np.ndarray, asked: np.ndarray) -> None:
    assert np.abs(found - asked).max() < 0.01 * np.abs(asked).max()


def test_characters_are_plain_counts_of_length_one() -> None:
    counts = _full(DESIGN.chars)
    _near(FOUND["characters alone"], _ridge(counts / np.linalg.norm(counts, axis=1, keepdims=True), CHAR_PENALTY))


def test_words_are_weighted_by_how_rare_they_are() -> None:
    counts = _full(DESIGN.words)
    idf = np.log((1 + 60) / (1 + (counts[TRAIN] > 0).sum(axis=0))) + 1
    logs = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0) * idf
    _near(FOUND["words alone"], _ridge(logs / np.linalg.norm(logs, axis=1, keepdims=True), WORD_PENALTY))


def test_hand_features_are_standardised_by_the_labelled_prompts_and_held_back_more_where_labels_are_few() -> None:
    hand = DESIGN.hand
    standard = (hand - hand[TRAIN].mean(axis=0)) / (hand[TRAIN].std(axis=0) + 1e-9)
    varied = hand[TRAIN].std(axis=0) > 1e-6
    _near(FOUND["hand features alone"], _ridge(standard[:, varied], 10 + 10_000 / 60))


def test_scores_are_added_as_equals_and_the_slice_counts_twice() -> None:
    one, other, means = np.array([0.0, 2.0]), np.array([100.0, -100.0]), np.array([0.3, 0.1])
    np.testing.assert_allclose(added({"a": one, "b": other}), [0, 0], atol=1e-6)
    np.testing.assert_allclose(added({"a": one, "b": other}, means), [2, -2], atol=1e-6)
    np.testing.assert_allclose(added({"a": one}, means), [1, -1], atol=1e-6)
