"""The golden corpus: real shapes in our own words, with the canon that each must become.

Each case is a request body, a stream, and what both are in canon. Passing through canon and back loses nothing.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.dialects.openai_chat.samples import CLAUDE, ECHO, events_of_frames, frames_of, reply_in, told

from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.dialects.contract import Target
from understudy.dialects.openai_chat import DIALECT

CORPUS = Path(__file__).parents[2] / "corpus" / "openai_chat"
CASES = sorted(path.name for path in CORPUS.iterdir())


def canon(case: str) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((CORPUS / case / "canon.json").read_text())
    return whole


def request_of(case: str) -> bytes:
    return (CORPUS / case / "request.json").read_bytes()


def stream_of(case: str) -> bytes:
    return (CORPUS / case / "stream.sse").read_bytes()


@pytest.mark.parametrize("case", CASES)
def test_a_request_becomes_the_canon_that_is_written_down(case: str) -> None:
    request = msgspec.structs.replace(DIALECT.decode_request(request_of(case)), source=b"")
    assert request == msgspec.convert(canon(case)["request"], Request)


@pytest.mark.parametrize("case", CASES)
def test_a_request_from_canon_is_json_equal_to_the_body(case: str) -> None:
    body = json.loads(request_of(case))
    request = msgspec.convert(canon(case)["request"], Request)
    encoded = DIALECT.encode_request(request, Target(body["model"], CLAUDE.maker, developer=True))
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
    again = reply_in(told(events_of_frames(frames_of(stream_of(case)))))
    before = reply_in(stream_of(case))
    assert (again.parts, again.usage, again.stop) == (before.parts, before.usage, before.stop)
    assert (again.id, again.created_s, again.extras) == (before.id, before.created_s, before.extras)


@pytest.mark.parametrize("case", CASES)
def test_a_same_dialect_stream_passes_byte_for_byte_but_for_the_name(case: str) -> None:
    asking = DIALECT.decode_request(b'{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true,'
                                    b'"stream_options":{"include_usage":true}}')  # fmt: skip
    passed = b"".join(DIALECT.edit_frame(frame, asking, ECHO) for frame in frames_of(stream_of(case)))
    model = canon(case)["reply"]["model"].encode()
    assert passed == stream_of(case).replace(b'"model":"' + model, b'"model":"asked-model')
