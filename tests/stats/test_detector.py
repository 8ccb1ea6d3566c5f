"""The change detector against its vectors; it remembers its highest point, and order matters to it."""

import pytest

from understudy.stats.detector import Detector


def fed(*xs: float) -> list[Detector]:
    detector, path = Detector(0.05), []
    for x in xs:
        detector = detector.update(x)
        path.append(detector)
    return path


def test_V12_path() -> None:
    expected = [
        *(0.987393455, 1.962526609, 3.661596180, 4.593148817, 7.094806623),
        *(10.663392795, 11.435550444, 7.544533454, 10.176405140, 11.042219325),
    ]
    path = fed(0, 0, -1, 0, -1, -1, 0, 1, -1, 0)
    assert [detector.value for detector in path] == pytest.approx(expected, abs=1e-9)
    assert path[7].high == path[6].value > path[7].value


def test_V13_first_alarm() -> None:
    path = fed(*([0, 0, 0, 0, -1] * 20))
    assert next(detector.n for detector in path if detector.value >= 1000) == 75


def test_order_matters() -> None:
    assert fed(-1, -1, 1, 1)[-1].value < fed(1, 1, -1, -1)[-1].value


def test_before_the_first_value_nothing_is_owned() -> None:
    assert Detector(0.05).value == Detector(0.05).high == 0.0


def test_a_value_outside_the_bound_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.5"):
        Detector(0.05).update(1.5)
