"""Reading one object: each field once, a wrong one by name and value."""

import pytest
from tests.dialects.openai_chat.samples import asked, refused

from understudy.dialects.fields import ARRAY, FLAG, INTEGER, MAX_SHOWN, NUMBER, OBJECT, STRING, count_of, object_of
from understudy.dialects.openai_fields import MAX_USER_CHARS, Fields, Losses, at, checked, user_of


def test_a_field_is_taken_once_and_what_is_left_is_the_rest() -> None:
    fields = Fields({"a": 1, "b": None, "c": "x"}, "top")
    assert fields.take("a", INTEGER) == 1
    assert fields.take("b", INTEGER) is None
    assert fields.take("d", STRING) is None
    assert fields.rest == {"b": None, "c": "x"}


def test_a_needed_field_is_asked_for_by_name() -> None:
    fault = refused(Fields({"a": None}, "messages[0]").need, "a", STRING)
    assert fault.param == "messages[0].a"
    assert fault.message == "Missing required parameter: 'messages[0].a'."


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (7, STRING, "expected a string, got 7"),
        (True, INTEGER, "expected an integer, got True"),
        ("x" * 100, NUMBER, repr("x" * MAX_SHOWN)),
        ([], OBJECT, "got an array"),
        ({}, ARRAY, "got an object"),
        (None, FLAG, "got null"),
    ],
)
def test_a_wrong_type_is_shown(value: object, kind: object, words: str) -> None:
    fault = refused(checked, value, kind, "x.y")
    assert words in fault.message
    assert fault.param == "x.y"


def test_the_whole_body_has_no_name() -> None:
    fault = refused(Fields, [], "")
    assert fault.param is None
    assert "'body'" in fault.message


def test_paths_are_spelt_as_their_maker_spells_them() -> None:
    assert at(at(at("messages", 0), "content"), 1) == "messages[0].content[1]"
    assert at("", "model") == "model"


def test_counts_and_objects_are_what_they_say_or_nothing() -> None:
    told = {"a": 0, "b": 7, "c": -1, "d": True, "e": 1.5, "f": None}
    assert [count_of(told, name) for name in "abcdefg"] == [0, 7, None, None, None, None, None]
    assert (object_of({"a": 1}), object_of([]), object_of(None)) == ({"a": 1}, {}, {})


def test_T64_a_user_that_hosts_would_refuse_stays_behind() -> None:
    losses = Losses()
    assert user_of(asked(), losses, own=False) == {}
    for user, own, sent in (("u" * MAX_USER_CHARS, False, True), ("u" * 65, True, True), ("u" * 65, False, False)):
        assert user_of(asked(user=user), losses, own=own) == ({"user": user} if sent else {})
    assert [omission.field for omission in losses.items] == ["user"]
