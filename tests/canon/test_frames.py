"""A frame is proof of life even when it says nothing."""

from understudy.canon.frames import Frame
from understudy.canon.reply import Delta


def test_a_frame_says_nothing_but_its_bytes_unless_told() -> None:
    frame = Frame(b": waiting\n\n")
    assert frame.events == ()
    assert {frame.terminal, frame.usage_only, frame.malformed} == {False}


def test_frames_are_equal_by_bytes_events_and_marks() -> None:
    assert Frame(b"x", (Delta(0, "a"),)) == Frame(b"x", (Delta(0, "a"),))
    assert Frame(b"x") != Frame(b"x", malformed=True)
    assert Frame(b"x") != Frame(b"y")
