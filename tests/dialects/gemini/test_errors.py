import json

import pytest

from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.gemini.errors import kind_of_word, read_fault, told, write_failure, write_fault

SLOW = Fault("slow down", kind=FaultKind.RATE_LIMITED)


def test_T56_the_envelope_has_code_message_status_and_the_requests_id() -> None:
    status, raw = write_fault(SLOW, "id-1")
    error = json.loads(raw)["error"]
    assert (status, error["code"], error["status"], error["message"]) == (429, 429, "RESOURCE_EXHAUSTED", "slow down")
    assert error["details"][0]["requestId"] == "id-1"


def test_T57_a_bad_key_is_told_with_400_and_means_401() -> None:
    detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
    body = {"error": {"code": 400, "message": "bad key", "status": "INVALID_ARGUMENT", "details": [detail]}}
    assert read_fault(400, json.dumps(body).encode()).kind is FaultKind.UPSTREAM_REFUSED
    assert read_fault(400, json.dumps([body]).encode()).kind is FaultKind.UPSTREAM_REFUSED
    del body["error"]["details"]
    assert read_fault(400, json.dumps(body).encode()).kind is FaultKind.BAD_REQUEST


@pytest.mark.parametrize(("array", "started"), [(False, True), (True, False), (True, True)])
def test_T53_a_failure_in_a_stream_keeps_its_form(array: bool, started: bool) -> None:
    raw = write_failure(SLOW, "id-1", array=array, started=started)
    if array:
        (error,) = json.loads((b"[" if started else b"") + raw.removeprefix(b",\n"))
    else:
        error = json.loads(raw.removeprefix(b"data: "))
    assert error["error"]["message"] == "slow down"


@pytest.mark.parametrize("kind", [FaultKind.UPSTREAM, FaultKind.TRUNCATED])
def test_T53_an_answer_that_broke_off_is_unavailable_in_a_stream_and_internal_before_it(kind: FaultKind) -> None:
    fault = Fault("cut", kind=kind)
    status, raw = write_fault(fault, "id-1")
    assert (status, json.loads(raw)["error"]["status"]) == (502, "INTERNAL")
    error = json.loads(write_failure(fault, "id-1", array=False, started=True).removeprefix(b"data: "))["error"]
    assert (error["code"], error["status"]) == (503, "UNAVAILABLE")


def test_a_word_or_a_number_classes_an_error_inside_a_stream() -> None:
    assert kind_of_word("UNAVAILABLE") is FaultKind.OVERLOADED
    assert kind_of_word("429") is FaultKind.RATE_LIMITED
    assert kind_of_word("NEW") is FaultKind.UPSTREAM
    assert told({"error": {"message": "m", "status": "INTERNAL"}}) == ("m", "INTERNAL")
    assert read_fault(500, b"").message


def test_T58_how_long_to_wait_stands_in_the_details() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}]
    body = json.dumps({"error": {"code": 429, "message": "Slow", "status": "RESOURCE_EXHAUSTED", "details": details}})
    assert read_fault(429, body.encode()).retry_after_s == 34.5
    assert read_fault(429, body.encode(), 3.0).retry_after_s == 3.0
    assert read_fault(429, body.replace("34.5s", "soon").encode()).retry_after_s is None
    _, told = write_fault(Fault("Slow", kind=FaultKind.RATE_LIMITED, retry_after_s=34.5), "r1")
    assert details[0] in json.loads(told)["error"]["details"]
