"""Static word vectors: what a prompt means, as the mean of its tokens' vectors.

A table of vectors and a way to split text into rows of it come from outside; nothing here reads a file. No network of
layers runs: a token has one vector, whatever stands beside it, so a prompt costs a fifth of a millisecond. Numbers that
were learned over one table say nothing over another, so each meaning bears the name of its table.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from understudy.stats.features import READ_CHARS

Single = NDArray[np.float32]


class Meaning(NamedTuple):
    """What texts mean by some vectors: one row, or a row a text."""

    vectors: str
    values: NDArray[np.float32] | NDArray[np.float64]


class Vectors(NamedTuple):
    """A table with a vector in each row, and the rows of a text's tokens. `id` is a hash of all of it."""

    id: str
    table: NDArray[np.float16] | NDArray[np.float32]
    rows: Callable[[str], Sequence[int]]

    def meaning(self, text: str) -> Meaning:
        """The mean vector of a text's first characters, of length 1; zeros where there is no token."""
        rows = self.rows(text[:READ_CHARS])
        if not rows:
            return Meaning(self.id, np.zeros(self.table.shape[1], dtype=np.float32))
        mean = self.table[rows].mean(axis=0, dtype=np.float64)
        length = float(np.sqrt(mean @ mean))
        return Meaning(self.id, (mean / length if length else mean).astype(np.float32))
