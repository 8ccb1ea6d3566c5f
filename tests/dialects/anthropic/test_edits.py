"""Same-dialect frames: two edits, and every other byte as it came."""

import pytest
from tests.dialects.anthropic.samples import PING, STOP, STREAMS, asked, data_of, frames_of, sse, start, stops

from understudy.canon.frames import Frame
from understudy.dialects.anthropic import DIALECT
from understudy.dialects.contract import Echo

EXTENSION = {"cost_nano_usd": 5}


@pytest.mark.parametrize("name", STREAMS)
def test_only_the_name_and_the_extension_are_edited(name: str) -> None:
    raw = STREAMS[name]
    edited = b"".join(DIALECT.edit_frame(frame, asked(), Echo("asked-model", EXTENSION)) for frame in frames_of(raw))
    expected = data_of(raw)
    expected[0]["message"]["model"] = "asked-model"
    expected[-2]["understudy"] = EXTENSION
    assert data_of(edited) == expected
    untouched = raw.split(b"\n\n")[1:-3]
    assert edited.split(b"\n\n")[1:-3] == untouched


def test_without_an_extension_the_ending_is_the_upstreams_own() -> None:
    frames = frames_of(STREAMS["text"])
    assert DIALECT.edit_frame(frames[-1], asked(), Echo("asked-model")) == frames[-1].raw


def test_key_order_and_unknown_fields_stay() -> None:
    raw = sse(start(mystery={"b": 1, "a": 2}), stops(), PING, STOP)
    frames = frames_of(raw)
    opening = DIALECT.edit_frame(frames[0], asked(), Echo("asked-model"))
    assert b'"mystery":{"b": 1, "a": 2}' in opening.replace(b'"mystery": ', b'"mystery":')
    assert list(data_of(opening)[0]["message"]) == list(data_of(raw)[0]["message"])
    ending = DIALECT.edit_frame(frames[-1], asked(), Echo("m", EXTENSION))
    assert ending.endswith(sse(PING, STOP))


def test_an_event_that_cannot_be_edited_stays_as_it_came() -> None:
    raw = b'data: {"\xff":1,"type":"message_delta","delta":{},"usage":{}}\n\n'
    assert DIALECT.edit_frame(Frame(raw, terminal=True), asked(), Echo("asked-model", EXTENSION)) == raw
