"""Faults in this dialect's words, and upstream errors in anybody's."""

import json

import pytest
from tests.dialects.anthropic.samples import asked, data_of

from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.anthropic import DIALECT


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        (FaultKind.BAD_REQUEST, 400, "invalid_request_error"),
        (FaultKind.AUTHENTICATION, 401, "authentication_error"),
        (FaultKind.PERMISSION, 403, "permission_error"),
        (FaultKind.NOT_FOUND, 404, "not_found_error"),
        (FaultKind.TOO_LARGE, 413, "request_too_large"),
        (FaultKind.RATE_LIMITED, 429, "rate_limit_error"),
        (FaultKind.UPSTREAM_INTERNAL, 500, "api_error"),
        (FaultKind.UPSTREAM, 502, "api_error"),
        (FaultKind.TRUNCATED, 502, "api_error"),
        (FaultKind.TIMEOUT, 504, "timeout_error"),
        (FaultKind.OVERLOADED, 529, "overloaded_error"),
        (FaultKind.UNAVAILABLE, 529, "overloaded_error"),
        (FaultKind.UPSTREAM_REFUSED, 401, "authentication_error"),
        (FaultKind.INTERNAL, 500, "api_error"),
    ],
)
def test_T56_T57_envelope_and_status(kind: FaultKind, status: int, word: str) -> None:
    fault = Fault("What happened", kind=kind)
    told_status, raw = DIALECT.encode_fault(fault, "req-1")
    envelope = {"type": "error", "error": {"type": word, "message": "What happened"}, "request_id": "req-1"}
    assert (told_status, json.loads(raw)) == (status, envelope)
    assert data_of(DIALECT.encode_failure(fault, "req-1", asked(), b"")) == [envelope]


def test_every_kind_of_fault_has_its_words() -> None:
    for kind in FaultKind:
        status, _ = DIALECT.encode_fault(Fault("x", kind=kind), "r")
        assert 400 <= status < 600


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, FaultKind.BAD_REQUEST),
        (401, FaultKind.UPSTREAM_REFUSED),
        (404, FaultKind.NOT_FOUND),
        (413, FaultKind.TOO_LARGE),
        (429, FaultKind.RATE_LIMITED),
        (500, FaultKind.UPSTREAM_INTERNAL),
        (503, FaultKind.OVERLOADED),
        (529, FaultKind.OVERLOADED),
    ],
)
def test_T57_upstream_statuses(status: int, kind: FaultKind) -> None:
    raw = b'{"type":"error","error":{"type":"some_error","message":"Why"},"request_id":"r"}'
    fault = DIALECT.decode_fault(status, raw, 2.5)
    assert (fault.kind, fault.message, fault.native, fault.retry_after_s) == (kind, "Why", "some_error", 2.5)


@pytest.mark.parametrize(
    ("raw", "message", "native"),
    [
        ({"error": {"message": "Why", "type": "t", "param": None, "code": None}}, "Why", "t"),
        ({"error": {"code": 400, "message": "Why", "status": "INVALID_ARGUMENT"}}, "Why", "INVALID_ARGUMENT"),
        ([{"error": {"code": 400, "message": "Why"}}], "Why", "400"),
        ({"message": "Why"}, "Why", None),
        ({"object": "error", "message": "Why", "type": "t", "code": "3"}, "Why", "t"),
        ({"detail": "Why"}, "Why", None),
        ({"detail": [{"loc": ["body"]}]}, '[{"loc":["body"]}]', None),
        ({"error": "Why", "code": "c"}, "Why", "c"),
        ("Why", "Why", None),
        ({}, "the upstream answered 400 without a message", None),
        ({"error": {}}, "the upstream answered 400 without a message", None),
        ([], "the upstream answered 400 without a message", None),
    ],
)
def test_T56_any_envelope_is_read(raw: object, message: str, native: str | None) -> None:
    fault = DIALECT.decode_fault(400, json.dumps(raw).encode(), None)
    assert (fault.message, fault.native) == (message, native)


def test_F10_a_page_is_never_passed_on_but_plain_words_are() -> None:
    nothing = "the upstream answered 502 without a message"
    assert DIALECT.decode_fault(502, b"<html><body>10.0.0.7</body></html>", None).message == nothing
    assert DIALECT.decode_fault(502, b"", None).message == nothing
    assert DIALECT.decode_fault(502, b"[" * 100_000, None).kind is FaultKind.UPSTREAM
    assert DIALECT.decode_fault(404, b"no such path\n", None).message == "no such path"
    assert len(DIALECT.decode_fault(404, b"x" * 10_000, None).message) == 300
