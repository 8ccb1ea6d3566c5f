"""The door of the dialect: what the contract asks for, and the small bytes between the large ones."""

import json

from tests.dialects.llama.samples import TARGET, asked

from understudy.canon.faults import bad_request
from understudy.dialects.contract import Dialect
from understudy.dialects.llama import DIALECT

ASKED = asked(stream=True)


def test_L8_both_forms_of_the_path_are_answered() -> None:
    dialect: Dialect = DIALECT
    assert dialect.name == "llama"
    assert dialect.served == ("/llama/v1/chat/completions", "/llama/v1/chat/completions/")
    assert dialect.path_to(ASKED, TARGET) == "/chat/completions"
    assert (dialect.lists, dialect.markers, dialect.forwarded) == (("/llama/v1/models",), ("x-api-version",), ())


def test_L4_nothing_closes_a_stream() -> None:
    assert DIALECT.closing(ASKED) == b""
    assert DIALECT.keep_alive(ASKED, True).startswith(b": ")
    assert DIALECT.stream_type(ASKED).startswith("text/event-stream")


def test_faults_and_models() -> None:
    status, raw = DIALECT.encode_fault(bad_request("no", "model"), "ex_1")
    assert (status, json.loads(raw)["error"]["param"]) == (400, "model")
    assert DIALECT.decode_fault(429, raw, 1.5).retry_after_s == 1.5
    assert DIALECT.encode_failure(bad_request("no"), "ex_1", ASKED, b"").startswith(b"event: error\ndata: ")
    assert json.loads(DIALECT.encode_models(("a",)))["data"] == [json.loads(DIALECT.encode_model("a"))]
