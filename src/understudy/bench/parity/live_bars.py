"""Bars 4 to 7: judges with labels, rollback, the watch, the fleet."""

import math

import numpy as np

from understudy.bench.parity import live, streams
from understudy.bench.parity.gate_bars import E20, reached
from understudy.bench.parity.lines import Line, median, rate
from understudy.bench.parity.real import Outcomes
from understudy.bench.parity.twin import NEVER, Counts, log_e, sums
from understudy.parity.fleet import FLEET_ALPHA, admitted
from understudy.stats.blocks import block_size
from understudy.stats.mixture import futility, promotion
from understudy.stats.ppi import bound_of_blocks, bound_of_pairs

E100 = math.log(100.0)
PAIRS = 6_000
OK_DROP = 0.02


def judge_nulls(judge: str, propensity: float, *, runs: int, seed: int) -> list[Line]:
    """Bar 4: exactly at the margin under a biased judge. The judge alone, and corrected by labels."""
    rng = np.random.default_rng(seed)
    margin = -streams.human_mean(judge)
    y, f = streams.judged(rng, judge, runs, PAIRS)
    alone = reached(live.crossing(f, promotion(margin), E20)) / runs
    asked = rng.random(y.shape) < propensity
    z = live.predicted(y, f, asked, propensity).values
    hits = reached(live.crossing(z, promotion(margin, bound_of_pairs(propensity)), E20))
    size = round(1 / propensity)
    blocks = live.blocks_of(y, f, size, 0.55, rng)
    block_hits = reached(live.crossing(blocks, promotion(margin, bound_of_blocks(size)), E20))
    about = f"{judge} at the margin, labels {propensity:.0%}"
    return [
        Line(
            bar="4",
            what=f"the judge alone promotes falsely, {about}",
            shown=f"{alone:.3f}",
            limit=0.39 if judge == "GPT-3.5" else None,
            value=alone,
            at_least=True,
            prototype=".65, .39",
        ),
        rate("4", f"judge with labels, {about}", hits, runs, 0.05, ".006–.033"),
        rate("4", f"the same in blocks, {about}", block_hits, runs, 0.05, ".006–.023"),
    ]


def judge_labels(judge: str, propensity: float, *, runs: int, seed: int) -> list[Line]:
    """Bar 4: ten points above the margin, how many labels a judge saves. r is .59 for GPT-3.5, .51 for PandaLM-7B."""
    rng = np.random.default_rng(seed)
    margin = 0.10 - streams.human_mean(judge if judge in streams.PANDA else "GPT-3.5")
    drawn = (
        streams.judged(rng, judge, runs, PAIRS) if judge in streams.PANDA else streams.strong_judge(rng, runs, PAIRS)
    )
    y, f = drawn
    alone = live.crossing(y, promotion(margin), E20)
    only = float(np.median(np.where(alone == NEVER, PAIRS, alone + 1)))
    asked = rng.random(y.shape) < propensity
    found = live.predicted(y, f, asked, propensity)
    at = live.crossing(found.values, promotion(margin, bound_of_pairs(propensity)), E20)
    labels = np.where(at == NEVER, PAIRS * propensity, found.labels[np.arange(runs), np.minimum(at, PAIRS - 1)])
    size = round(1 / propensity)
    blocks = live.blocks_of(y, f, size, 0.55, rng)
    by_block = live.crossing(blocks, promotion(margin, bound_of_blocks(size)), E20)
    in_blocks = float(np.median(np.where(by_block == NEVER, PAIRS * propensity, by_block + 1)))
    ratio = float(np.median(labels)) / only
    shown = f"{ratio:.2f} ({np.median(labels):.0f} of {only:.0f}; in blocks {in_blocks / only:.2f})"
    limit = 0.8 if judge != "PandaLM-7B" else None
    what = f"labels with a judge / labels alone, {judge}, labels {propensity:.0%}"
    return [Line(bar="4", what=what, shown=shown, limit=limit, value=ratio, prototype=".71–.78; .34 strong")]


