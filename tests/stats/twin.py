"""Streams and figures of them for simulations; the vectorised twin itself ships, in `bench.parity`."""

import math

import numpy as np
import numpy.typing as npt

from understudy.bench.parity.twin import log_e_chunks
from understudy.stats.mixture import Bet

Array = npt.NDArray[np.float64]


def streams(rng: np.random.Generator, shape: tuple[int, int], mean: float, discordance: float) -> Array:
    """Wins, ties and losses (1, 0, -1) with a mean and a share of pairs that are not tied."""
    draw = rng.random(shape)
    wins, losses = (discordance + mean) / 2, (discordance - mean) / 2
    return np.where(draw < wins, 1.0, np.where(draw > 1 - losses, -1.0, 0.0))


def peaks(bet: Bet, xs: Array) -> Array:
    """The highest log e that each row ever shows."""
    highest: Array = np.stack([chunk.max(axis=1) for chunk in log_e_chunks(xs, bet)]).max(axis=0)
    return highest


def passages(bet: Bet, xs: Array, level: float) -> Array:
    """After how many values each row's e first reaches a level; infinite where it never does."""
    reached = np.concatenate([chunk >= math.log(level) for chunk in log_e_chunks(xs, bet)], axis=1)
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)
