"""Faults as exceptions, whole and inside a stream."""

import json

import pytest
from tests.dialects.converse.samples import read_by_aws

from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.converse import DIALECT
from understudy.dialects.converse.errors import kind_of, read_fault, write_failure, write_fault

SLOW = "ThrottlingException"


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        (FaultKind.BAD_REQUEST, 400, "ValidationException"),
        (FaultKind.RATE_LIMITED, 429, "ThrottlingException"),
        (FaultKind.OVERLOADED, 503, "ServiceUnavailableException"),
        (FaultKind.NOT_FOUND, 404, "ResourceNotFoundException"),
    ],
)
def test_T56_an_exception_has_a_name_and_a_status(kind: FaultKind, status: int, word: str) -> None:
    got, raw = write_fault(Fault("no", kind=kind), "ex_1")
    assert (got, json.loads(raw)) == (status, {"message": "no", "__type": word, "request_id": "ex_1"})


@pytest.mark.parametrize("kind", list(FaultKind))
def test_T53_inside_a_stream_it_is_an_exception_that_the_makers_library_reads(kind: FaultKind) -> None:
    ((name, body),) = read_by_aws(write_failure(Fault("cut", kind=kind), "ex_1"))
    assert name.endswith("Exception")
    assert body["message"].endswith("cut")


def test_an_upstreams_error_is_read() -> None:
    fault = read_fault(429, b'{"message":"slow","__type":"ThrottlingException"}', 2.0)
    assert (fault.kind, fault.message, fault.native, fault.retry_after_s) == (
        FaultKind.RATE_LIMITED,
        "slow",
        "ThrottlingException",
        2.0,
    )
    assert kind_of("com.amazon#ValidationException:http://x") is FaultKind.BAD_REQUEST
    assert kind_of("throttlingException") is FaultKind.RATE_LIMITED
    assert kind_of(None) is kind_of("Odd") is FaultKind.UPSTREAM


@pytest.mark.parametrize(
    ("status", "body", "name", "kind", "native"),
    [
        (429, b'{"message":"m"}', "ModelNotReadyException", FaultKind.OVERLOADED, "ModelNotReadyException"),
        (
            400,
            b'{"message":"m"}',
            "ThrottlingException:http://a.example/x",
            FaultKind.RATE_LIMITED,
            "ThrottlingException",
        ),
        (
            429,
            b'{"message":"m","__type":"ThrottlingException"}',
            "Other",
            FaultKind.RATE_LIMITED,
            "ThrottlingException",
        ),
        (503, b'{"message":"m"}', "StrangeException", FaultKind.OVERLOADED, "StrangeException"),
        (503, b'{"message":"m"}', "", FaultKind.OVERLOADED, None),
    ],
)
def test_T56_a_header_classes_an_error_whose_body_does_not(
    status: int, body: bytes, name: str, kind: FaultKind, native: str | None
) -> None:
    fault = DIALECT.decode_fault(status, body, None, {"x-amzn-errortype": name})
    assert (fault.kind, fault.native, fault.message) == (kind, native, "m")
