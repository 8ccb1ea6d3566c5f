"""Values are frozen; a changed one is another one."""

import msgspec
import pytest

from understudy.canon.value import Value


class Point(Value, frozen=True):
    """A value to try things on."""

    x: int
    y: int = 0


def test_a_value_cannot_change() -> None:
    point = Point(1)
    with pytest.raises(AttributeError):
        point.x = 2  # type: ignore[misc]
    assert msgspec.structs.replace(point, x=2) == Point(2)
    assert point == Point(1)


def test_equal_values_are_interchangeable() -> None:
    assert {Point(1), Point(1, 0)} == {Point(1)}


def test_what_was_not_said_is_not_written() -> None:
    assert msgspec.json.encode(Point(1)) == b'{"x":1}'
