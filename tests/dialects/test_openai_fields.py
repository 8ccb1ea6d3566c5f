"""Reading one object: each field once, a wrong one by name and value."""

from typing import Any

import pytest
from tests.dialects.openai_chat.samples import asked, refused

from understudy.dialects.contract import Target
from understudy.dialects.fields import ARRAY, FLAG, INTEGER, MAX_SHOWN, NUMBER, OBJECT, STRING, count_of, object_of
from understudy.dialects.openai_fields import (
    MAX_USER_CHARS,
    SAFETY,
    Fields,
    Losses,
    at,
    checked,
    read_user,
    shared,
    user_of,
)

HERE, OTHER = "openai_responses", "openai_chat"
TARGET = Target("m", "acme")


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
    assert user_of(asked(), TARGET, losses, HERE) == {}
    for user, own, sent in (("u" * MAX_USER_CHARS, False, True), ("u" * 65, True, True), ("u" * 65, False, False)):
        request = asked(user=user, dialect=HERE if own else "anthropic")
        assert user_of(request, TARGET, losses, HERE) == ({"user": user} if sent else {})
    assert [omission.field for omission in losses.items] == ["user"]


@pytest.mark.parametrize(
    ("dialect", "maker", "name"), [(HERE, "acme", SAFETY), (OTHER, HERE, SAFETY), (OTHER, "acme", "user")]
)
def test_T64_a_user_goes_by_its_newer_name_to_those_that_know_it(dialect: str, maker: str, name: str) -> None:
    request = asked(user="u", dialect=dialect, spelling=(SAFETY,))
    assert user_of(request, Target("m", maker), Losses(), HERE) == {name: "u"}


@pytest.mark.parametrize(
    ("body", "user", "spelling", "rest"),
    [
        ({"user": "u"}, "u", [], {}),
        ({SAFETY: "s"}, "s", [SAFETY], {}),
        ({"user": None, SAFETY: "s"}, "s", [SAFETY], {"user": None}),
        ({"user": "u", SAFETY: "s"}, "u", [], {SAFETY: "s"}),
        ({}, None, [], {}),
    ],
)
def test_T64_the_user_is_read_by_either_name(body: Any, user: str | None, spelling: list[str], rest: Any) -> None:
    top, words = Fields(body, ""), list[str]()
    assert (read_user(top, words), words, top.rest) == (user, spelling, rest)


@pytest.mark.parametrize(
    ("dialect", "maker", "crosses"), [(OTHER, HERE, True), (OTHER, "acme", False), ("acme", HERE, False)]
)
def test_T64_fields_that_both_have_cross_to_their_maker_alone(dialect: str, maker: str, crosses: bool) -> None:
    both, losses = {"service_tier": "flex", SAFETY: "s"}, Losses()
    request = asked(dialect=dialect, extras={**both, "verbosity": "low"})
    assert shared(request, Target("m", maker), losses, HERE) == (both if crosses else {})
    assert {one.field for one in losses.items} == {"verbosity", *(() if crosses else both)}
