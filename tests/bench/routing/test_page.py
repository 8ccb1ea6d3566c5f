"""The page of plots: every way that ranks is a line with its band, published points lie where they say."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.bench.routing.clone import clone
from tests.cli.test_serve import understudy
from understudy.bench.routing.page import drawable, page, rounded
from understudy.bench.routing.rows import Course, Curve, Ranked, Row, Spread, Suite, curve_of
from understudy.jobs.report.charts import BOTTOM, LEFT, RIGHT, TOP, WIDTH

DRAW = np.random.default_rng(0)
N = 2_000
GAINS = DRAW.uniform(-0.2, 0.8, N)
WEAK = (DRAW.random(N) < 0.3).astype(float)
STRONG = np.where(DRAW.random(N) < GAINS, 1.0, WEAK)
RUN = Ranked(STRONG, WEAK, {"skill": GAINS, "none": DRAW.random(N)}, 0)
SHARES = np.linspace(0, 1, 11)


def test_a_band_holds_its_curve_is_nothing_at_the_ends_and_tells_skill_from_chance() -> None:
    skill, none = (curve_of(RUN, way, SHARES) for way in ("skill", "none"))
    chance = WEAK.mean() + SHARES * (STRONG.mean() - WEAK.mean())
    for one in (skill, none):
        low, high = np.array(one.band).T
        quality = np.array([y for _, y in one.points])
        assert np.all(low <= quality + 1e-9)
        assert np.all(quality <= high + 1e-9)
        assert np.allclose([low[0], low[-1]], [high[0], high[-1]])
    assert np.all(np.array(skill.band)[1:-1, 0] > chance[1:-1])
    inside = [low < middle < high for (low, high), middle in zip(none.band[1:-1], chance[1:-1], strict=True)]
    assert np.mean(inside) > 0.7
    wide = np.array(skill.band)[5] @ [-1, 1]
    few = Ranked(STRONG[:200], WEAK[:200], {"skill": GAINS[:200]}, 0)
    assert np.array(curve_of(few, "skill", SHARES).band)[5] @ [-1, 1] == pytest.approx(wide * 10**0.5, rel=0.25)


def suite() -> Suite:
    ends = (Row(name="always weak", apgr=0.0, quality=0.6), Row(name="always strong", apgr=1.0, quality=0.8))
    published = Row(name="Theirs <1>", apgr=0.6, cpt=(30.0, 60.0, None), published=True, source="a paper")
    points, band = ((0.0, 0.6), (0.5, 0.75), (1.0, 0.8)), ((0.6, 0.6), (0.72, 0.77), (0.8, 0.8))
    curves = (Curve(name="length", points=points, band=band), Curve(name="ours: text", points=points, band=band))
    return Suite(name="s", title="A & B", rows=(*ends, published), curves=curves, notes=("so <it> is",))


def test_what_is_drawn() -> None:
    told = page([suite(), Suite(name="latency", title="without curves")])
    assert drawable([suite(), Suite(name="latency", title="without curves")]) == told.count("<svg") == 1
    assert "without curves" not in told
    assert "<it>" not in told
    for words in (
        "A &amp; B",
        "so &lt;it&gt; is",
        "share of calls at the strong model, %",
        "mean outcome (1 is right)",
    ):
        assert words in told, words
    names = re.findall(r'<text [^>]*text-anchor="start">([^<]*)</text>', told)
    assert names == ["ours: text", "length", "random (expected)", "Theirs &lt;1&gt;", "Theirs &lt;1&gt;"]
    assert told.count("<polygon") == 2
    across, up = WIDTH - LEFT - RIGHT, 400 - TOP - BOTTOM
    low, high = rounded(0.6, 0.8)
    dots = [(float(x), float(y)) for x, y in re.findall(r'<circle [^>]*cx="([\d.]+)" cy="([\d.]+)"', told)]
    for (x, y), share, quality in zip(dots, (0.3, 0.6), (0.7, 0.76), strict=True):
        assert x == pytest.approx(LEFT + share * across, abs=0.1)
        assert y == pytest.approx(TOP + up * (high - quality) / (high - low), abs=0.1)


def test_a_course_is_drawn_with_its_event_and_its_figures() -> None:
    points = ((1_000.0, 0.5), (2_000.0, 0.6))
    curves = (
        Curve(name="ours", points=points, band=((0.48, 0.52), (0.57, 0.63))),
        Curve(name="always a", points=points),
    )
    spread = Spread(name="requests until then", median=5_081.0, low=100.0, high=9_000.0, found=2, of=3)
    course = Course(every=1_000, curves=curves, at=1_500, event="it drops")
    told = page([Suite(name="online", title="Online", spreads=(spread,), course=course)])
    for words in ("requests served", "it drops", "always a", "5,081", "100.0 to 9,000.0", "2 of 3"):
        assert words in told, words
    assert told.count("<polygon") == told.count("<svg") == 1
    assert drawable([Suite(name="online", title="Online", course=course)]) == 1


def test_axes_end_at_round_numbers_and_hold_everything() -> None:
    assert rounded(0.6, 0.8) == pytest.approx((0.6, 0.8))
    assert rounded(0.681, 0.81) == pytest.approx((0.68, 0.84))
    for low, high in DRAW.uniform(0, 10, (500, 2)):
        begun, end = rounded(min(low, high), max(low, high))
        assert begun <= min(low, high) + 1e-9
        assert end >= max(low, high) - 1e-9
        assert end - begun < 4 * abs(high - low) + 1e-5


def test_the_command_draws_a_page(tmp_path: Path) -> None:
    clone(tmp_path, mmlu=100, gsm8k=200)
    asked = ("bench", "routing", "--data", str(tmp_path), "--suite", "routellm-gsm8k", "--plot")
    done = understudy(tmp_path, *asked, "drawn.html", timeout_s=120)
    assert "drawn.html: 1 plots" in done.stdout, done.stderr
    told = (tmp_path / "drawn.html").read_text(encoding="utf-8")
    assert "RouteLLM, best" in told
    assert "a shop sells" not in told
    nowhere = understudy(tmp_path, *asked, "no/where.html", timeout_s=120)
    assert nowhere.returncode == 2
    assert "the plots cannot be written" in nowhere.stderr
