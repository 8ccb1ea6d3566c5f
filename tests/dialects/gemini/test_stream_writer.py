import json

from tests.dialects.gemini.samples import ARRAY_PATH, ECHO, STREAM_PATH, asked, body, reply_in

from understudy.canon.parts import Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason, events_of
from understudy.canon.usage import Usage
from understudy.dialects.gemini import DIALECT

PARTS = (
    Thinking("hm"),
    Text("a"),
    Thinking("", "s", "gemini", redacted=True),
    ToolCall("t1", "f", '{"x":1}'),
)
REPLY = Reply(id="r9", model="m", dialect="elsewhere", parts=PARTS, stop=StopReason.TOOL_CALLS, usage=Usage(1, out=2))


def told(reply: Reply, path: str = STREAM_PATH) -> bytes:
    encoder = DIALECT.reply_encoder(asked(body(), path), ECHO)
    return b"".join(map(encoder.send, events_of(reply))) + encoder.end(ECHO)


def test_a_stream_is_read_again_as_it_was_meant() -> None:
    back = reply_in(told(REPLY))
    assert (back.parts, back.stop, back.usage, back.model) == (PARTS, REPLY.stop, REPLY.usage, "asked")


def test_T54_an_array_is_json_as_a_whole() -> None:
    chunks = json.loads(told(REPLY, ARRAY_PATH))
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    assert chunks[-1]["understudy"] == {"owned": True}
    assert all(one["modelVersion"] == "asked" for one in chunks)


def test_T38_a_signature_is_told_on_the_call_that_it_seals() -> None:
    chunks = [json.loads(line[6:]) for line in told(REPLY).split(b"\n\n") if line]
    (call,) = [part for one in chunks for part in one["candidates"][0]["content"]["parts"] if "functionCall" in part]
    assert call == {"functionCall": {"id": "t1", "name": "f", "args": {"x": 1}}, "thoughtSignature": "s"}


def test_T40_a_foreign_seal_is_an_omission() -> None:
    encoder = DIALECT.reply_encoder(asked(body(), STREAM_PATH), ECHO)
    reply = Reply(id="1", model="m", dialect="elsewhere", parts=(Thinking("hm", "s", "another"),))
    raw = b"".join(map(encoder.send, events_of(reply)))
    assert b'"hm"' in raw
    assert b"thoughtSignature" not in raw
    assert [omission.field for omission in encoder.omissions] == ["parts[0].seal"]


def test_T25_numbers_are_told_to_those_who_ask_for_them() -> None:
    path = STREAM_PATH + "&$alt=json;enum-encoding=int"
    assert b'"finishReason":1' in told(REPLY, path)
