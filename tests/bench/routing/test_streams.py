"""What learning cost: medians over streams, regrets on the same requests, the course of outcomes."""

import numpy as np
import pytest

from understudy.bench.routing.streams import OURS, PER_KIND, Run, course, spreads


def run(useful: tuple[int, int] | None, before: float, after: float) -> Run:
    """Ours has these means in both halves; the fixed models 0.5 and 0.4, the best of each kind 0.7 and then 0.5."""

    def halves(first: float, second: float) -> np.ndarray:
        return np.repeat([first, second], 2_000).astype(np.float64)

    got = {OURS: halves(before, after), "a": halves(0.5, 0.5), "b": halves(0.6, 0.2), PER_KIND: halves(0.7, 0.5)}
    return Run((before + after) / 2, 0.5, 0.0, None, 0, useful, 120, got)


RUNS = [run((1_000, 50), 0.6, 0.5), run((2_000, 100), 0.6, 0.4), run(None, 0.5, 0.5)]


def test_medians_and_streams_that_never_get_there() -> None:
    requests, compared, *_ = spreads(RUNS)
    assert (requests.median, requests.found, requests.of) == (2_000, 2, 3)
    assert (compared.median, compared.found) == (100, 2)
    assert compared.high == pytest.approx(119.0)
    assert requests.high == pytest.approx(np.quantile([1_000, 2_000, 4_000], 0.975))


def test_regret_is_what_another_would_have_got_on_the_same_requests() -> None:
    found = {one.name.split(",")[0]: one for one in spreads(RUNS)}
    fixed = found["regret against the best fixed model"]
    assert [fixed.median, fixed.low] == pytest.approx([0.0, -47.5])
    assert found["regret against the best model of each kind"].median == pytest.approx(100.0)
    assert found["of it before the drop"].median == pytest.approx(100.0)
    assert found["after the drop"].median == pytest.approx(0.0)


def test_the_course_has_every_answerers_mean_and_an_interval_for_ours() -> None:
    found = course([one.got for one in RUNS], "it drops")
    assert (found.every, found.at, found.event) == (1_000, 2_000, "it drops")
    ours, fixed, _, _ = found.curves
    assert [x for x, _ in ours.points] == [1_000, 2_000, 3_000, 4_000]
    assert [y for _, y in ours.points] == pytest.approx([1.7 / 3, 1.7 / 3, 1.4 / 3, 1.4 / 3])
    half = 1.959963984540054 * np.std([0.6, 0.6, 0.5], ddof=1) / 3**0.5
    assert ours.band[0] == pytest.approx((1.7 / 3 - half, 1.7 / 3 + half))
    assert fixed.band == ()
