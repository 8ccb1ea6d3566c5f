"""Streams of outcomes, made by lot: independent, drifting, clustered, and what judges and people said of real pairs."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Signs = NDArray[np.int8]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# Runs of one piece: a piece of 10,000 units takes about 100 MB of working space.
PIECE = 200


def pieces(runs: int, piece: int = PIECE) -> Iterator[int]:
    """The sizes of the pieces that make up so many runs."""
    for start in range(0, runs, piece):
        yield min(piece, runs - start)


def ternary(rng: Generator, runs: int, units: int, discordance: float, mean: float) -> Signs:
    """X of -1, 0, 1: won with chance (discordance + mean) / 2, lost with (discordance - mean) / 2."""
    lot = rng.random((runs, units), dtype=np.float32)
    won, decided = (discordance + mean) / 2, discordance
    return (lot < won).astype(np.int8) - ((lot >= won) & (lot < decided)).astype(np.int8)


def drifting(rng: Generator, runs: int, units: int, block: int) -> tuple[Signs, Floats]:
    """Blocks of mean -.30 and +.19 in turn, discordance .4; and the running average of the true means."""
    bad = (np.arange(units) // block) % 2 == 0
    means = np.where(bad, -0.30, 0.19)
    lot = rng.random((runs, units), dtype=np.float32)
    won = ((0.4 + means) / 2).astype(np.float32)
    x = (lot < won).astype(np.int8) - ((lot >= won) & (lot < 0.4)).astype(np.int8)
    return x, np.cumsum(means) / np.arange(1, units + 1)


def conversations(rng: Generator, runs: int, units: int, turns: int, copied: float) -> Floats:
    """Means of conversations whose turns copy a common cause with some chance; discordance .2, mean -.05."""
    cause = ternary(rng, runs, units, 0.2, -0.05)
    own = ternary(rng, runs * turns, units, 0.2, -0.05).reshape(turns, runs, units)
    copies = rng.random((turns, runs, units), dtype=np.float32) < copied
    means: Floats = np.where(copies, cause, own).mean(axis=0)
    return means


# People and GPT-3.5, people and PandaLM-7B on 999 real pairs (WeOpenML/PandaLM, by way of the figures in the design):
# rows are the sum of three annotators' votes, columns the judge's +1, 0, -1.
PANDA = {
    "GPT-3.5": {
        3: (301, 13, 54), 2: (13, 4, 4), 1: (20, 4, 16), 0: (38, 16, 31), -1: (11, 2, 36), -2: (1, 1, 8),
        -3: (76, 23, 327),
    },
    "PandaLM-7B": {
        3: (269, 34, 65), 2: (11, 5, 5), 1: (23, 1, 16), 0: (28, 28, 29), -1: (13, 4, 32), -2: (2, 1, 7),
        -3: (87, 34, 305),
    },
}  # fmt: skip


def judged(rng: Generator, judge: str, runs: int, units: int) -> tuple[Floats, Floats]:
    """What people said (mean of three) and what the judge said of pairs drawn again from the real ones."""
    cells = [(votes / 3, f, n) for votes, row in PANDA[judge].items() for f, n in zip((1, 0, -1), row, strict=True)]
    weights = np.array([n for _, _, n in cells], dtype=float)
    drawn = rng.choice(len(cells), size=(runs, units), p=weights / weights.sum())
    return np.array([y for y, _, _ in cells])[drawn], np.array([float(f) for _, f, _ in cells])[drawn]


def strong_judge(rng: Generator, runs: int, units: int) -> tuple[Floats, Floats]:
    """The same people, and a judge made for comparison: their label with a little noise and a bias of +.15."""
    y, _ = judged(rng, "GPT-3.5", runs, units)
    return y, np.clip(y + rng.normal(0.15, 0.35, y.shape), -1, 1)


def human_mean(judge: str) -> float:
    """The people's mean over the real pairs."""
    rows = PANDA[judge]
    return sum(votes / 3 * sum(row) for votes, row in rows.items()) / sum(sum(row) for row in rows.values())
