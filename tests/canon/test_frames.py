"""A frame is bytes and what they say; by itself it says nothing."""

from understudy.canon.frames import Frame


def test_a_frame_of_bytes_alone_says_nothing() -> None:
    frame = Frame(b": waiting\n\n")
    assert frame.events == ()
    assert (frame.terminal, frame.usage_only, frame.malformed) == (False, False, False)
