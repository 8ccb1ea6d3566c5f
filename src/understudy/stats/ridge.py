"""Ridge regression on sparse rows, solved by conjugate gradients on the normal equations.

Rows in, weights out: (X'X + penalty) w = X'(y - mean y). X stands in blocks side by side, so that counts of words and
of characters need not be copied into one matrix. A loose tolerance is enough: a ranking is wanted, not a coefficient.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.stats.ngrams import Grams

Vector = NDArray[np.float64]
Places = NDArray[np.int64]
MAX_STEPS = 40
TOLERANCE = 1e-3


class Rows(NamedTuple):
    """A sparse matrix by rows: row i holds `values[starts[i]:starts[i+1]]` in those `columns`; `width` columns."""

    starts: Places
    columns: Places
    values: Vector
    width: int

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> Places:
        """How many places each row fills."""
        return np.diff(self.starts)

    def times(self, weights: Vector) -> Vector:
        """X w, one number a row."""
        parts = weights[self.columns]
        parts *= self.values
        return _summed(parts, self.starts)

    def transposed_times(self, numbers: Vector) -> Vector:
        """X' v, one number a column."""
        spread = np.repeat(numbers, self.lengths)
        spread *= self.values
        return np.bincount(self.columns, weights=spread, minlength=self.width).astype(np.float64)

    def document_frequency(self) -> Vector:
        """In how many rows each column stands."""
        return np.bincount(self.columns, minlength=self.width).astype(np.float64)

    def take(self, rows: Places) -> "Rows":
        """These rows, in this order."""
        lengths = self.lengths[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Rows(starts, self.columns[places], self.values[places], self.width)


class Full(NamedTuple):
    """A matrix whose every place is filled."""

    matrix: Vector

    @property
    def width(self) -> int:
        """How many columns there are."""
        return int(self.matrix.shape[1])

    def times(self, weights: Vector) -> Vector:
        """X w, one number a row."""
        found: Vector = np.einsum("ij,j", self.matrix, weights)
        return found

    def transposed_times(self, numbers: Vector) -> Vector:
        """X' v, one number a column."""
        found: Vector = np.einsum("i,ij", numbers, self.matrix)
        return found


Block = Rows | Full


def rows_of(grams: Sequence[Grams], width: int) -> Rows:
    """Counted n-grams as a matrix of counts."""
    starts = np.concatenate([[0], np.cumsum([len(one.buckets) for one in grams])]).astype(np.int64)
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *(one.buckets for one in grams)])
    values = np.concatenate([np.zeros(0), *(one.counts for one in grams)])
    return Rows(starts, columns, values, width)


def dense_rows(matrix: Vector) -> Rows:
    """A full matrix, as rows."""
    count, width = matrix.shape
    return Rows(np.arange(count + 1) * width, np.tile(np.arange(width), count), matrix.ravel(), width)


def weighted(counts: Rows, idf: Vector) -> Rows:
    """Counts c as (1 + ln c) times their column's idf, each row scaled to length 1."""
    values = np.log(counts.values)
    values += 1.0
    values *= idf[counts.columns]
    return of_length_one(counts._replace(values=values))


def of_length_one(rows: Rows) -> Rows:
    """Each row scaled to length 1."""
    norms = np.sqrt(_summed(rows.values**2, rows.starts))
    return rows._replace(values=rows.values / np.repeat(norms, rows.lengths))


def _summed(values: Vector, starts: Places) -> Vector:
    """The sum of each row's values."""
    found = np.zeros(len(starts) - 1)
    # Of an empty row reduceat would give the value behind it.
    filled = np.diff(starts) > 0
    if len(values):
        found[filled] = np.add.reduceat(values, starts[:-1][filled])
    return found


def idf_of(counts: Rows) -> Vector:
    """ln((1 + N) / (1 + df)) + 1 for each column: what is in every row says little."""
    found: Vector = np.log((1 + counts.height) / (1 + counts.document_frequency())) + 1
    return found


def fit(blocks: Sequence[Block], target: Vector, penalty: float) -> list[Vector]:
    """The weights of each block's columns, for a target whose mean stands apart."""
    dense, used = zip(*(_dense(block) for block in blocks), strict=True)
    found = []
    for block, places, weights in zip(blocks, used, _solved(dense, target, penalty), strict=True):
        whole = np.zeros(block.width)
        whole[places] = weights
        found.append(whole)
    return found


def _dense(block: Block) -> tuple[Block, Places]:
    """The same rows over the columns alone in which something stands, and which these are: others have no weight."""
    if isinstance(block, Full):
        return block, np.arange(block.width)
    used = np.bincount(block.columns, minlength=block.width) > 0
    return block._replace(columns=(np.cumsum(used) - 1)[block.columns], width=int(used.sum())), np.flatnonzero(used)


def _solved(blocks: Sequence[Block], target: Vector, penalty: float) -> list[Vector]:
    cuts = np.cumsum([block.width for block in blocks])[:-1]

    def parts(weights: Vector) -> list[Vector]:
        return np.split(weights, cuts)

    def transposed(numbers: Vector) -> Vector:
        return np.concatenate([block.transposed_times(numbers) for block in blocks])

    found = np.zeros(sum(block.width for block in blocks))
    rest = transposed(target - target.mean())
    direction = rest.copy()
    size = begun = _product(rest, rest)
    for _ in range(MAX_STEPS):
        if size <= TOLERANCE**2 * begun:
            break
        along = sum(block.times(part) for block, part in zip(blocks, parts(direction), strict=True))
        applied = transposed(np.asarray(along)) + penalty * direction
        step = size / _product(direction, applied)
        found += step * direction
        rest -= step * applied
        before, size = size, _product(rest, rest)
        direction = rest + (size / before) * direction
    return parts(found)


def _product(left: Vector, right: Vector) -> float:
    """A sum of products on this core alone: for these lengths BLAS wakes others, which costs more than it saves."""
    return float(np.einsum("i,i", left, right))
