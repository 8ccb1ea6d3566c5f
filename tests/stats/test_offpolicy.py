"""Doubly robust: right about a policy that never ran, if either the guesses or the chances are."""

import numpy as np
import pytest

from understudy.stats.offpolicy import gain, pseudo_outcomes


@pytest.mark.parametrize("guessed", [0.6, 0.1])
def test_it_finds_the_gain_of_a_policy_that_never_served(guessed: float) -> None:
    draw = np.random.default_rng(0)
    n = 40_000
    outcome = np.stack([draw.random(n) < 0.5, draw.random(n) < 0.6], axis=1).astype(float)
    shadowed = draw.random(n) < 0.05
    seen = outcome.copy()
    seen[~shadowed, 1] = np.nan
    chance = np.tile([1.0, 0.05], (n, 1))
    guess = np.tile([0.5, guessed], (n, 1))
    found = gain(pseudo_outcomes(seen, chance, guess), np.ones(n, int), np.zeros(n, int))
    assert found.mean == pytest.approx(0.1, abs=0.03)
    assert found.low < found.mean
    assert found.n == n


def test_the_same_choices_earn_the_same() -> None:
    pseudo = np.random.default_rng(0).random((50, 3))
    same = np.arange(50) % 3
    assert gain(pseudo, same, same) == (0.0, 0.0, 50)


def test_one_request_proves_nothing() -> None:
    assert gain(np.ones((1, 2)), np.array([1]), np.array([0])).low == -1.0