def rollback(share: int, *, runs: int, seed: int) -> list[Line]:
    """Bar 5 at one share: false rollbacks at equality, and how many of the candidate's outcomes a drop takes."""
    rng = np.random.default_rng(seed)
    block = block_size(share)
    lines = []
    for base in (0.95, 0.75):
        equal = live.crossing(live.differences(rng, runs, 3_000, base, 0.0, block), futility(OK_DROP), E100)
        what = f"false rollback within 3,000 outcomes at {share} %, rented {base:.0%}"
        lines.append(rate("5", what, reached(equal), runs, 0.01, "0–.001"))
    for drop, limit, d_ok in ((0.10, 210, OK_DROP), (0.30, 45, OK_DROP), (0.10, None, 0.05), (0.30, None, 0.05)):
        fallen = live.crossing(live.differences(rng, runs, 3_000, 0.95, drop, block), futility(d_ok), E100)
        took = [math.inf if at == NEVER else float(at + 1) for at in fallen]
        bar = limit if share <= 25 else None
        what = f"own outcomes until −{drop * 100:.0f} pt is found at {share} %, d_ok {d_ok:g}"
        known = {(0.10, 0.02): "173–205", (0.30, 0.02): "39–45", (0.10, 0.05): "512"}.get((drop, d_ok), "")
        lines.append(median("5", what, took, bar, known, digits=0))
    return lines


def watch(level: float, *, runs: int, seed: int) -> list[Line]:
    """Bar 6: false alarms at parity and at the margin, and how fast a drop is found after 1,000 good units."""
    rng = np.random.default_rng(seed)
    calm = streams.ternary(rng, runs, 1_000, 0.2, 0.0).astype(float)
    false = reached(live.watch_alarms(calm, 0.05, level)) / runs
    what = f"alarms within 1,000 pairs at parity, A = {level:g}"
    lines = [Line(bar="6", what=what, shown=f"{false:.3f}", prototype=".019" if level == 1_000 else "0")]
    if level == 1_000:
        lines.append(_run_length(rng, level, runs))
    for drop, limit in ((0.10, 220), (0.15, None), (0.30, None)):
        mean = -drop
        after = streams.ternary(rng, runs, 3_000, max(0.2, drop + 0.05), mean)
        x = np.concatenate([streams.ternary(rng, runs, 1_000, 0.2, 0.0), after], axis=1).astype(float)
        at = live.watch_alarms(x, 0.05, level)
        took = [float(one - 999) if one != NEVER else math.inf for one in at if one >= 1_000]
        what = f"pairs until −{drop * 100:.0f} pt is found, A = {level:g}"
        known = {0.10: "193", 0.15: "90", 0.30: "37"}[drop] if level == 1_000 else ""
        lines.append(median("6", what, took, limit if level == 1_000 else None, known, digits=0))
    return lines


def _run_length(rng: np.random.Generator, level: float, runs: int) -> Line:
    """How long the detector runs on average at the margin itself; runs that outlive the horizon count as its end."""
    horizon = 10 * round(level)
    edge = streams.ternary(rng, runs, horizon, 0.2, -0.05).astype(float)
    at = live.watch_alarms(edge, 0.05, level)
    length = np.minimum(at, horizon - 1).astype(float) + 1
    low = float(length.mean() - 1.645 * length.std() / math.sqrt(runs))
    shown = f"≥ {length.mean():,.0f} (lower end {low:,.0f})"
    what = f"mean run to a false alarm at the margin, A = {level:g}"
    return Line(bar="6", what=what, shown=shown, limit=level, value=low, at_least=True, prototype="≥ A")


def fleet(slices: list[Outcomes], *, worlds: int, seed: int) -> list[Line]:
    """Bar 7: 58 real slices at once, both roles in turn, looked at every 50 pairs; each e frozen when it is let in."""
    rng = np.random.default_rng(seed)
    lines = []
    for own in ("Mixtral", "GPT-4"):
        mine = [one for one in slices if one.own == own]
        shares, held = [], []
        for _ in range(worlds):
            holding = _world(mine, rng, 0.05, 1_000)
            wrong = sum(mine[int(name)].mean <= -0.05 for name in holding)
            shares.append(wrong / max(1, len(holding)))
            held.append(len(holding))
        what = f"fleet of {len(mine)}: share of wrong ones among those at 100 %, own = {own}"
        value = float(np.mean(shares))
        shown = f"{value:.4f} ({np.mean(held):.1f} of {sum(one.mean > -0.05 for one in mine)} good ones moved)"
        lines.append(Line(bar="7", what=what, shown=shown, limit=FLEET_ALPHA, value=value, prototype="0"))
    return lines


def _world(mine: list[Outcomes], rng: np.random.Generator, margin: float, pairs: int) -> dict[str, float]:
    x = np.stack([rng.choice(one.x, size=pairs) for one in mine])
    path = log_e(sums(Counts.of(x), promotion(margin)))
    families = {str(n): "world" for n in range(len(mine))}
    holding: dict[str, float] = {}
    for look in range(49, pairs, 50):
        asking = {
            str(n): float(path[n, look]) for n in range(len(mine)) if str(n) not in holding and path[n, look] >= E100
        }
        for name in admitted(holding, asking, families, len(mine)):
            holding[name] = asking[name]
    return holding
