"""Same-dialect frames: the extension in the last one, and nothing else."""

from tests.dialects.converse.samples import ECHO, OPENING, USAGE, read_by_aws, told

from understudy.canon.frames import Frame
from understudy.dialects.contract import Echo
from understudy.dialects.converse.edits import edit_frame


def test_the_last_message_carries_the_extension() -> None:
    last = told("metadata", usage=USAGE, trace={"odd": 1})
    raw = edit_frame(Frame(last, terminal=True), ECHO)
    assert read_by_aws(raw) == [("metadata", {"usage": USAGE, "trace": {"odd": 1}, "understudy": {"owned": True}})]
    assert edit_frame(Frame(last, terminal=True), Echo("asked")) == last


def test_every_other_message_leaves_byte_for_byte() -> None:
    assert edit_frame(Frame(OPENING), ECHO) == OPENING
