"""The base of every value: frozen, comparable, and silent about defaults."""

import msgspec
import pytest

from understudy.canon.parts import Text
from understudy.canon.value import Extras, Value


class _Pair(Value, frozen=True):
    name: str
    extras: Extras = {}


def test_a_value_is_frozen_comparable_and_short() -> None:
    pair = _Pair("a")
    assert pair == _Pair("a", {})
    assert msgspec.json.encode(pair) == b'{"name":"a"}'
    with pytest.raises(AttributeError):
        pair.name = "b"  # type: ignore[misc]


def test_no_two_values_share_their_extras() -> None:
    assert Text("a").extras is not Text("b").extras
