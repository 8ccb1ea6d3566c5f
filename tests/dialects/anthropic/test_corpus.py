"""The golden corpus: real shapes in our own words, with the canon that each must become.

Each case is a request body, a stream, and what both are in canon. Passing through canon and back loses nothing.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.dialects.anthropic.samples import TARGET, frames_of, reply_in, told

from understudy.canon.reply import Event, Reply
from understudy.canon.request import Request
from understudy.dialects.anthropic import DIALECT
from understudy.dialects.contract import Target

CORPUS = Path(__file__).parents[2] / "corpus" / "anthropic"
CASES = sorted(path.name for path in CORPUS.iterdir())


def canon(case: str) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((CORPUS / case / "canon.json").read_text())
    return whole


def request_of(case: str) -> bytes:
    return (CORPUS / case / "request.json").read_bytes()


def stream_of(case: str) -> bytes:
    return (CORPUS / case / "stream.sse").read_bytes()


def events_of_case(case: str) -> list[Event]:
    return [event for frame in frames_of(stream_of(case)) for event in frame.events]


@pytest.mark.parametrize("case", CASES)
def test_a_request_becomes_the_canon_that_is_written_down(case: str) -> None:
    request = msgspec.structs.replace(DIALECT.decode_request(request_of(case)), source=b"")
    assert request == msgspec.convert(canon(case)["request"], Request)


@pytest.mark.parametrize("case", CASES)
def test_a_request_from_canon_is_json_equal_to_the_body(case: str) -> None:
    body = json.loads(request_of(case))
    request = msgspec.convert(canon(case)["request"], Request)
    encoded = DIALECT.encode_request(request, Target(body["model"], TARGET.maker))
    assert json.loads(encoded.body) == body
    assert encoded.omissions == ()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("piece", [None, 1, 64])
def test_a_stream_becomes_the_canon_that_is_written_down(case: str, piece: int | None) -> None:
    frames = frames_of(stream_of(case), piece=piece)
    assert frames == frames_of(stream_of(case))
    assert reply_in(stream_of(case)) == msgspec.convert(canon(case)["reply"], Reply)


@pytest.mark.parametrize("case", CASES)
def test_a_stream_told_anew_says_the_same(case: str) -> None:
    again, before = reply_in(told(events_of_case(case))), reply_in(stream_of(case))
    assert (again.parts, again.usage, again.stop) == (before.parts, before.usage, before.stop)
    assert (again.stop_sequence, again.extras) == (before.stop_sequence, before.extras)
