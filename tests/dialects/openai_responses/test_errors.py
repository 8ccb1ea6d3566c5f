"""Faults, whole and inside a stream."""

import json

import pytest
from tests.dialects.openai_responses.samples import asked, data_of

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.canon.parts import Text, ToolCall
from understudy.canon.reply import Delta, Event, PartEnded, PartStarted, Started
from understudy.dialects.contract import Echo
from understudy.dialects.openai_responses.errors import code_of, write_failure, write_fault
from understudy.dialects.openai_responses.stream_writer import StreamWriter


@pytest.mark.parametrize("kind", list(FaultKind))
def test_T53_a_broken_stream_ends_in_an_error_and_a_failed_response(kind: FaultKind) -> None:
    fault = Fault("cut", kind=kind, native="theirs")
    error, failed = data_of(write_failure(fault, "ex_1", asked(), b""))
    assert (error["type"], error["code"], error["message"]) == ("error", code_of(fault), "cut")
    # The official SDK raises what it finds below `error`.
    assert error["error"]["message"] == "cut"
    assert failed["type"] == "response.failed"
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["error"] == {"code": code_of(fault), "message": "cut"}
    assert [error["sequence_number"], failed["sequence_number"]] == [0, 1]


@pytest.mark.parametrize(
    ("kind", "native", "code"),
    [
        (FaultKind.TRUNCATED, None, "server_error"),
        (FaultKind.TIMEOUT, None, "server_error"),
        (FaultKind.OVERLOADED, "UNAVAILABLE", "server_error"),
        (FaultKind.OVERLOADED, "server_is_overloaded", "server_is_overloaded"),
        (FaultKind.RATE_LIMITED, "RESOURCE_EXHAUSTED", "rate_limit_exceeded"),
        (FaultKind.RATE_LIMITED, "insufficient_quota", "insufficient_quota"),
        (FaultKind.BAD_REQUEST, "context_length_exceeded", "context_length_exceeded"),
        (FaultKind.UPSTREAM_REFUSED, None, "upstream_refused"),
        (FaultKind.NOT_FOUND, "model_not_found", "model_not_found"),
    ],
)
def test_T53_T56_the_code_is_one_that_clients_know(kind: FaultKind, native: str | None, code: str) -> None:
    fault = Fault("no", kind=kind, native=native)
    assert json.loads(write_fault(fault, "ex_1")[1])["error"]["code"] == code
    assert data_of(write_failure(fault, "ex_1", asked(), b""))[1]["response"]["error"]["code"] == code


def test_T53_a_failure_goes_on_from_what_was_sent() -> None:
    writer = StreamWriter(asked(), Echo("m"))
    events: list[Event] = [
        Started("up_1", "", "anthropic"),
        PartStarted(0, Text("")),
        Delta(0, "Calm."),
        PartEnded(0),
        PartStarted(1, ToolCall("call_1", "weather")),
        Delta(1, '{"ci'),
    ]
    sent = b"".join(map(writer.send, events))
    told = data_of(sent)
    error, failed = data_of(write_failure(Fault("cut", kind=FaultKind.TRUNCATED), "ex_1", asked(), sent))
    assert error["sequence_number"] == told[-1]["sequence_number"] + 1
    assert failed["sequence_number"] == told[-1]["sequence_number"] + 2
    assert failed["response"]["id"] == told[0]["response"]["id"]
    done = [event["item"] for event in told if event["type"] == "response.output_item.done"]
    assert failed["response"]["output"] == done
    assert [item["type"] for item in done] == ["message"]


def test_a_failure_after_events_that_are_none_still_has_its_form() -> None:
    (_, failed) = data_of(write_failure(bad_request("no"), "ex_1", asked(), b"data: {\n\ndata: [1]\n\n"))
    assert (failed["sequence_number"], failed["response"]["output"]) == (1, [])


def test_the_field_at_fault_is_named() -> None:
    (error, _) = data_of(write_failure(bad_request("no", "input[0]"), "ex_1", asked(), b""))
    assert (error["param"], error["error"]["type"]) == ("input[0]", "invalid_request_error")
