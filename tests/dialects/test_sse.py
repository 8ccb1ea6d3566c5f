"""Server-sent events: any cut of any line ends gives the same frames, and their bytes are the stream again."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.faults import Fault
from understudy.dialects.sse import MAX_FRAME_BYTES, SseFrame, SseParser, comment, event_bytes


def parsed(raw: bytes, *cuts: int) -> list[SseFrame]:
    parser = SseParser()
    places = sorted({0, *(cut for cut in cuts if cut < len(raw)), len(raw)})
    frames = [frame for start, end in pairwise(places) for frame in parser.feed(raw[start:end])]
    return frames + parser.close()


@pytest.mark.parametrize(
    ("raw", "event", "data"),
    [
        (b"data: a\n\n", None, b"a"),
        (b"data:a\n\n", None, b"a"),
        (b"data:  a\n\n", None, b" a"),
        (b"data\n\n", None, b""),
        (b"event: e\ndata: a\n\n", "e", b"a"),
        (b"event: e\r\ndata: a\r\n\r\n", "e", b"a"),
        (b"event: e\rdata: a\r\r", "e", b"a"),
        (b"data: a\r\ndata: b\n\n", None, b"a\nb"),
        (b"id: 7\nretry: 9\ndata: a\n\n", None, b"a"),
        (b"data: a\r\n\r\n", None, b"a"),
        (b"data: a\rdata: b\r\n\r\n", None, b"a\nb"),
        (b": comment\n\n", None, None),
        (b"event: \xff\ndata: a\n\n", "\ufffd", b"a"),
        ("data: Grüß 🌍\n\n".encode(), None, "Grüß 🌍".encode()),
    ],
)
def test_one_event_whole_and_byte_by_byte(raw: bytes, event: str | None, data: bytes | None) -> None:
    assert parsed(raw) == [SseFrame(raw, event, data)]
    assert parsed(raw, *range(len(raw))) == [SseFrame(raw, event, data)]


def test_a_cut_between_cr_and_lf_makes_no_frame_of_its_own() -> None:
    raw = b"data: a\r\n\r\ndata: b\r\n\r\n"
    for cut in range(len(raw)):
        assert [frame.data for frame in parsed(raw, cut)] == [b"a", b"b"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_several_events_at_once_are_the_same_as_one_by_one(end: bytes) -> None:
    events = [b"data: a", b"event: e" + end + b"data: b", b": note", b"id: 1" + end + b"data: c" + end + b"data: d"]
    frames = parsed(b"".join(event + end + end for event in events))
    assert frames == [frame for event in events for frame in parsed(event + end + end)]
    assert [frame.data for frame in frames] == [b"a", b"b", None, b"c\nd"]


def test_a_last_event_without_its_blank_line_is_given_at_the_close() -> None:
    parser = SseParser()
    assert parser.feed(b"data: a") == []
    assert parser.close() == [SseFrame(b"data: a", None, b"a")]
    assert parser.close() == []


def test_blank_lines_between_events_belong_to_the_next_and_at_the_end_to_none() -> None:
    raw = b"data: a\n\n\ndata: b\n\n\n"
    frames = [SseFrame(b"data: a\n\n", None, b"a"), SseFrame(b"\ndata: b\n\n", None, b"b")]
    assert parsed(raw) == parsed(raw, *range(len(raw))) == frames


def test_an_event_without_an_end_is_a_fault_before_memory_is_gone() -> None:
    parser = SseParser()
    parser.feed(b"data: " + b"x" * (MAX_FRAME_BYTES - 6))
    with pytest.raises(Fault, match=str(MAX_FRAME_BYTES)):
        parser.feed(b"x")


LINES = st.sampled_from([b"data: a", b"data:", b"event: e", b": note", b"", b"data", b"id: 1"])
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(st.lists(st.tuples(LINES, ENDS), max_size=12), st.lists(st.integers(0, 120), max_size=6))
def test_T47_cuts_do_not_matter_and_no_byte_is_lost(lines: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    raw = b"".join(line + end for line, end in lines)
    frames = parsed(raw, *cuts)
    assert frames == parsed(raw)
    rest = raw.removeprefix(b"".join(frame.raw for frame in frames))
    assert not rest.strip()


@given(st.lists(st.binary(max_size=20).filter(lambda data: b"\n" not in data and b"\r" not in data), max_size=5))
def test_what_is_written_is_read(events: list[bytes]) -> None:
    raw = b"".join(event_bytes(data, "e") + comment("note") for data in events)
    frames = parsed(raw)
    assert [(frame.event, frame.data) for frame in frames[::2]] == [("e", data) for data in events]
    assert all(frame.data is None for frame in frames[1::2])
    assert event_bytes(b"x") == b"data: x\n\n"
