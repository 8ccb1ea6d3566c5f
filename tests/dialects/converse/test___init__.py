"""The door of the dialect: what the contract asks for, and the small bytes between the large ones."""

import json

from tests.dialects.converse.samples import STREAM_PATH, TARGET, asked, read_by_aws

from understudy.canon.faults import bad_request
from understudy.dialects.contract import Dialect
from understudy.dialects.converse import DIALECT

ASKED = asked(STREAM_PATH)


def test_where_it_is_found() -> None:
    dialect: Dialect = DIALECT
    assert dialect.name == "converse"
    assert dialect.served == ("/model/{model}/converse", "/model/{model}/converse-stream")
    assert dialect.path_to(ASKED, TARGET) == "/model/up-1%3A0/converse-stream"
    assert (dialect.markers, dialect.lists, dialect.forwarded) == (("x-amz-date",), ("/foundation-models",), ())


def test_T52_a_keep_alive_is_an_event_that_clients_pass_over() -> None:
    assert read_by_aws(DIALECT.keep_alive(ASKED, False)) == [("ping", {})]
    assert DIALECT.closing(ASKED) == b""
    assert DIALECT.stream_type(ASKED) == "application/vnd.amazon.eventstream"


def test_faults_and_models_are_in_this_dialects_words() -> None:
    status, raw = DIALECT.encode_fault(bad_request("no"), "ex_1")
    assert (status, json.loads(raw)["__type"]) == (400, "ValidationException")
    assert DIALECT.decode_fault(429, raw, 1.5).retry_after_s == 1.5
    assert b"exception" in DIALECT.encode_failure(bad_request("no"), "ex_1", ASKED, b"")
    assert json.loads(DIALECT.encode_models(("a",)))["modelSummaries"] == [json.loads(DIALECT.encode_model("a"))]
