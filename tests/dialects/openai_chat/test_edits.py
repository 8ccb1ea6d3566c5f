"""Same-dialect frames: the name replaced, usage hidden or extended, and all else byte for byte."""

import json

import pytest
from tests.dialects.openai_chat.samples import ECHO, TEXT, asked, body, call, calls, chunk, frames_of, sse, usage

from understudy.canon.frames import Frame
from understudy.dialects.contract import Echo
from understudy.dialects.openai_chat import DIALECT
from understudy.dialects.openai_chat.edits import edit_frame

ASKING = DIALECT.decode_request(body(stream=True, stream_options={"include_usage": True}))
SILENT = DIALECT.decode_request(body(stream=True))
COSTLY = Echo("asked-model", {"cost_usd": 1})


def data(raw: bytes) -> dict[str, object]:
    whole: dict[str, object] = json.loads(raw.decode().removeprefix("data: "))
    return whole


def test_every_chunk_names_the_model_that_was_asked_for() -> None:
    edited = b"".join(edit_frame(frame, ASKING, ECHO) for frame in frames_of(TEXT))
    assert edited == TEXT.replace(b'"upstream-model"', b'"asked-model"')


def test_a_name_that_is_right_already_leaves_the_bytes_alone() -> None:
    for frame in frames_of(TEXT):
        assert edit_frame(frame, ASKING, Echo("upstream-model")) is frame.raw


@pytest.mark.parametrize(
    "raw",
    [
        b'data: {"model": "a", "x": "\\"model\\": \\"a\\""}\r\n\r\n',
        b'data:{"model":"a","choices":[]}\n\n',
        b'data: {"model" : "a"}\n\n',
        b'data: {"x":{"model":"a"},"model":"a"}\n\n',
    ],
)
def test_only_the_name_itself_is_replaced(raw: bytes) -> None:
    before = json.loads(raw.decode().partition(":")[2])
    after = json.loads(edit_frame(Frame(raw), ASKING, ECHO).decode().partition(":")[2])
    assert after == {**before, "model": "asked-model"}


@pytest.mark.parametrize(
    "raw", [b": comment\n\n", b'data: {"choices":[]}\n\n', b'data: {"model\n\n', b'data: {"model":1}\n\n']
)
def test_what_holds_no_name_leaves_as_it_came(raw: bytes) -> None:
    expected = raw.replace(b"1", b'"asked-model"')
    assert edit_frame(Frame(raw), ASKING, ECHO) == expected


def test_T36_a_usage_chunk_goes_only_to_those_who_asked() -> None:
    (frame,) = frames_of(sse(usage()))
    assert edit_frame(frame, SILENT, COSTLY) == b""
    assert data(edit_frame(frame, ASKING, COSTLY))["understudy"] == {"cost_usd": 1}


def test_the_extension_stands_where_the_last_usage_does() -> None:
    told = usage()["usage"]
    first, last = frames_of(sse({**chunk(content="x"), "usage": told}, {**chunk("stop"), "usage": told}))
    assert "understudy" not in data(edit_frame(first, SILENT, COSTLY))
    edited = data(edit_frame(last, SILENT, COSTLY))
    assert (edited["understudy"], edited["model"], edited["usage"]) == ({"cost_usd": 1}, "asked-model", told)


def test_the_closing_line_is_never_touched() -> None:
    frame = Frame(b"data: [DONE]\n\n", terminal=True)
    assert edit_frame(frame, asked(), COSTLY) is frame.raw


def test_T71_a_finish_word_that_cut_arguments_belie_becomes_the_right_one() -> None:
    cut = calls(call(0, '{"a', id="c1", name="f"))
    last = chunk("tool_calls")
    last["choices"][0]["native_finish_reason"] = "length"
    first, second = frames_of(sse(cut, last))
    edited = data(edit_frame(second, ASKING, ECHO))
    assert edited == {**last, "model": "asked-model", "choices": [{**last["choices"][0], "finish_reason": "length"}]}
    assert data(edit_frame(first, ASKING, ECHO)) == {**cut, "model": "asked-model"}
