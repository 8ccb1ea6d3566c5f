"""Bars 1 to 3: how often a candidate below its margin is promoted, and how many pairs a good one takes."""

import math

import numpy as np
from numpy.random import Generator

from understudy.bench.parity import streams
from understudy.bench.parity.lines import Line, median, rate
from understudy.bench.parity.live import crossing
from understudy.bench.parity.peers import PEERS, Moments, fixed_n
from understudy.bench.parity.real import Outcomes
from understudy.bench.parity.streams import Bools, Signs, pieces
from understudy.bench.parity.twin import NEVER, Counts, Ints, log_e_path, walk
from understudy.parity.ladder import Rung
from understudy.parity.units import pair_value
from understudy.stats.mixture import promotion

# Margin and discordance: the normal cases of two good models, sparse to lively.
CELLS = (
    (0.02, 0.05), (0.02, 0.20),
    (0.05, 0.05), (0.05, 0.10), (0.05, 0.20), (0.05, 0.40),
    (0.10, 0.10), (0.10, 0.20), (0.10, 0.40),
)  # fmt: skip
HORIZON = 10_000
# Peers are shown on the first runs only: they are beside the point, and slow.
PEER_RUNS = 2_000
E20 = math.log(20.0)


def reached(at: Ints) -> int:
    """How many runs got there."""
    return int((at != NEVER).sum())


def nulls(margin: float, discordance: float, *, runs: int, seed: int) -> tuple[list[Line], dict[str, float]]:
    """Bar 1 in one cell: exactly at the margin, a look at every unit. And the peers on the first of these streams."""
    rng = np.random.default_rng(seed)
    at25 = at100 = seen = 0
    beaten = dict.fromkeys(PEERS, 0)
    for size in pieces(runs):
        x = streams.ternary(rng, size, HORIZON, discordance, -margin)
        climbed = walk(x, margin)
        at25 += reached(climbed.rungs[Rung.P25])
        at100 += reached(climbed.rungs[Rung.P100])
        if seen < min(runs, PEER_RUNS):
            moments = Moments.of(Counts.of(x), margin)
            for name, decides in PEERS.items():
                beaten[name] += int(decides(moments, discordance, margin).sum())
            seen += size
    cell = f"d {margin:.2f}, discordance {discordance:.2f}"
    lines = [
        rate("1", f"ever 25 % (e ≥ 20) at the margin, {cell}", at25, runs, 0.05, ".024–.039"),
        rate("1", f"ever 100 % (e ≥ 100) at the margin, {cell}", at100, runs, 0.01, ".004–.010"),
    ]
    return lines, {"this gate": at25 / runs} | {name: hits / seen for name, hits in beaten.items()}


def real_nulls(slices: list[Outcomes], *, streams_each: int, seed: int) -> list[Line]:
    """Bar 1 on real outcomes: the margin is exactly the true difference of every slice and role that lags a little."""
    rng = np.random.default_rng(seed)
    lagging = [one for one in slices if 0.01 <= -one.mean <= 0.5]
    shares = []
    for one in lagging:
        x = rng.choice(one.x, size=(streams_each, 4_000))
        shares.append(reached(walk(x, -one.mean).rungs[Rung.P25]) / streams_each)
    shown = f"{np.mean(shares):.4f} mean, {max(shares):.3f} worst of {len(lagging)}"
    what = "ever 25 % at the margin, real slices"
    return [Line(bar="1", what=what, shown=shown, limit=0.04, value=float(np.mean(shares)), prototype=".028")]


def power(margin: float, discordance: float, *, runs: int, seed: int) -> list[Line]:
    """Bar 2 in one cell: pairs to 25 % at parity, and with a candidate that is better by the margin, beside fixed n."""
    rng = np.random.default_rng(seed)
    n90 = fixed_n(discordance, margin)
    horizon = min(30_000, max(2_000, 5 * n90))
    cell = f"d {margin:.2f}, discordance {discordance:.2f}"
    sparse = (margin, discordance) == (0.05, 0.05)
    limit = 1.3 if sparse else 1.0 if discordance >= 0.1 and margin <= 0.05 else None
    at_parity = _ratios(rng, runs, horizon, discordance, 0.0, margin)
    better = _ratios(rng, runs, horizon, discordance, min(margin, discordance), margin)
    ninth = float(np.quantile(at_parity, 0.9))
    return [
        median("2", f"pairs to 25 % / n90 at parity, {cell}", at_parity, limit, "1.25" if sparse else ".79–.90"),
        Line(
            bar="2",
            what=f"p90 of the same, {cell}",
            shown=f"{ninth:.2f}",
            limit=2.4,
            value=ninth,
            prototype="1.82–2.35",
        ),
        median("2", f"pairs to 25 % / n90, better by d, {cell}", better, 0.4, ".20–.37"),
    ]


