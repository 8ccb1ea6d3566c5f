import json

from tests.dialects.gemini.samples import ARRAY_PATH, STREAM_PATH, asked, body

from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.gemini import DIALECT


def test_W3_it_is_served_under_both_versions() -> None:
    assert "/v1beta/models/{model}:generateContent" in DIALECT.served
    assert "/v1/models/{model}:streamGenerateContent" in DIALECT.served


def test_T54_the_content_type_follows_the_form() -> None:
    assert DIALECT.stream_type(asked(body(), STREAM_PATH)).startswith("text/event-stream")
    assert DIALECT.stream_type(asked(body(), ARRAY_PATH)).startswith("application/json")


def test_T52_T53_an_array_stays_json_through_silence_and_failure() -> None:
    request = asked(body(), ARRAY_PATH)
    fault = Fault("m", kind=FaultKind.TIMEOUT)
    raw = DIALECT.keep_alive(request, False) + DIALECT.encode_failure(fault, "id", request, b"")
    assert json.loads(raw)[0]["error"]["message"] == "m"
    assert DIALECT.closing(request) == b""


def test_T70_models_are_listed_under_their_full_names() -> None:
    assert json.loads(DIALECT.encode_models(("a",)))["models"][0]["name"] == "models/a"
