"""Numbers as people read them."""

import math

from understudy.parity.words import duration, evidence, number, points


def test_evidence() -> None:
    assert [evidence(math.log(e)) for e in (1, 37.35, 951.6, 12345)] == ["1", "37.4", "952", "12345"]
    assert evidence(math.log(1e7)) == "10^7"
    assert evidence(2000.0) == "10^869"


def test_number() -> None:
    assert [number(value) for value in (5.0, 1000.0, 2.5, 1e6)] == ["5", "1000", "2.5", "1e+06"]


def test_duration() -> None:
    assert [duration(s) for s in (0, 12, 90, 5400, 86400)] == ["0 s", "12 s", "1.5 min", "1.5 h", "1 d"]


def test_points() -> None:
    assert [points(x) for x in (0.0123, -0.05)] == ["+1.2 pt", "-5.0 pt"]
