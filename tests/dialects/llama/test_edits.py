"""Same-dialect frames: the extension in the last one, and nothing else."""

from tests.dialects.llama.samples import ECHO, METRICS, data_of, event

from understudy.canon.frames import Frame
from understudy.dialects.contract import Echo
from understudy.dialects.llama.edits import edit_frame


def test_the_last_event_carries_the_extension_and_every_other_leaves_byte_for_byte() -> None:
    last = event("metrics", metrics=METRICS)
    (told,) = data_of(edit_frame(Frame(last, terminal=True), ECHO))
    assert told == {**data_of(last)[0], "understudy": {"owned": True}}
    assert edit_frame(Frame(last, terminal=True), Echo("asked")) == last
    assert edit_frame(Frame(event("start")), ECHO) == event("start")


def test_an_event_that_cannot_be_edited_stays_as_it_came() -> None:
    raw = b'data: {"\xff":1,"id":"1","event":{"event_type":"metrics","delta":{"type":"text","text":""}}}\n\n'
    assert edit_frame(Frame(raw, terminal=True), ECHO) == raw
