"""Reading one object: each field once, the rest kept, every wrong value named."""

import pytest
from tests.dialects.anthropic.samples import refused

from understudy.dialects.anthropic.fields import Fields, checked
from understudy.dialects.fields import ARRAY, FLAG, INTEGER, NUMBER, STRING


def test_fields_are_taken_once_and_the_rest_is_kept() -> None:
    fields = Fields({"a": 1, "b": None, "c": "x"}, "top")
    assert fields.need("a", INTEGER) == 1
    assert fields.take("a", INTEGER) is None
    assert fields.take("b", INTEGER) is None
    assert fields.rest == {"b": None, "c": "x"}


def test_the_source_object_is_not_changed() -> None:
    source = {"a": 1}
    Fields(source, "").take("a", INTEGER)
    assert source == {"a": 1}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "x.n: Input should be an integer, not True"),
        (1.5, "x.n: Input should be an integer, not 1.5"),
        ([1], "x.n: Input should be an integer, not an array"),
        ({}, "x.n: Input should be an integer, not an object"),
        ("9" * 500, f"x.n: Input should be an integer, not {'9' * 60!r}"),
    ],
)
def test_a_wrong_value_is_named_and_shown(value: object, message: str) -> None:
    fault = refused(Fields({"n": value}, "x").take, "n", INTEGER)
    assert (fault.message, fault.param) == (message, "x.n")


def test_absent_and_null_are_named_where_they_are_needed() -> None:
    assert refused(Fields({}, "").need, "n", STRING).message == "n: Field required"
    assert refused(Fields({"n": None}, "a.0").need, "n", STRING).param == "a.0.n"
    assert refused(Fields, None, "").message == "body: Input should be an object, not null"


def test_kinds() -> None:
    assert checked(True, FLAG, "") is True
    assert checked(1, NUMBER, "") == 1
    assert checked([], ARRAY, "") == []
    assert refused(checked, 1, FLAG, "f").param == "f"
    assert refused(checked, False, NUMBER, "f").param == "f"
