"""The promises against truth: simulated streams at the margin, under drift, in clusters; and what power is left.

Seeds are fixed, so a change of the numbers is a change of the code. Error rates are held against the upper 95 % bound
of the simulation.
"""

import math

import numpy as np
import pytest

from tests.stats.twin import Array, passages, peaks, streams
from understudy.bench.parity.lines import upper_bound
from understudy.bench.parity.live import watch_path
from understudy.bench.parity.twin import CHUNK, log_e_chunks
from understudy.stats.detector import Detector
from understudy.stats.mixture import Bet, Mixture, futility, promotion, rollback


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    "bet", [promotion(0.05), futility(0.02), rollback(0.1)], ids=["promotion", "futility", "rollback"]
)
def test_twin_is_the_shipped_mixture(bet: Bet) -> None:
    """On every prefix of 100 streams of 400 values: 120,000 prefixes over the three bets."""
    xs = streams(rng(1), (100, 400), -0.03, 0.3) * rng(2).choice([1.0, 0.5, 1 / 3], (100, 400))
    twin = np.concatenate(list(log_e_chunks(xs, bet)), axis=1)
    for row, path in zip(xs, twin, strict=True):
        mixture = Mixture(bet)
        for x, expected in zip(row.tolist(), path.tolist(), strict=True):
            mixture = mixture.update(x)
            assert abs(mixture.log_e - expected) < 1e-9


def test_twin_is_the_shipped_detector() -> None:
    xs = streams(rng(3), (20, 300), -0.1, 0.3)
    for row, path in zip(xs, watch_path(xs, 0.05), strict=True):
        detector = Detector(0.05)
        for x, expected in zip(row.tolist(), path.tolist(), strict=True):
            detector = detector.update(x)
            assert detector.value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("margin", "discordance", "units", "seed"),
    [(0.05, 0.05, 2000, 11), (0.05, 0.2, 5000, 12), (0.1, 0.4, 2000, 13), (0.02, 0.2, 2000, 14)],
)
def test_bar_1_false_promotion_exactly_at_the_margin(margin: float, discordance: float, units: int, seed: int) -> None:
    found = peaks(promotion(margin), streams(rng(seed), (2000, units), -margin, discordance))
    assert upper_bound(int((found >= math.log(20)).sum()), len(found)) <= 0.05


def test_bar_1_false_promotion_to_the_last_rung() -> None:
    found = peaks(promotion(0.05), streams(rng(15), (4000, 2000), -0.05, 0.2))
    for level in (5, 10, 20, 50, 100):
        assert upper_bound(int((found >= math.log(level)).sum()), len(found)) <= 1 / level


def test_a_z_test_that_is_peeked_at_breaks_the_same_promise() -> None:
    """The simulation can fail: on these very streams the usual rule is wrong many times too often."""
    xs = streams(rng(12), (2000, 2000), -0.05, 0.2)
    n = np.arange(1, 2001)
    mean = np.cumsum(xs, axis=1) / n
    spread = np.sqrt(np.maximum(np.cumsum(xs**2, axis=1) / n - mean**2, 1e-12) / n)
    promoted = ((mean + 0.05) / spread > 1.645)[:, 30:].any(axis=1)
    assert promoted.mean() > 0.3


def test_bar_3_running_average_under_block_drift() -> None:
    truth = np.tile(np.repeat([-0.30, 0.19], 100), 30)
    draw = rng(16).random((1000, len(truth)))
    xs = np.where(draw < (0.4 + truth) / 2, 1.0, np.where(draw > 1 - (0.4 - truth) / 2, -1.0, 0.0))
    allowed = np.cumsum(truth) / np.arange(1, len(truth) + 1) <= -0.05
    wrong = np.zeros(len(xs), dtype=bool)
    for start, chunk in enumerate(log_e_chunks(xs, promotion(0.05))):
        null = allowed[start * CHUNK : (start + 1) * CHUNK]
        wrong |= ((chunk >= math.log(20)) & null).any(axis=1)
    assert upper_bound(int(wrong.sum()), len(wrong)) <= 0.05


def clustered(seed: int, turns: int) -> Array:
    """Turns of conversations of eight, each of which copies the conversation's cause six times in ten."""
    generator, shape = rng(seed), (1500, turns // 8, 8)
    own = streams(generator, (1500, turns), -0.05, 0.2).reshape(shape)
    cause = streams(generator, (1500, turns // 8), -0.05, 0.2)[:, :, None]
    return np.where(generator.random(shape) < 0.6, cause, own)


def test_PAR_1_4_bar_3_conversations_are_safe_as_units_and_turns_are_not() -> None:
    xs = clustered(17, 4000)
    means = peaks(promotion(0.05), xs.mean(axis=2))
    assert upper_bound(int((means >= math.log(20)).sum()), len(means)) <= 0.05
    turns = peaks(promotion(0.05), xs.reshape(len(xs), -1))
    assert (turns >= math.log(20)).mean() > 0.3


def test_bar_2_pairs_to_promotion_at_parity_and_above() -> None:
    fixed = 8.564 * 0.2 / 0.05**2
    parity = passages(promotion(0.05), streams(rng(18), (1000, 3500), 0.0, 0.2), 20)
    assert np.median(parity) <= 1.0 * fixed
    assert np.quantile(parity, 0.9) <= 2.4 * fixed
    better = passages(promotion(0.05), streams(rng(19), (1000, 2000), 0.05, 0.2), 20)
    assert np.median(better) <= 0.4 * fixed


def test_bar_5_false_rollback_and_delay_in_own_outcomes() -> None:
    """Blocks of 19, incumbent right in 95 %; the margin of the bar is .02."""
    generator = rng(20)

    def differences(drop: float, shape: tuple[int, int]) -> Array:
        own = generator.random(shape) < 0.95 - drop
        return own - generator.binomial(19, 0.95, shape) / 19

    for drop in (0.0, 0.02):
        false = peaks(rollback(0.02), differences(drop, (2000, 1000))) >= math.log(100)
        assert upper_bound(int(false.sum()), len(false)) <= 0.01
    assert np.median(passages(rollback(0.02), differences(0.3, (1000, 200)), 100)) <= 45
    assert np.median(passages(rollback(0.02), differences(0.1, (1000, 800)), 100)) <= 210


def test_bar_6_run_length_to_a_false_alarm_and_delay_to_a_true_one() -> None:
    null = watch_path(streams(rng(21), (500, 2000), -0.05, 0.2), 0.05) >= 100
    lengths = np.where(null.any(axis=1), null.argmax(axis=1) + 1, null.shape[1])
    assert lengths.mean() - 1.645 * lengths.std() / math.sqrt(len(lengths)) >= 100
    good, bad = streams(rng(22), (500, 500), 0.0, 0.2), streams(rng(23), (500, 1500), -0.1, 0.2)
    alarms = watch_path(np.concatenate([good, bad], axis=1), 0.05) >= 1000
    quiet = ~alarms[:, :500].any(axis=1)
    assert quiet.mean() > 0.95
    assert np.median(alarms[quiet, 500:].argmax(axis=1) + 1) <= 220


def test_futility_stops_what_is_worse_and_spares_what_is_at_the_margin() -> None:
    worse = passages(futility(0.05), streams(rng(24), (500, 3000), -0.15, 0.2), 100)
    assert np.isfinite(worse).mean() > 0.95
    spared = peaks(futility(0.05), streams(rng(25), (2000, 2000), -0.05, 0.2)) < math.log(100)
    assert upper_bound(int((~spared).sum()), len(spared)) <= 0.01
