"""Whole answers: read from any host of this dialect, written from its own bytes or from canon."""

import json
from typing import Any

import msgspec
import pytest
from tests.dialects.openai_chat.samples import ECHO, asked, entry, refused

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason
from understudy.canon.usage import Usage
from understudy.dialects.contract import Echo
from understudy.dialects.openai_chat.answers import read_reply, reason_of, write_reply

FUNCTION = {"name": "f", "arguments": "{}"}


def answer(finish: str | None = "stop", *, choice: dict[str, Any] | None = None, **message: Any) -> dict[str, Any]:
    whole = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish, **(choice or {})}
    usage = {"prompt_tokens": 12, "completion_tokens": 9, "total_tokens": 21}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 5,
        "model": "m",
        "choices": [whole],
        "usage": usage,
    }


def read(body: Any) -> Reply:
    return read_reply(json.dumps(body).encode(), "acme")


def test_a_plain_answer() -> None:
    reply = read(answer(content="Hello", refusal=None, annotations=[]))
    assert (reply.id, reply.model, reply.created_s, reply.parts) == ("chatcmpl-1", "m", 5, (Text("Hello"),))
    assert (reply.stop, reply.native_stop, reply.extras) == (StopReason.STOP, "stop", {})
    assert reply.usage == Usage(uncached_in=12, out=9)


def test_T29_T41_thinking_refusal_and_calls() -> None:
    calls = [{"id": "a", "type": "function", "function": FUNCTION}]
    reply = read(answer("tool_calls", content=None, reasoning_content="hm", refusal="no", tool_calls=calls))
    assert reply.parts == (Thinking("hm"), Refusal("no"), ToolCall("a", "f", "{}"))
    sealed = read(answer(reasoning="hm", reasoning_details=[entry("text", text="hm", signature="s")], content="x"))
    assert sealed.parts == (Thinking("hm", "s", "anthropic"), Text("x"))
    hidden = read(answer(reasoning="hm", reasoning_details=[entry("encrypted", data="d", format=None)], content="x"))
    assert hidden.parts[0] == Thinking("hm")
    assert (hidden.parts[1].seal, hidden.parts[1].sealed_by) == ("d", "acme")  # type: ignore[union-attr]


def test_T41_content_as_a_list_or_as_an_object() -> None:
    pieces: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "x"},
        {"type": "reference", "ids": [1]},
    ]
    assert read(answer(content=pieces)).parts == (
        Thinking("hm", extras=pieces[0]),
        Text("x"),
        Opaque("reference", pieces[2]),
    )
    assert read(answer(content={"a": 1})).parts == (Text('{"a":1}'),)


def test_T10_T14_calls_without_an_id_or_with_an_object_for_arguments() -> None:
    calls = [{"function": {"name": "f", "arguments": {"a": 1}}}, {"id": None, "type": "function", "function": FUNCTION}]
    assert read(answer("tool_calls", tool_calls=calls)).parts == (
        ToolCall("call_chatcmpl-1_0", "f", '{"a":1}'),
        ToolCall("call_chatcmpl-1_1", "f", "{}"),
    )


def test_T71_a_cut_call_behind_an_aggregator_is_a_length() -> None:
    cut, whole = (ToolCall("a", "f", '{"x":'),), (ToolCall("a", "f", "{}"),)
    assert reason_of("tool_calls", "max_output_tokens", cut) is StopReason.LENGTH
    assert reason_of("tool_calls", "max_output_tokens", whole) is StopReason.TOOL_CALLS
    assert reason_of("tool_calls", "completed", cut) is StopReason.TOOL_CALLS


def test_what_canon_has_no_word_for_stays_and_comes_back() -> None:
    body = answer(content="x", audio={"id": "a"}, choice={"logprobs": {"content": []}})
    body |= {"system_fingerprint": "fp", "usage": {**body["usage"], "cost": 1}}
    body["choices"].append({"index": 1, "message": {"role": "assistant", "content": "y"}, "finish_reason": "stop"})
    reply = read(body)
    assert reply.extras["system_fingerprint"] == "fp"
    again = json.loads(write_reply(msgspec.structs.replace(reply, source=b""), asked(), Echo("m")).body)
    assert again["choices"][0]["message"].pop("refusal") is None
    assert again == body


