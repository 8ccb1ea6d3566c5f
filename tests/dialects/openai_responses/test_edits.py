"""Same-dialect frames: the model's name and the extension, and nothing else."""

import json

from tests.dialects.openai_responses.samples import ECHO, OPENING, SAID, data_of, event, response, sse

from understudy.canon.frames import Frame
from understudy.dialects.contract import Echo
from understudy.dialects.openai_responses.edits import edit_frame


def test_a_response_names_the_model_that_was_asked_for() -> None:
    (told,) = data_of(edit_frame(Frame(sse(OPENING)), Echo("asked")))
    assert told == {**OPENING, "response": {**OPENING["response"], "model": "asked"}}


def test_the_last_one_carries_the_extension_and_keeps_the_order_of_its_fields() -> None:
    last = event("completed", response=response(SAID, odd=1), sequence_number=9)
    raw = edit_frame(Frame(sse(last)), ECHO)
    told = json.loads(raw.split(b"data: ")[1])
    assert list(told) == ["type", "response", "sequence_number"]
    assert list(told["response"]) == [*last["response"], "understudy"]
    assert told["response"]["understudy"] == {"owned": True}


def test_everything_else_leaves_byte_for_byte() -> None:
    delta = b'event: x\r\ndata: {"type":"response.output_text.delta","delta":"\\"response\\""}\r\n\r\n'
    for raw in (delta, b": ping\n\n", b'data: {"response": 7}\n\n', b'data: "response"\n\n', b"data: [DONE]\n\n"):
        assert edit_frame(Frame(raw), ECHO) == raw
