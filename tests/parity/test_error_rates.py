"""The shipped gate against truth: it climbs at parity, stays down below the margin, and lets go of what breaks."""

import math

import msgspec
import numpy as np

from tests.parity.streams import EAGER, NO_FACTS, driven, fed, fresh, served
from tests.stats.twin import streams
from understudy.bench.parity.lines import upper_bound
from understudy.bench.parity.twin import log_e_path
from understudy.parity.gate import decide
from understudy.parity.ladder import LADDER, OPENS_AT, Rung
from understudy.parity.state import Move, Status
from understudy.stats.blocks import Canary, block_size
from understudy.stats.mixture import promotion


def test_the_gate_opens_each_rung_where_the_evidence_of_the_twin_does() -> None:
    xs = streams(np.random.default_rng(41), (12, 600), 0.02, 0.2)
    for row, path in zip(xs, log_e_path(xs, promotion(0.05)), strict=True):
        expected, at = [], 0
        for rung, level in OPENS_AT.items():
            reached = np.flatnonzero(path[at:] >= math.log(level))
            if not len(reached):
                break
            at += int(reached[0]) + 1
            expected.append((rung, at))
        _, moves = driven(fresh(), row.tolist())
        assert [(move.to, int(move.reason.split(" pairs")[0].split()[-1])) for move in moves] == expected


def test_parity_climbs_to_the_top() -> None:
    pairs = []
    for row in streams(np.random.default_rng(42), (30, 3500), 0.0, 0.2):
        state, moves = driven(fresh(), row.tolist())
        if any(move.to is Rung.P100 for move in moves):
            pairs.append(state.promotion.mixture.n)
    assert len(pairs) >= 28
    assert np.median(pairs) <= 1.35 * 8.564 * 0.2 / 0.05**2


def test_well_below_the_margin_nothing_reaches_25_percent_and_most_is_stopped() -> None:
    ends = [driven(fresh(), row.tolist())[0] for row in streams(np.random.default_rng(43), (60, 900), -0.2, 0.3)]
    assert all(state.rung < Rung.P25 for state in ends)
    assert sum(state.ended is not None for state in ends) >= 54


def test_at_the_margin_each_rung_keeps_its_promise() -> None:
    highest = []
    for row in streams(np.random.default_rng(44), (150, 600), -0.05, 0.2):
        _, moves = driven(fresh(), row.tolist())
        highest.append(max([move.to for move in moves if move.move is Move.UP], default=Rung.SHADOW))
    for rung in LADDER[1:]:
        hits = sum(reached >= rung for reached in highest)
        # 150 streams cannot show a rate of 1 %: the promise must not be refuted at 95 %.
        allowed = next(k for k in range(151) if upper_bound(k, 150, 0.05) >= 1 / OPENS_AT[rung])
        assert hits <= allowed


def arrivals(seed: int, share: float, n: int) -> list[bool]:
    """Which of n served answers are the candidate's."""
    return [bool(inside) for inside in np.random.default_rng(seed).random(n) < share]


def delay(seed: int, rung: Rung, own: float, rented: float, margin: float) -> int:
    """Candidate outcomes until rollback, as traffic comes: in any order, with blocks as full as it allows."""
    rng, canary, outcomes = np.random.default_rng(seed), Canary.start(margin), 0
    while canary.log_e < math.log(100):
        for candidate in arrivals(int(rng.integers(2**31)), rung.share, 200):
            y = float(rng.random() < (own if candidate else rented))
            canary = canary.candidate(y, block_size(rung)) if candidate else canary.incumbent(y)
            outcomes += candidate
            if candidate and canary.log_e >= math.log(100):
                break
    return outcomes


def test_bar_5_a_fall_of_30_points_is_rolled_back_within_45_own_outcomes() -> None:
    for rung in (Rung.P1, Rung.P5, Rung.P25):
        assert np.median([delay(seed, rung, 0.65, 0.95, 0.02) for seed in range(60)]) <= 45


def test_a_canary_at_parity_is_left_alone_as_traffic_comes() -> None:
    rng = np.random.default_rng(45)
    for rung in (Rung.P5, Rung.P50):
        for seed in range(10):
            canary = Canary.start(0.05)
            for candidate in arrivals(seed, rung.share, 3000):
                y = float(rng.random() < 0.9)
                canary = canary.candidate(y, block_size(rung)) if candidate else canary.incumbent(y)
            assert canary.log_e < math.log(100)


def test_a_broken_deployment_is_let_go_on_every_rung() -> None:
    """Half of the candidate's answers break overnight, on whichever rung it stands."""
    rng, slow = np.random.default_rng(46), msgspec.structs.replace(EAGER, dwell_s=1e9, cycle_s=1e9)
    climbed = fed(fresh(), streams(rng, (1, 600), 0.02, 0.1)[0].tolist())
    for rung, ending in ((Rung.P25, Status.ROLLED_BACK), (Rung.P100, Status.ALARMED)):
        standing = msgspec.structs.replace(climbed, rung=rung)
        state, after = driven(standing, streams(rng, (1, 100), -0.5, 0.6)[0].tolist(), slow)
        assert state.ended is ending
        assert after[-1].to is Rung.SHADOW


def test_a_catastrophe_is_seen_through_live_outcomes_alone() -> None:
    state = msgspec.structs.replace(fed(fresh(), [0.0] * 50), rung=Rung.P1)
    n = 0
    while decide(state, EAGER, NO_FACTS, 0.0).move is not Move.DOWN:
        for _ in range(99):
            state = served(state, candidate=False, y=1.0)
        state, n = served(state, candidate=True, y=0.0), n + 1
    assert n <= 12
