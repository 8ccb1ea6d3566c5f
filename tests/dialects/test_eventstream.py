"""Binary streams: cut anywhere, checked by sums, and the same to the maker's own library."""

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.eventstream import EventStreamParser, message_bytes

KINDS = st.sampled_from(["event", "exception"])
MESSAGES = st.lists(st.tuples(KINDS, st.text(min_size=1, max_size=20), st.binary(max_size=60)), min_size=1, max_size=4)


@given(MESSAGES, st.integers(1, 50))
def test_what_is_written_is_read_in_any_cut(messages: list[tuple[str, str, bytes]], step: int) -> None:
    raw = b"".join(message_bytes(*message) for message in messages)
    parser = EventStreamParser()
    read = [one for place in range(0, len(raw), step) for one in parser.feed(raw[place : place + step])]
    assert [(one.kind, one.name, one.payload) for one in read] == messages
    assert b"".join(one.raw for one in read) == raw


@given(MESSAGES)
def test_the_makers_library_reads_it_too(messages: list[tuple[str, str, bytes]]) -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(b"".join(message_bytes(*message) for message in messages))
    read = [message.to_response_dict() for message in buffer]
    assert [(one["headers"][":message-type"], one["body"]) for one in read] == [(k, body) for k, _, body in messages]


@given(st.integers(0, 80), st.integers(1, 255))
def test_one_wrong_byte_is_never_read_as_a_message(place: int, change: int) -> None:
    raw = bytearray(message_bytes("event", "messageStop", b'{"stopReason":"end_turn"}'))
    raw[place % len(raw)] ^= change
    with pytest.raises(Fault) as caught:
        # A length that grew is found out once enough bytes have come.
        EventStreamParser().feed(bytes(raw) + bytes(raw))
    assert caught.value.kind is FaultKind.UPSTREAM


@given(st.binary(min_size=12, max_size=100))
def test_garbage_is_no_stream(raw: bytes) -> None:
    with pytest.raises(Fault):
        EventStreamParser().feed(raw)


def test_a_message_that_was_cut_off_is_dropped() -> None:
    parser = EventStreamParser()
    assert parser.feed(message_bytes("event", "x", b"{}")[:-1]) == []
    parser.close()
    assert parser.feed(message_bytes("event", "x", b"{}"))[0].payload == b"{}"
