"""Faults inside a stream."""

import pytest
from tests.dialects.openai_responses.samples import asked, data_of

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.dialects.openai_responses.errors import write_failure


@pytest.mark.parametrize("kind", list(FaultKind))
def test_T53_a_broken_stream_ends_in_an_error_and_a_failed_response(kind: FaultKind) -> None:
    error, failed = data_of(write_failure(Fault("cut", kind=kind, native="theirs"), "ex_1", asked()))
    code = "context_length_exceeded" if kind is FaultKind.TOO_LONG else "theirs"
    assert (error["type"], error["code"], error["message"]) == ("error", code, "cut")
    # The official SDK raises what it finds below `error`.
    assert error["error"]["message"] == "cut"
    assert failed["type"] == "response.failed"
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["error"] == {"code": code, "message": "cut"}
    assert failed["sequence_number"] > error["sequence_number"]


def test_the_field_at_fault_is_named() -> None:
    (error, _) = data_of(write_failure(bad_request("no", "input[0]"), "ex_1", asked()))
    assert (error["param"], error["error"]["type"]) == ("input[0]", "invalid_request_error")
