"""Binary messages, held against the reader of the maker's own client."""

import pytest
from botocore.eventstream import EventStreamBuffer

from understudy.conformance import aws_stream
from understudy.conformance.answers import Event

RAW = aws_stream.told("event", "messageStart", {"role": "assistant"})
EXCEPTION = aws_stream.told("exception", "throttlingException", {"message": "no"})


def test_the_makers_client_reads_what_is_written() -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(RAW + EXCEPTION)
    first, second = (message.to_response_dict() for message in buffer)
    assert (first["headers"][":event-type"], first["body"]) == ("messageStart", b'{"role": "assistant"}')
    assert (second["status_code"], second["headers"][":exception-type"]) == (400, "throttlingException")


def test_what_is_written_is_read_and_what_is_cut_off_is_not() -> None:
    events = [
        Event("messageStart", {"role": "assistant"}),
        Event("throttlingException", {"message": "no"}, failed=True),
    ]
    assert aws_stream.read(RAW + EXCEPTION) == events
    assert aws_stream.read(RAW + EXCEPTION[:-1]) == events[:1]
    assert aws_stream.read(RAW[:8]) == []


@pytest.mark.parametrize(("place", "what"), [(2, "prelude"), (-1, "message")])
def test_a_wrong_checksum_is_found(place: int, what: str) -> None:
    raw = bytearray(RAW)
    raw[place] ^= 1
    with pytest.raises(ValueError, match=what):
        aws_stream.read(bytes(raw))
