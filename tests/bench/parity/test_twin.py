"""The twins give the shipped objects' numbers: on 10^5 prefixes of random streams, rung by rung and sum by sum."""

import math

import numpy as np
import pytest

from tests.parity.streams import EAGER, NO_FACTS, fresh
from understudy.bench.parity import live, streams
from understudy.bench.parity.twin import NEVER, Counts, log_e, log_e_path, sums, walk
from understudy.parity.events import Judged, Pair
from understudy.parity.gate import decide
from understudy.parity.ladder import Rung
from understudy.parity.slices import Hypothesis, OutcomeKind, SliceId
from understudy.parity.state import Move, absorb, apply, open_slice
from understudy.stats.blocks import Canary
from understudy.stats.detector import Detector
from understudy.stats.mixture import futility, promotion
from understudy.stats.ppi import bound_of_pairs

UNITS = 2_000
# Four cells, each with so many prefixes.
PREFIXES = 25_000


@pytest.mark.parametrize(
    ("margin", "discordance", "mean"), [(0.05, 0.3, 0.0), (0.02, 0.1, -0.04), (0.1, 0.2, -0.08), (0.05, 0.6, -0.15)]
)
def test_the_ladder_on_100_000_prefixes(margin: float, discordance: float, mean: float) -> None:
    compared, seed, outcomes = 0, 0, set()
    while compared < PREFIXES:
        seed += 1
        x = streams.ternary(np.random.default_rng(seed), 4, UNITS, discordance, mean)
        evidence = log_e(sums(Counts.of(x), promotion(margin)))
        against = log_e(sums(Counts.of(x), futility(margin)))
        climbed = walk(x, margin)
        for run in range(4):
            reached, stopped, n = climb(x[run], margin, evidence[run], against[run])
            assert {rung: int(at[run]) for rung, at in climbed.rungs.items() if at[run] != NEVER} == reached
            assert climbed.stopped[run] == stopped
            compared += n
            outcomes.add((max(reached, default=Rung.SHADOW), stopped != NEVER))
    assert len(outcomes) > 1, "all streams came out alike"


def climb(
    x: streams.Signs, margin: float, evidence: streams.Floats, against: streams.Floats
) -> tuple[dict[Rung, int], int, int]:
    """The shipped gate over one stream: when each rung opened, when it was stopped, how many units were compared."""
    state, reached = fresh(margin), dict[Rung, int]()
    for unit in range(len(x)):
        state = absorb(state, Pair(unit + 1, f"u{unit}", float(x[unit])))
        assert math.isclose(state.promotion.log_e, evidence[unit], abs_tol=1e-9)
        assert math.isclose(state.futility.log_e, against[unit], abs_tol=1e-9)
        decision = decide(state, EAGER, NO_FACTS, 0.0)
        state = apply(state, decision.move, decision.to, 0.0)
        if decision.move is Move.UP:
            reached[decision.to] = unit
        elif decision.move is not Move.NONE:
            return reached, unit, unit + 1
        if state.rung is Rung.P100:
            return reached, NEVER, unit + 1
    return reached, NEVER, len(x)


def test_values_of_any_kind() -> None:
    x = np.random.default_rng(3).uniform(-1, 1, (4, 300))
    path = log_e_path(x, promotion(0.05))
    for run in range(4):
        state = fresh(0.05)
        for unit in range(300):
            state = absorb(state, Pair(unit + 1, f"u{unit}", float(x[run, unit])))
            assert math.isclose(state.promotion.log_e, path[run, unit], abs_tol=1e-9)


def test_blocks_of_live_outcomes() -> None:
    rng = np.random.default_rng(5)
    own, rented = rng.random(400) < 0.7, rng.random((400, 19)) < 0.9
    d = (own - rented.mean(axis=1))[None, :]
    path = log_e_path(d, futility(0.02))
    canary = Canary.start(0.02)
    for unit in range(400):
        for y in rented[unit]:
            canary = canary.incumbent(float(y))
        canary = canary.candidate(float(own[unit]), 19)
        assert math.isclose(canary.log_e, path[0, unit], abs_tol=1e-9)
    drawn = live.differences(rng, 2_000, 50, 0.9, 0.2, 19)
    assert abs(drawn.mean() + 0.2) < 0.01


def test_the_watch() -> None:
    x = streams.ternary(np.random.default_rng(9), 20, 1_500, 0.3, -0.12).astype(float)
    alarms = live.watch_alarms(x, 0.05, 1_000.0)
    for run in range(20):
        detector, at = Detector(0.05), NEVER
        for unit in range(1_500):
            detector = detector.update(float(x[run, unit]))
            if detector.value >= 1_000.0:
                at = unit
                break
        assert alarms[run] == at
    assert (alarms != NEVER).any()


def test_a_judge_and_its_labels() -> None:
    rng = np.random.default_rng(11)
    y, f = streams.judged(rng, "GPT-3.5", 6, 400)
    asked = rng.random(y.shape) < 0.25
    found = live.predicted(y, f, asked, 0.25)
    path = log_e_path(found.values, promotion(0.05, bound_of_pairs(0.25)))
    hypothesis = Hypothesis(
        slice=SliceId("r", "k"),
        candidate="a",
        incumbent="b",
        check="judge",
        outcome=OutcomeKind.JUDGE_WITH_LABELS,
        labels=0.25,
    )
    for run in range(6):
        state = open_slice(hypothesis, 0.0)
        for unit in range(400):
            label = float(y[run, unit]) if asked[run, unit] else None
            state = absorb(state, Pair(unit + 1, "u", float(f[run, unit]), judged=Judged(0.25, label=label)))
            assert math.isclose(state.promotion.log_e, path[run, unit], abs_tol=1e-9)
    assert found.weights.max() > 0.2
