"""Faults in this dialect's envelope, and every envelope that hosts of it answer in."""

import json
from typing import Any

import pytest

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.dialects.envelopes import MAX_PLAIN_CHARS
from understudy.dialects.openai_errors import (
    ERROR_OF_KIND,
    kind_of,
    read_fault,
    told,
    write_failure,
    write_fault,
)


def test_T56_the_envelope() -> None:
    status, raw = write_fault(bad_request("no such role", "messages[0].role"), "ex_1")
    assert status == 400
    assert json.loads(raw) == {
        "error": {
            "message": "no such role",
            "type": "invalid_request_error",
            "param": "messages[0].role",
            "code": "bad_request",
        },
        "request_id": "ex_1",
    }


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        (FaultKind.OVERLOADED, 503, "overloaded_error"),
        (FaultKind.RATE_LIMITED, 429, "rate_limit_error"),
        (FaultKind.TIMEOUT, 504, "timeout"),
        (FaultKind.UPSTREAM, 502, "upstream_error"),
        (FaultKind.UPSTREAM_INTERNAL, 500, "server_error"),
    ],
)
def test_F6_statuses_and_words(kind: FaultKind, status: int, word: str) -> None:
    got, raw = write_fault(Fault("x", kind=kind, native="theirs"), "ex_1")
    assert (got, json.loads(raw)["error"]["type"], json.loads(raw)["error"]["code"]) == (status, word, "theirs")


def test_T53_in_band_it_is_one_data_line_without_an_ending() -> None:
    raw = write_failure(Fault("cut", kind=FaultKind.TRUNCATED), "ex_1")
    assert raw.startswith(b'data: {"error":')
    assert raw.count(b"\n\n") == 1
    assert b"[DONE]" not in raw


ENVELOPES: list[tuple[Any, str | None, str | None]] = [
    ({"error": {"message": "m", "type": "t", "param": "p", "code": "c"}}, "m", "c"),
    ({"error": {"code": "c", "message": "m"}}, "m", "c"),
    ({"type": "error", "error": {"type": "t", "message": "m"}}, "m", "t"),
    ([{"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED"}}], "m", "429"),
    ({"message": "m"}, "m", None),
    ({"object": "error", "message": "m", "type": "t", "code": None, "raw_status_code": 422}, "m", "t"),
    ({"detail": "m"}, "m", None),
    ({"detail": [{"loc": ["a"]}]}, '[{"loc":["a"]}]', None),
    ({"id": "x", "message": "m", "error_type": "e"}, "m", "e"),
    ({"error": "m"}, "m", None),
    ({"code": "c", "error": "m"}, "m", "c"),
    ("m", "m", None),
    (7, None, None),
    ({}, None, None),
]


@pytest.mark.parametrize(("body", "message", "word"), ENVELOPES)
def test_T56_any_envelope_is_read(body: Any, message: str | None, word: str | None) -> None:
    assert told(body)[:2] == (message, word)
    fault = read_fault(503, json.dumps(body).encode(), 2.0)
    assert (fault.kind, fault.native, fault.retry_after_s) == (FaultKind.OVERLOADED, word, 2.0)
    assert fault.message == (message or "the upstream answered 503 without a message")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"type": "server_error"}}, FaultKind.UPSTREAM_INTERNAL),
        ({"error": {"type": "odd", "code": "rate_limit_exceeded"}}, FaultKind.RATE_LIMITED),
        ({"error": {"code": 529}}, FaultKind.OVERLOADED),
        ({"error": "x", "code": 404}, FaultKind.NOT_FOUND),
        ({"error": {"code": True}}, FaultKind.UPSTREAM),
        ([], FaultKind.UPSTREAM),
    ],
)
def test_T57_a_body_sent_with_200_tells_its_kind_in_words(body: Any, kind: FaultKind) -> None:
    assert kind_of(body) is kind
    assert read_fault(200, json.dumps(body).encode()).kind is kind


def test_F10_a_page_is_never_passed_on_and_a_long_text_is_cut() -> None:
    assert "html" not in read_fault(502, b"<html>secret</html>").message
    assert read_fault(502, b"x" * 1000).message == "x" * MAX_PLAIN_CHARS
    assert read_fault(500, b"").message == "the upstream answered 500 without a message"


def test_T57_an_overload_is_a_503_here() -> None:
    assert ERROR_OF_KIND[FaultKind.OVERLOADED][1] == 503


def test_the_table_of_errors_is_whole() -> None:
    assert set(ERROR_OF_KIND) == set(FaultKind)
