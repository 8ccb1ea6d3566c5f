import json

import pytest

from understudy.dialects.gemini.assembly import Assembly


def piece(path: object, more: bool = True, **value: object) -> dict[str, object]:
    return {"partialArgs": [{"jsonPath": path, **value}], **({"willContinue": True} if more else {})}


def test_T17_pieces_are_put_where_their_paths_say() -> None:
    call = Assembly("1", "f")
    assert not call.take({"name": "f", "willContinue": True})
    assert not call.take(piece("$.city", stringValue="Os", willContinue=True))
    assert not call.take(piece("$.city", stringValue="lo"))
    assert not call.take(piece("$.list[1].n", numberValue=2))
    assert not call.take(piece("$['a b']", boolValue=True))
    assert not call.take(piece("$.none", nullValue="NULL_VALUE"))
    assert call.take({})
    assert json.loads(call.arguments()) == {"city": "Oslo", "list": [None, {"n": 2}], "a b": True, "none": None}


def test_T15_a_call_without_arguments_has_none() -> None:
    call = Assembly("1", "f")
    assert call.take({"name": "f"})
    assert call.arguments() == ""


def test_whole_arguments_come_at_once() -> None:
    call = Assembly("1", "f")
    assert call.take({"args": {"a": 1}})
    assert call.arguments() == '{"a":1}'


@pytest.mark.parametrize("path", [None, 7, "", "$", "$[99999999999]", "$.a.b", "$.a[0]"])
def test_a_path_that_fits_nothing_breaks_nothing(path: object) -> None:
    call = Assembly("1", "f")
    call.take(piece("$.a", stringValue="x"))
    call.take(piece(path, stringValue="y"))
    assert json.loads(call.arguments())["a"] == "x"
