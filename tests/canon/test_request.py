"""The request as a value."""

import msgspec
from hypothesis import given
from tests.dialects.strategies import conversations

from understudy.canon.request import Request


def test_a_request_is_streamed_only_where_it_says_so() -> None:
    request = Request(model="m", messages=(), dialect="d")
    assert not request.streamed
    assert not msgspec.structs.replace(request, stream=False).streamed
    assert msgspec.structs.replace(request, stream=True).streamed


@given(conversations("d"))
def test_a_request_survives_json(request_: Request) -> None:
    assert msgspec.json.decode(msgspec.json.encode(request_), type=Request) == request_