def test_usage_of_an_odd_form_comes_back_as_it_was() -> None:
    told = {
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "total_tokens": 2,
        "cached_tokens": 1,
        "prompt_tokens_details": 7,
    }
    reply = read({**answer(content="x"), "usage": told})
    again = json.loads(write_reply(msgspec.structs.replace(reply, source=b""), asked(), Echo("m")).body)
    assert again["usage"] == told


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":[{}]}',
        b'{"choices":[{"message":{"content":[7]}}]}',
    ],
)
def test_what_is_no_answer_is_the_upstreams_fault(raw: bytes) -> None:
    assert refused(read_reply, raw, "acme").kind is FaultKind.UPSTREAM


def test_an_error_sent_with_200_is_told_as_what_it_is() -> None:
    fault = refused(read_reply, b'{"error":{"code":429,"message":"slow down"}}', "acme")
    assert (fault.kind, fault.message) == (FaultKind.RATE_LIMITED, "slow down")


def test_T27_a_filtered_answer_may_lack_its_message() -> None:
    body = {"choices": [{"index": 0, "finish_reason": "content_filter"}]}
    assert (read(body).parts, read(body).stop) == ((), StopReason.REFUSAL)


def test_the_upstreams_own_bytes_go_on_with_name_and_extension() -> None:
    raw = b'{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"x_new":1.50,"model":"theirs"}'
    sent = write_reply(read_reply(raw, "acme"), asked(), Echo("mine", {"cost_usd": 1})).body
    assert b"1.50" in sent
    assert json.loads(sent) == {**json.loads(raw), "model": "mine", "understudy": {"cost_usd": 1}}
    assert "understudy" not in json.loads(write_reply(read_reply(raw, "acme"), asked(), ECHO).body)


def foreign(*parts: Any, stop: StopReason = StopReason.STOP, **fields: Any) -> Reply:
    return Reply(id="msg_1", model="theirs", dialect="anthropic", parts=parts, stop=stop, **fields)


def test_an_answer_of_another_dialect_is_made_anew() -> None:
    reply = foreign(
        Thinking("hm", "s", "anthropic", extras={"y": 1}),
        Text("a"),
        Text("b"),
        ToolCall("t", "f", '{"x":'),
        Opaque("search", {}),
        usage=Usage(uncached_in=1, cache_read=2, out=3),
        stop_sequence="END",
        extras={"container": {}},
    )
    encoded = write_reply(reply, asked(), Echo("mine", {"cost_usd": 1}))
    body = json.loads(encoded.body)
    (choice,) = body["choices"]
    assert choice["message"] == {
        "role": "assistant",
        "content": "ab",
        "refusal": None,
        "reasoning_content": "hm",
        "reasoning_details": [entry("text", text="hm", signature="s")],
        "tool_calls": [{"id": "t", "type": "function", "function": {"name": "f", "arguments": '{"x":'}}],
    }
    assert (choice["finish_reason"], body["model"], body["object"]) == ("tool_calls", "mine", "chat.completion")
    assert body["usage"]["prompt_tokens"] == 3
    assert body["understudy"] == {"cost_usd": 1}
    left = {omission.field for omission in encoded.omissions}
    assert left == {"content[0].y", "content[4]", "stop_sequence", "container"}


def test_T25_a_word_that_this_dialect_hides_is_kept_in_the_extension() -> None:
    for stop, native in ((StopReason.PAUSE, "pause_turn"), (StopReason.OTHER, "odd")):
        body = json.loads(write_reply(foreign(stop=stop, native_stop=native), asked(), ECHO).body)
        assert body["choices"][0]["finish_reason"] == "stop"
        assert body["understudy"] == {"native_stop": native}
    assert "understudy" not in json.loads(write_reply(foreign(native_stop="end_turn"), asked(), ECHO).body)
