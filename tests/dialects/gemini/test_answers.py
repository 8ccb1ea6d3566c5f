import json
from typing import Any

import pytest
from tests.dialects.gemini.samples import ECHO, USAGE, array, asked, body, chunk

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Opaque, Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason
from understudy.canon.usage import Usage
from understudy.dialects.gemini import DIALECT


def read(value: Any) -> Reply:
    return DIALECT.decode_reply(json.dumps(value).encode(), "gemini")


def write(reply: Reply) -> tuple[dict[str, Any], list[str]]:
    encoded = DIALECT.encode_reply(reply, asked(body()), ECHO)
    return json.loads(encoded.body), [omission.field for omission in encoded.omissions]


def test_a_whole_answer_and_an_array_of_its_pieces_say_the_same() -> None:
    whole = read(chunk({"text": "ab"}, finish="STOP", usageMetadata=USAGE))
    pieces = DIALECT.decode_reply(
        array(chunk({"text": "a"}), chunk({"text": "b"}, finish="STOP", usageMetadata=USAGE)), "g"
    )
    assert whole.parts == pieces.parts == (Text("ab"),)
    assert whole.usage == pieces.usage == Usage(9, out=5, reasoning=2)


def test_an_answer_of_this_dialect_passes_with_two_edits() -> None:
    value = chunk({"text": "a"}, finish="STOP", unknown={"x": 1})
    body, _ = write(read(value))
    assert body == {**value, "modelVersion": "asked", "understudy": {"owned": True}}


def test_an_answer_from_elsewhere_is_told_with_what_this_dialect_can_say() -> None:
    parts = (Thinking("hm", "s", "another"), Text("a"), Text(""), ToolCall("t", "f", '{"a'), Opaque("odd", {}))
    told, fields = write(
        Reply(id="r", model="m", dialect="elsewhere", parts=parts, stop=StopReason.TOOL_CALLS, extras={"x": 1})
    )
    (candidate,) = told["candidates"]
    assert candidate["finishReason"] == "MAX_TOKENS"
    assert candidate["content"]["parts"] == [
        {"text": "hm", "thought": True},
        {"text": "a"},
        {"functionCall": {"id": "t", "name": "f", "args": {}}},
    ]
    assert fields == ["parts[0].seal", "parts[3].arguments", "parts[4]", "x"]


def test_T25_a_foreign_word_is_kept_in_the_extension() -> None:
    told, _ = write(Reply(id="r", model="m", dialect="elsewhere", stop=StopReason.OTHER, native_stop="odd"))
    assert told["understudy"] == {"owned": True, "native_stop": "odd"}


@pytest.mark.parametrize("value", [{}, [], 7, "x", [7], {"candidates": {}}])
def test_what_is_no_answer_is_the_upstreams_fault(value: Any) -> None:
    with pytest.raises(Fault) as fault:
        read(value)
    assert fault.value.kind is FaultKind.UPSTREAM


def test_an_error_at_200_is_an_error() -> None:
    with pytest.raises(Fault, match="too many") as fault:
        read([{"error": {"code": 429, "message": "too many", "status": "RESOURCE_EXHAUSTED"}}])
    assert fault.value.kind is FaultKind.RATE_LIMITED
