"""The door of the dialect: what the contract asks for, and the small bytes between the large ones."""

import json

from tests.dialects.openai_responses.samples import TARGET, asked

from understudy.canon.faults import bad_request
from understudy.dialects.contract import Dialect
from understudy.dialects.openai_responses import DIALECT

ASKED = asked(stream=True)


def test_where_it_is_found() -> None:
    dialect: Dialect = DIALECT
    assert dialect.name == "openai_responses"
    assert dialect.served == ("/v1/responses", "/responses", "/openai/v1/responses")
    assert dialect.path_to(ASKED, TARGET) == "/responses"
    assert (dialect.markers, dialect.lists, dialect.forwarded) == ((), (), ())


def test_T52_a_keep_alive_is_a_comment_and_no_closing_line_is_owed() -> None:
    assert DIALECT.keep_alive(ASKED, False).startswith(b": ")
    assert DIALECT.closing(ASKED) == b""
    assert DIALECT.stream_type(ASKED).startswith("text/event-stream")


def test_faults_and_models_are_in_this_dialects_words() -> None:
    status, raw = DIALECT.encode_fault(bad_request("no", "input"), "ex_1")
    assert (status, json.loads(raw)["error"]["param"]) == (400, "input")
    assert DIALECT.decode_fault(429, raw, 1.5).retry_after_s == 1.5
    assert b"response.failed" in DIALECT.encode_failure(bad_request("no"), "ex_1", ASKED, b"")
    assert json.loads(DIALECT.encode_models(("a",)))["data"][0] == json.loads(DIALECT.encode_model("a"))
