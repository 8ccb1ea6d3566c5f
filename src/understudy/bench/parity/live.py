"""Twins of what happens after the first rung: blocks of live outcomes, the watch, and a judge's values with labels.

Each is the shipped recursion (`stats.blocks`, `stats.detector`, `stats.ppi`) over many runs at once; the tests hold
them together.
"""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from understudy.bench.parity.streams import Bools, Floats
from understudy.bench.parity.twin import Ints, first, log_e_path
from understudy.stats.mixture import FRACTIONS, Bet, futility
from understudy.stats.ppi import MIN_LABELS, PRIOR_LABELS


def differences(rng: Generator, runs: int, units: int, base: float, drop: float, block: int) -> Floats:
    """Candidate outcomes against the mean of as many incumbent ones as a block takes, all of them by lot."""
    own = rng.random((runs, units)) < base - drop
    found: Floats = own - rng.binomial(block, base, (runs, units)) / block
    return found


def watch_alarms(x: Floats, margin: float, level: float) -> Ints:
    """When the detector's R first reaches a level, by run."""
    return first(watch_path(x, margin) >= level)


def watch_path(x: Floats, margin: float) -> Floats:
    """The detector's R after every value, by run."""
    bet = futility(margin)
    stakes = np.array(bet.stakes)
    restarts = np.zeros((len(x), len(FRACTIONS)))
    path = np.empty(x.shape)
    for unit in range(x.shape[1]):
        restarts = (restarts + 1.0) * (1.0 + bet.side * (x[:, unit, None] - bet.centre) * stakes)
        path[:, unit] = restarts.mean(axis=1)
    return path


class Judged(NamedTuple):
    """Values that a judge and its labels made, and how many labels had been asked for by each unit."""

    values: Floats
    labels: Ints
    weights: Floats


def predicted(y: Floats, f: Floats, asked: Bools, propensity: float) -> Judged:
    """Z of the pair form with the shipped predictor, which learns as it goes; lengths are equal, orders agree."""
    runs, units = y.shape
    predictor = Predictors(runs)
    values, weights = np.empty_like(y), np.empty_like(y)
    for unit in range(units):
        expected, weight = predictor.calibrated(f[:, unit]), predictor.weight()
        leaning = weight * expected
        corrected = leaning + (y[:, unit] - leaning) / propensity
        values[:, unit] = np.where(asked[:, unit], corrected, leaning)
        weights[:, unit] = weight
        drawn = np.nonzero(asked[:, unit])[0]
        if len(drawn):
            predictor.learn(drawn, f[drawn, unit], y[drawn, unit], expected[drawn])
    return Judged(values, np.cumsum(asked, axis=1), weights)


class Predictors:
    """`stats.ppi.Predictor` for many runs. With equal lengths and agreeing orders only two of its terms ever move."""

    def __init__(self, runs: int) -> None:
        self._normal = np.tile(np.eye(2) * PRIOR_LABELS, (runs, 1, 1))
        self._moments = np.tile(np.array([0.0, PRIOR_LABELS]), (runs, 1))
        self._coefficients = np.tile(np.array([0.0, 1.0]), (runs, 1))
        self._n = np.zeros(runs)
        self._sums = np.zeros((runs, 4))

    def calibrated(self, f: Floats) -> Floats:
        """The expected labels."""
        found: Floats = np.clip(self._coefficients[:, 0] + self._coefficients[:, 1] * f, -1.0, 1.0)
        return found

    def weight(self) -> Floats:
        """How far each run believes its judge."""
        n = np.maximum(self._n, 1)
        f, y, ff, fy = self._sums.T
        spread = ff - f * f / n
        known = (self._n >= MIN_LABELS) & (spread > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(known, np.clip((fy - f * y / n) / spread, 0.0, 1.0), 0.0)

    def learn(self, runs: Ints, f: Floats, y: Floats, expected: Floats) -> None:
        """One label more for some of the runs."""
        terms = np.stack([np.ones_like(f), f], axis=1)
        self._normal[runs] += terms[:, :, None] * terms[:, None, :]
        self._moments[runs] += terms * y[:, None]
        self._coefficients[runs] = np.linalg.solve(self._normal[runs], self._moments[runs][:, :, None])[:, :, 0]
        self._n[runs] += 1
        self._sums[runs] += np.stack([expected, y, expected * expected, expected * y], axis=1)


def blocks_of(y: Floats, f: Floats, size: int, weight: float, rng: Generator) -> Floats:
    """Z of the block form: of every so many pairs one is labelled, drawn by lot."""
    runs, units = y.shape[0], y.shape[1] // size
    by_block = (runs, units, size)
    y, f = y[:, : units * size].reshape(by_block), f[:, : units * size].reshape(by_block)
    drawn = rng.integers(size, size=(runs, units, 1))
    label, score = (np.take_along_axis(one, drawn, axis=2)[:, :, 0] for one in (y, f))
    found: Floats = weight * f.mean(axis=2) + (label - weight * score)
    return found


def crossing(x: Floats, bet: Bet, level: float) -> Ints:
    """When log e first reaches a level, by run."""
    return first(log_e_path(x, bet) >= level)
