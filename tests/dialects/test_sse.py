"""Server-sent events: any line ends, any cuts, and all bytes accounted for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.sse import MAX_FRAME_BYTES, SseFrame, SseParser, comment, event_bytes

STREAM = "data: Grüß\n\n: alive\n\nevent: ping\r\ndata: 1\r\ndata: 2\r\n\r\ndata:🌍\r\rid: 7\n\ndata\n\n".encode()


def parsed(raw: bytes, *cuts: int) -> list[SseFrame]:
    parser = SseParser()
    places = sorted({0, *cuts, len(raw)})
    return [frame for start, end in pairwise(places) for frame in parser.feed(raw[start:end])] + parser.close()


def said(raw: bytes) -> list[tuple[str | None, bytes | None]]:
    return [(frame.event, frame.data) for frame in parsed(raw)]


def test_a_stream_of_all_forms() -> None:
    assert said(STREAM) == [
        (None, "Grüß".encode()),
        (None, None),
        ("ping", b"1\n2"),
        (None, "🌍".encode()),
        (None, None),
        (None, b""),
    ]


def test_T47_byte_by_byte_gives_the_same_frames() -> None:
    assert parsed(STREAM, *range(len(STREAM))) == parsed(STREAM)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(line_end: str) -> None:
    raw = line_end.join(["event: a", "data: 1", "", "data: 2", "", ""]).encode()
    assert said(raw) == [("a", b"1"), (None, b"2")]
    assert [frame.raw for frame in parsed(raw)] == [frame.raw for frame in parsed(raw, *range(len(raw)))]


def test_a_cut_between_cr_and_lf_makes_no_frame_of_its_own() -> None:
    raw = b"data: 1\r\n\r\ndata: 2\r\n\r\n"
    for cut in range(len(raw)):
        assert [frame.data for frame in parsed(raw, cut)] == [b"1", b"2"]


def test_one_space_after_the_colon_belongs_to_the_form_and_a_second_to_the_data() -> None:
    assert said(b"data:1\n\ndata: 1\n\ndata:  1\n\n") == [(None, b"1"), (None, b"1"), (None, b" 1")]


def test_the_last_blank_line_may_be_missing() -> None:
    parser = SseParser()
    assert parser.feed(b"data: [DONE]\n") == []
    assert [frame.data for frame in parser.close()] == [b"[DONE]"]
    assert parser.close() == []


def test_blank_lines_at_the_end_are_no_frame() -> None:
    parser = SseParser()
    parser.feed(b"data: 1\n\n\n")
    assert parser.close() == []


def test_a_frame_is_bounded() -> None:
    parser = SseParser()
    half = b"data: " + b"x" * (MAX_FRAME_BYTES // 2)
    assert parser.feed(half) == []
    with pytest.raises(Fault, match=str(MAX_FRAME_BYTES)) as raised:
        parser.feed(half)
    assert raised.value.kind is FaultKind.UPSTREAM


def test_what_is_written_is_what_is_read() -> None:
    raw = event_bytes(b'{"a":1}') + comment("waiting") + event_bytes(b"{}", "ping")
    assert raw == b'data: {"a":1}\n\n: waiting\n\nevent: ping\ndata: {}\n\n'
    assert said(raw) == [(None, b'{"a":1}'), (None, None), ("ping", b"{}")]


# The pieces that decide: line ends alone and together, fields with and without a space, and bytes beyond ASCII.
PIECES = st.sampled_from(
    [b"\n", b"\r", b"\r\n", b"data: ", b"data:", b"data", b"event: e", b": c", "ü".encode(), b"{}"]
)
STREAMS = st.lists(PIECES, max_size=20).map(b"".join)


@given(STREAMS, st.data())
def test_cuts_do_not_matter_and_no_byte_is_lost(raw: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(raw)), max_size=6))
    whole = parsed(raw)
    assert parsed(raw, *cuts) == whole
    joined = b"".join(frame.raw for frame in whole)
    assert raw.startswith(joined)
    assert not raw[len(joined) :].strip()


EVENTS = st.lists(
    st.tuples(st.none() | st.sampled_from(["ping", "message_stop"]), st.binary().map(bytes.hex)), max_size=6
)


@given(EVENTS, st.data())
def test_written_events_come_back_at_any_cut(events: list[tuple[str | None, str]], data: st.DataObject) -> None:
    raw = b"".join(event_bytes(text.encode(), name) for name, text in events)
    cuts = data.draw(st.lists(st.integers(0, len(raw)), max_size=6))
    frames = parsed(raw, *cuts)
    assert [(frame.event, frame.data) for frame in frames] == [(name, text.encode()) for name, text in events]
    assert b"".join(frame.raw for frame in frames) == raw
