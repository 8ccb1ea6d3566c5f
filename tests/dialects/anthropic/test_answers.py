"""Whole answers: the upstream's own bytes edited, or a body made from canon."""

import json
from typing import Any

import msgspec
import pytest
from tests.dialects.anthropic.samples import asked, refused

from understudy.canon.faults import FaultKind
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason
from understudy.canon.usage import Usage
from understudy.dialects.anthropic import DIALECT
from understudy.dialects.contract import Echo

ANSWER: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "upstream-model",
    "mystery": {"b": 1, "a": 2},
    "content": [
        {"type": "thinking", "thinking": "Hm", "signature": "c2VhbA=="},
        {"type": "redacted_thinking", "data": "aGlkZGVu"},
        {"type": "text", "text": "Found it", "citations": [{"type": "char_location"}]},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"z": 1, "a": 2}, "caller": {"type": "direct"}},
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 3,
        "cache_creation_input_tokens": 30,
        "cache_read_input_tokens": 7,
        "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
        "output_tokens": 50,
        "output_tokens_details": {"thinking_tokens": 40},
        "service_tier": "standard",
    },
}
RAW = json.dumps(ANSWER).encode()


def foreign(*parts: Any, stop: StopReason = StopReason.STOP, **fields: Any) -> tuple[dict[str, Any], list[str]]:
    reply = Reply(id="chatcmpl-1", model="theirs", dialect="openai_chat", parts=parts, stop=stop, **fields)
    encoded = DIALECT.encode_reply(reply, asked(), Echo("asked-model"))
    return json.loads(encoded.body), [omission.field for omission in encoded.omissions]


def test_an_answer_is_read() -> None:
    reply = DIALECT.decode_reply(RAW, "maker")
    assert reply.parts == (
        Thinking("Hm", "c2VhbA==", "maker"),
        Thinking("", "aGlkZGVu", "maker", redacted=True),
        Text("Found it", {"citations": [{"type": "char_location"}]}),
        ToolCall("toolu_1", "f", '{"z":1,"a":2}', {"caller": {"type": "direct"}}),
        Opaque("server_tool_use", {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}),
    )
    assert reply.usage == Usage(3, 7, 10, 20, 50, 40)
    assert (reply.stop, reply.native_stop) == (StopReason.TOOL_CALLS, "tool_use")
    assert reply.extras == {"mystery": {"b": 1, "a": 2}, "usage": {"service_tier": "standard"}}


def test_the_same_dialect_passes_with_its_order_and_the_name_that_was_asked_for() -> None:
    reply = DIALECT.decode_reply(RAW, "anthropic")
    sent = json.loads(DIALECT.encode_reply(reply, asked(), Echo("asked-model", {"cost": 1})).body)
    assert sent == {**ANSWER, "model": "asked-model", "understudy": {"cost": 1}}
    assert list(sent) == [*ANSWER, "understudy"]


def test_made_from_canon_the_same_dialect_loses_nothing() -> None:
    reply = msgspec.structs.replace(DIALECT.decode_reply(RAW, "anthropic"), source=b"")
    encoded = DIALECT.encode_reply(reply, asked(), Echo("upstream-model"))
    assert json.loads(encoded.body) == ANSWER
    assert encoded.omissions == ()


def test_T30_usage_of_a_foreign_answer_leaves_the_cache_out_of_the_input() -> None:
    sent, left = foreign(Text("Hi"), usage=Usage(uncached_in=3, cache_read=7, cache_write_5m=10, out=5))
    assert sent["usage"] == {
        "input_tokens": 3,
        "output_tokens": 5,
        "cache_read_input_tokens": 7,
        "cache_creation_input_tokens": 10,
    }
    assert left == []


@pytest.mark.parametrize(
    ("stop", "parts", "word"),
    [
        (StopReason.STOP, (Text("a"),), "end_turn"),
        (StopReason.STOP, (ToolCall("a", "f", "{}"),), "tool_use"),
        (StopReason.TOOL_CALLS, (ToolCall("a", "f", "{}"),), "tool_use"),
        (StopReason.TOOL_CALLS, (ToolCall("a", "f", '{"x'),), "max_tokens"),
        (StopReason.LENGTH, (Text("a"),), "max_tokens"),
        (StopReason.REFUSAL, (), "refusal"),
        (StopReason.PAUSE, (), "pause_turn"),
        (StopReason.STOP_SEQUENCE, (), "stop_sequence"),
    ],
)
def test_T24_T26_T27_stop_words(stop: StopReason, parts: tuple[Any, ...], word: str) -> None:
    assert foreign(*parts, stop=stop)[0]["stop_reason"] == word


def test_T25_an_unknown_word_is_kept_in_the_extension() -> None:
    sent, _ = foreign(stop=StopReason.OTHER, native_stop="eos")
    assert (sent["stop_reason"], sent["understudy"]) == ("end_turn", {"native_stop": "eos"})


def test_T14_broken_arguments_are_told_as_an_empty_object() -> None:
    sent, left = foreign(ToolCall("a", "f", '{"x'), stop=StopReason.LENGTH)
    assert sent["content"][0]["input"] == {}
    assert left == ["content.0.arguments"]


def test_T28_T29_words_of_refusal_and_stop_sequence() -> None:
    sent, _ = foreign(Text(""), Refusal("No."), stop=StopReason.STOP_SEQUENCE, stop_sequence="END")
    assert sent["content"] == [{"type": "text", "text": "No."}]
    assert sent["stop_sequence"] == "END"


def test_T38_T40_what_a_foreign_answer_holds_and_this_dialect_cannot_say() -> None:
    parts = (
        Thinking("Hm", "s", "gemini"),
        Thinking("", "s", "gemini", redacted=True),
        Thinking("plain"),
        Opaque("audio", {"type": "audio"}),
        Text("Hi", {"logprobs": []}),
    )
    sent, left = foreign(*parts, extras={"system_fingerprint": "x"})
    assert sent["content"] == [
        {"type": "thinking", "thinking": "Hm", "signature": "understudy-seal:gemini:open:s"},
        {"type": "redacted_thinking", "data": "understudy-seal:gemini:redacted:s"},
        {"type": "thinking", "thinking": "plain", "signature": ""},
        {"type": "text", "text": "Hi"},
    ]
    assert left == ["content.3", "content.4.logprobs", "system_fingerprint"]


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html>", b"[]", b"{}", b'{"content": "x"}', b'{"content": [{"type": "text"}]}', b"\xff", b"[" * 100_000],
)
def test_what_is_no_answer_is_the_upstreams_fault(raw: bytes) -> None:
    assert refused(DIALECT.decode_reply, raw, "anthropic").kind is FaultKind.UPSTREAM


def test_an_error_sent_with_200_is_a_fault() -> None:
    raw = b'{"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}'
    fault = refused(DIALECT.decode_reply, raw, "anthropic")
    assert (fault.kind, fault.message, fault.native) == (FaultKind.OVERLOADED, "Busy", "overloaded_error")


def test_an_answer_that_names_no_stop_stays_unfinished() -> None:
    reply = DIALECT.decode_reply(b'{"content": [], "stop_reason": null}', "anthropic")
    assert (reply.stop, reply.usage) == (None, Usage())


def test_T70_models_are_one_page() -> None:
    page = json.loads(DIALECT.encode_models(("a", "b")))
    assert [model["id"] for model in page["data"]] == ["a", "b"]
    assert (page["first_id"], page["last_id"], page["has_more"]) == ("a", "b", False)
    assert json.loads(DIALECT.encode_models(()))["first_id"] is None