def _ratios(rng: Generator, runs: int, horizon: int, discordance: float, mean: float, margin: float) -> list[float]:
    found: list[float] = []
    for size in pieces(runs, max(1, 2_000_000 // horizon)):
        took = walk(streams.ternary(rng, size, horizon, discordance, mean), margin).pairs_to(Rung.P25)
        found += [math.inf if pairs == NEVER else float(pairs) for pairs in took]
    n90 = fixed_n(discordance, margin)
    return [pairs / n90 for pairs in found]


def drift(block: int, *, runs: int, seed: int) -> list[Line]:
    """Bar 3: the promise under drift speaks of the running average of the true means."""
    rng = np.random.default_rng(seed)
    hits = 0
    for size in pieces(runs):
        x, average = streams.drifting(rng, size, 6_000, block)
        high = log_e_path(x.astype(float), promotion(0.05)) >= E20
        hits += int((high & (average <= -0.05)).any(axis=1).sum())
    return [rate("3", f"e ≥ 20 while the running mean is below, blocks of {block}", hits, runs, 0.05, ".005")]


def clustered(turns: int, copied: float, *, runs: int, seed: int) -> list[Line]:
    """Bar 3: conversations count once; counting every turn is shown beside."""
    rng = np.random.default_rng(seed)
    hits = 0
    for size in pieces(runs):
        means = streams.conversations(rng, size, 6_000 // turns, turns, copied)
        hits += reached(crossing(means, promotion(0.05), E20))
    what = f"conversations of {turns} turns that share causes ({copied:g})"
    return [rate("3", what, hits, runs, 0.05, ".028, .009, .018")]


def lost(chance: float, *, runs: int, seed: int) -> list[Line]:
    """Bar 3: the candidate's failures get lost. They count as failures; leaving them out is shown beside."""
    rng = np.random.default_rng(seed)
    units = 4_000
    lot = rng.random((runs, units))
    own, rented = lot < 0.675, (lot < 0.6) | (lot >= 0.875)
    gone = ~own & (rng.random((runs, units)) < chance)
    worth = {(o, r): pair_value(o, float(r)) for o in (None, 0.0, 1.0) for r in (False, True)}
    x = _valued(own, rented, gone, worth)
    counted = reached(walk(x, 0.05).rungs[Rung.P25])
    skipped = reached(crossing(np.where(gone, -0.05, x.astype(float)), promotion(0.05), E20))
    what = f"{chance:.0%} of the candidate's failures lost (left out instead: {skipped / runs:.2f})"
    return [rate("3", what, counted, runs, 0.05, ".024–.034")]


def _valued(own: Bools, rented: Bools, gone: Bools, worth: dict[tuple[float | None, bool], float | None]) -> Signs:
    x = np.empty(own.shape, dtype=np.int8)
    for (candidate, incumbent), value in worth.items():
        is_lost = candidate is None
        mine = gone if is_lost else ~gone & (own == bool(candidate))
        x[mine & (rented == incumbent)] = value or 0
    return x


def replayed(slices: list[Outcomes], margin: float, *, seeds: int, pairs: int, seed: int) -> list[Line]:
    """The real pairs as traffic of which 3 % are compared: who opens 25 %, and how fast."""
    rng = np.random.default_rng(seed)
    bad_hits = bad_runs = 0
    powers: dict[str, list[float]] = {"Mixtral": [], "GPT-4": []}
    speeds: dict[str, list[float]] = {"Mixtral": [], "GPT-4": []}
    for one in slices:
        x = rng.choice(one.x, size=(seeds, pairs))
        took = walk(x, margin).pairs_to(Rung.P25)
        opened = took != NEVER
        if one.mean < -margin:
            bad_hits, bad_runs = bad_hits + int(opened.sum()), bad_runs + seeds
        elif one.mean > -margin:
            powers[one.own].append(float(opened.mean()))
            if one.mean >= -margin + 0.03 and opened.any():
                speeds[one.own].append(float(np.median(took[opened])))
    what = f"real stream, d {margin:.2f}: a slice below its margin ever opens 25 %"
    lines = [rate("issue", what, bad_hits, bad_runs, 0.05, ".001–.003")]
    for own, expected in {"Mixtral": ".951 / .774 / .781", "GPT-4": ".984 / .987 / 1.00"}.items():
        if powers[own]:
            took_ = float(np.median(speeds[own])) if speeds[own] else math.nan
            shown = f"power {np.mean(powers[own]):.3f} over {len(powers[own])} good slices; median pairs {took_:.0f}"
            lines.append(
                Line(bar="page", what=f"real stream, d {margin:.2f}, own = {own}", shown=shown, prototype=expected)
            )
    return lines
