"""A request: what was not said is None, and only an outspoken wish makes a stream."""

import msgspec
import pytest

from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.request import BuiltinTool, Format, Request, Sampling, ThinkingAsk, Tool, ToolChoice

HELLO = (Message("user", (Text("Hello"),)),)


@pytest.mark.parametrize(("said", "streamed"), [(None, False), (False, False), (True, True)])
def test_a_stream_is_made_only_when_asked_for(said: bool | None, streamed: bool) -> None:
    assert Request(model="m", messages=HELLO, dialect="d", stream=said).streamed is streamed


def test_nothing_is_said_that_the_caller_did_not_say() -> None:
    bare = Request(model="m", messages=HELLO, dialect="d")
    unsaid = ("tools", "tool_choice", "parallel_tools", "max_tokens", "thinking", "format", "stream", "user")
    assert {getattr(bare, name) for name in unsaid} == {None}
    assert {getattr(bare.sampling, name) for name in Sampling.__struct_fields__} == {None}
    assert (bare.extras, bare.spelling, bare.source) == ({}, (), b"")


def test_T68_a_request_written_down_comes_back_with_its_schemas_in_order() -> None:
    schema = {"type": "object", "properties": {"z": {}, "a": {}}}
    request = Request(
        model="m",
        messages=HELLO,
        dialect="d",
        tools=(Tool("f", "does f", schema, strict=True), BuiltinTool("web_search", {"max_uses": 2})),
        tool_choice=ToolChoice("named", "f"),
        sampling=Sampling(temperature=0.5, stop=("END",), logit_bias={"7": -100}),
        thinking=ThinkingAsk("enabled", 2048),
        format=Format("json_schema", "answer", schema=schema),
        stream_usage=True,
        spelling=("stop",),
        extras={"metadata": {"team": "a"}},
        source=b'{"model": "m"}',
    )
    back = msgspec.json.decode(msgspec.json.encode(request), type=Request)
    assert back == request
    assert back.format is not None
    assert back.format.schema is not None
    assert list(back.format.schema["properties"]) == ["z", "a"]
