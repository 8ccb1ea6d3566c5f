"""Arguments as text and as an object."""

import pytest

from understudy.dialects.arguments import arguments_of, is_json


def test_T14_nothing_said_is_an_empty_object() -> None:
    for nothing in ("", " ", "null", "{}"):
        assert arguments_of(nothing) == {}


@pytest.mark.parametrize("broken", ["{", "[1]", "7", '{"a":', "[" * 100_000])
def test_T14_what_is_no_object_is_none(broken: str) -> None:
    assert arguments_of(broken) is None


def test_T14_values_are_untouched() -> None:
    arguments = arguments_of('{"a":1.50,"b":{"c":[]}}')
    assert arguments is not None
    assert {name: bytes(value) for name, value in arguments.items()} == {"a": b"1.50", "b": b'{"c":[]}'}


def test_T71_cut_arguments_are_no_json() -> None:
    assert is_json("[1]")
    assert not is_json('{"a":')
    assert not is_json("")
