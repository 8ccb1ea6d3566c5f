"""What the dialects of OpenAI's making have in common at their doors."""

import json

import pytest
from tests.dialects.test_contract import DIALECTS, REQUEST

from understudy.canon.faults import bad_request
from understudy.dialects.openai_door import OpenAiDoor


@pytest.mark.parametrize("name", ["openai_chat", "openai_responses", "llama"])
def test_they_share_one_door(name: str) -> None:
    dialect = DIALECTS[name]
    assert isinstance(dialect, OpenAiDoor)
    assert dialect.stream_type(REQUEST) == "text/event-stream; charset=utf-8"
    assert dialect.keep_alive(REQUEST, True) == dialect.keep_alive(REQUEST, False) == b": waiting\n\n"
    assert json.loads(dialect.encode_models(("a",)))["data"] == [json.loads(dialect.encode_model("a"))]
    status, body = dialect.encode_fault(bad_request("no", "model"), "ex_1")
    assert (status, json.loads(body)["error"]["param"]) == (400, "model")
    assert dialect.decode_fault(429, body, 1.5).retry_after_s == 1.5
