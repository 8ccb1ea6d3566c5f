"""Lines of the bar: bounds that are right, and a bar that fails what does not keep it."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from understudy.bench.parity import gate_bars, streams
from understudy.bench.parity.lines import Line, median, median_interval, rate, upper_bound
from understudy.bench.parity.peers import PEERS, Moments
from understudy.bench.parity.run import Result
from understudy.bench.parity.twin import Counts


@pytest.mark.parametrize(("hits", "runs"), [(0, 10), (1, 10), (9, 10), (70, 2_000), (120, 20_000)])
def test_the_bound_is_clopper_and_pearsons(hits: int, runs: int) -> None:
    """At the bound, so few hits or fewer have a chance of 5 %: summed exactly, in fifty digits."""
    with localcontext() as context:
        context.prec = 50
        p = Decimal(upper_bound(hits, runs))
        chance = sum(math.comb(runs, k) * p**k * (1 - p) ** (runs - k) for k in range(hits + 1))
    assert math.isclose(float(chance), 0.05, rel_tol=1e-9)


def test_where_every_run_hits_there_is_no_bound() -> None:
    assert upper_bound(10, 10) == 1.0


def test_a_median_lies_in_its_interval() -> None:
    low, middle, high = median_interval([float(n) for n in range(1_001)])
    assert (low, middle, high) == (469.0, 500.0, 532.0)
    assert median("2", "x", [3.0, 1.0, 2.0], 2.0).passed


def test_what_holds_and_what_does_not() -> None:
    assert rate("1", "x", 30, 2_000, 0.05).passed
    assert rate("1", "x", 90, 2_000, 0.05).passed is False
    assert rate("1", "x", 90, 2_000, 0.05).undecided
    few = rate("1", "x", 4, 100, 0.05)
    assert (few.passed, few.undecided) == (False, True)
    assert not rate("1", "x", 6, 100, 0.05).undecided
    assert Line(bar="1", what="x", shown="", limit=0.0).missing
    assert Line(bar="1", what="x", shown="", limit=2.0, value=3.0, at_least=True).passed
    lines = [few, rate("1", "x", 110, 2_000, 0.05), Line(bar="1", what="x", shown="", limit=0.0)]
    assert Result(lines, {}, quick=True).short == lines[1:]
    assert Result(lines, {}, quick=False).short == lines


def test_the_bar_fails_a_test_that_peeks() -> None:
    """The same streams, the same bar: a z-test looked at after every pair does not keep it, this gate does."""
    x = streams.ternary(np.random.default_rng(1), 300, 3_000, 0.1, -0.05)
    moments = Moments.of(Counts.of(x), 0.05)
    hits = int(PEERS["z, peeked from 30"](moments, 0.1, 0.05).sum())
    assert rate("1", "peeked z", hits, 300, 0.05).passed is False
    lines, shares = gate_bars.nulls(0.05, 0.1, runs=200, seed=1)
    assert shares["this gate"] < 0.1 < shares["z, peeked from 30"]
    assert [line.limit for line in lines] == [0.05, 0.01]


def test_losing_failures_counts_against_the_candidate() -> None:
    counted, left_out = gate_bars.lost(0.3, runs=60, seed=2)[0], 0.0
    left_out = float(counted.what.rsplit(" ", 1)[1].rstrip(")"))
    assert counted.estimate is not None
    assert counted.estimate < 0.2 < left_out
