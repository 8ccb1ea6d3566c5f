"""The door of the dialect: what the contract asks for, and the small bytes between the large ones."""

import json

from tests.dialects.openai_chat.samples import body

from understudy.canon.faults import bad_request
from understudy.dialects.contract import Dialect, Target
from understudy.dialects.openai_chat import DIALECT

ASKED = DIALECT.decode_request(body(stream=True))


def test_where_it_is_found() -> None:
    dialect: Dialect = DIALECT
    assert dialect.name == "openai_chat"
    assert dialect.served == (
        "/v1/chat/completions",
        "/chat/completions",
        "/openai/v1/chat/completions",
        "/openai/deployments/{model}/chat/completions",
    )
    assert dialect.path_to(ASKED, Target("m", "openai_chat")) == "/chat/completions"
    assert (dialect.markers, dialect.lists, dialect.forwarded) == ((), ("/openai/v1/models",), ())


def test_T52_a_keep_alive_is_a_comment_at_any_time() -> None:
    assert DIALECT.keep_alive(ASKED, False) == DIALECT.keep_alive(ASKED, True)
    assert DIALECT.keep_alive(ASKED, True).startswith(b": ")


def test_T50_the_closing_line_is_owed_to_the_caller() -> None:
    assert DIALECT.closing(ASKED) == b"data: [DONE]\n\n"


def test_faults_and_models_are_in_this_dialects_words() -> None:
    fault = bad_request("no", "model")
    status, raw = DIALECT.encode_fault(fault, "ex_1")
    assert (status, json.loads(raw)["error"]["param"]) == (400, "model")
    assert DIALECT.encode_failure(fault, "ex_1", ASKED, b"") == b"data: " + raw + b"\n\n"
    assert DIALECT.decode_fault(429, raw, 1.5).retry_after_s == 1.5
    assert json.loads(DIALECT.encode_models(("a",)))["object"] == "list"
    assert json.loads(DIALECT.encode_model("a")) == json.loads(DIALECT.encode_models(("a",)))["data"][0]
