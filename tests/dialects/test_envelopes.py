"""Every envelope that upstreams were met with tells its message, its class and its field."""

import json
from typing import Any

import pytest

from understudy.dialects.envelopes import MAX_PLAIN_CHARS, Told, read, told

BY_TYPE, BY_CODE = ("type", "status", "code"), ("code", "type", "status")
ENVELOPES: list[tuple[Any, Told]] = [
    ({"error": {"message": "m", "type": "t", "param": "p", "code": None}}, Told("m", "t", "p")),
    ({"type": "error", "error": {"type": "t", "message": "m"}}, Told("m", "t")),
    ({"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}, Told("m", "UNAVAILABLE")),
    ([{"error": {"message": "m", "status": "UNAVAILABLE"}}], Told("m", "UNAVAILABLE")),
    ({"error": "m", "code": "c"}, Told("m", "c")),
    ({"message": "m", "type": "t", "param": "p"}, Told("m", "t", "p")),
    ({"detail": [{"loc": ["body"]}]}, Told('[{"loc":["body"]}]')),
    ("m", Told("m")),
    (17, Told()),
]


@pytest.mark.parametrize(("body", "expected"), ENVELOPES)
def test_each_envelope_is_read(body: Any, expected: Told) -> None:
    assert told(body, BY_TYPE) == expected
    assert read(json.dumps(body).encode(), BY_TYPE) == (expected, body)


def test_which_word_classes_an_error_is_the_dialects_to_say() -> None:
    body = {"error": {"message": "m", "type": "t", "code": "c"}}
    assert told(body, BY_TYPE).word == "t"
    assert told(body, BY_CODE).word == "c"


@pytest.mark.parametrize("page", [b"<html>busy</html>", b"", b"   "])
def test_a_page_says_nothing(page: bytes) -> None:
    assert read(page, BY_TYPE) == (Told(), None)


def test_plain_text_is_cut_to_what_people_read() -> None:
    assert read(b"x" * 5_000, BY_TYPE)[0].message == "x" * MAX_PLAIN_CHARS
    assert read(b"[" * 100_000, BY_TYPE)[1] is None
