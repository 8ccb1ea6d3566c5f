"""Ridge on sparse blocks: the same weights as the normal equations give."""

import numpy as np
import pytest

from understudy.stats.ngrams import Grams
from understudy.stats.ridge import dense_rows, fit, idf_of, rows_of, weighted

DRAW = np.random.default_rng(0)


def sparse(height: int, width: int) -> np.ndarray:
    return np.where(DRAW.random((height, width)) < 0.2, DRAW.integers(1, 4, (height, width)), 0).astype(float)


def as_rows(matrix: np.ndarray):  # type: ignore[no-untyped-def]
    grams = [Grams(np.flatnonzero(row), row[np.flatnonzero(row)]) for row in matrix]
    return rows_of(grams, matrix.shape[1])


def test_products_are_those_of_the_full_matrix() -> None:
    matrix = sparse(30, 17)
    matrix[[0, 4, 5, -1]] = 0
    rows = as_rows(matrix)
    weights, numbers = DRAW.random(17), DRAW.random(30)
    assert rows.height == 30
    np.testing.assert_allclose(rows.times(weights), matrix @ weights)
    np.testing.assert_allclose(rows.transposed_times(numbers), matrix.T @ numbers)
    some = np.array([7, 4, 4, 0])
    np.testing.assert_allclose(rows.take(some).times(weights), (matrix @ weights)[some])
    np.testing.assert_allclose(rows.document_frequency(), (matrix > 0).sum(axis=0))


def test_weights_are_those_of_the_normal_equations() -> None:
    first, second = sparse(80, 12), DRAW.normal(size=(80, 3))
    whole = np.hstack([first, second])
    target = DRAW.normal(size=80)
    found = np.concatenate(fit([as_rows(first), dense_rows(second)], target, 5.0))
    exact = np.linalg.solve(whole.T @ whole + 5.0 * np.eye(15), whole.T @ (target - target.mean()))
    np.testing.assert_allclose(found, exact, atol=2e-3)


def test_columns_in_which_nothing_stands_have_no_weight_and_change_none() -> None:
    first, second = sparse(80, 12), sparse(80, 5)
    target = DRAW.normal(size=80)
    wide = np.zeros((80, 40))
    wide[:, 3:27:2] = first
    plain, spread = (fit([as_rows(block), as_rows(second)], target, 5.0) for block in (first, wide))
    np.testing.assert_allclose(spread[0][3:27:2], plain[0])
    np.testing.assert_allclose(spread[1], plain[1])
    assert spread[0].shape == (40,)
    assert np.count_nonzero(spread[0]) == 12


def test_weighted_rows_have_length_one() -> None:
    matrix = sparse(20, 9)
    matrix[3] = 0
    counts = as_rows(matrix)
    rows = weighted(counts, idf_of(counts))
    squares = [float((rows.values[a:b] ** 2).sum()) for a, b in zip(rows.starts[:-1], rows.starts[1:], strict=True)]
    assert squares == pytest.approx([0.0 if not row.any() else 1.0 for row in matrix])
    assert idf_of(counts)[0] == pytest.approx(np.log(21 / (1 + (matrix[:, 0] > 0).sum())) + 1)
