"""Whole answers, read and written."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from openai.types.responses import Response
from tests.dialects.openai_responses.samples import CALL, ECHO, SAID, THOUGHT, asked, from_chat, whole
from tests.dialects.strategies import replies

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason
from understudy.canon.usage import Usage
from understudy.dialects.openai_responses import DIALECT
from understudy.dialects.openai_responses.answers import read_reply, write_reply


def test_an_answer_is_read() -> None:
    reply = read_reply(whole(THOUGHT, SAID, CALL), "openai_responses")
    assert reply.parts == (
        Thinking("So then.", "gAAA", "openai_responses"),
        Text("Hi"),
        ToolCall("call_1", "add", '{"a":1}'),
    )
    assert (reply.id, reply.model, reply.created_s, reply.stop) == ("resp_1", "up-1", 7, StopReason.TOOL_CALLS)
    assert reply.usage.total_in == 9


@pytest.mark.parametrize(
    ("fields", "stop"),
    [
        ({}, StopReason.STOP),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, StopReason.LENGTH),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, StopReason.REFUSAL),
        ({"status": "queued"}, StopReason.OTHER),
    ],
)
def test_T24_why_it_stopped(fields: dict[str, Any], stop: StopReason) -> None:
    assert read_reply(whole(SAID, **fields), "m").stop is stop


def test_T22_T29_refusals_free_text_calls_and_unknown_items() -> None:
    refusal = {**SAID, "content": [{"type": "refusal", "refusal": "No"}]}
    custom = {"type": "custom_tool_call", "call_id": "c", "name": "patch", "input": "a"}
    search = {"type": "web_search_call", "id": "ws"}
    assert read_reply(whole(refusal, custom, search), "m").parts == (
        Refusal("No"),
        ToolCall("c", "patch", '{"input":"a"}'),
        Opaque("web_search_call", search),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"output":{}}',
        b'{"output":[{}]}',
        whole({"type": "function_call"}),
        whole(status="failed"),
    ],
)
def test_what_is_no_answer_is_the_upstreams_fault(body: bytes) -> None:
    with pytest.raises(Fault) as caught:
        read_reply(body, "m")
    assert caught.value.kind is FaultKind.UPSTREAM


def test_an_error_in_an_answers_place_is_told_as_what_it_is() -> None:
    body = whole(status="failed", error={"code": "rate_limit_exceeded", "message": "Slow down"})
    with pytest.raises(Fault) as caught:
        read_reply(body, "m")
    assert (caught.value.kind, caught.value.message) == (FaultKind.RATE_LIMITED, "Slow down")


def test_the_same_dialects_answer_passes_with_its_name_and_extension_edited() -> None:
    reply = read_reply(whole(SAID, odd=[1]), "m")
    told = json.loads(write_reply(reply, asked(), ECHO).body)
    assert (told["model"], told["odd"], told["understudy"]) == ("asked", [1], {"owned": True})


def test_what_was_asked_is_repeated_and_the_rest_has_its_default() -> None:
    reply = Reply(id="chatcmpl-1", model="m", dialect="openai_chat", parts=(Text("Hi"),), stop=StopReason.STOP)
    request = asked(instructions="Be brief.", temperature=0.5, tools=[], metadata={"k": "v"}, user=None)
    told = json.loads(write_reply(reply, request, ECHO).body)
    assert (told["instructions"], told["temperature"], told["metadata"]) == ("Be brief.", 0.5, {"k": "v"})
    assert (told["id"], told["tool_choice"], told["user"], told["usage"]) == ("resp_chatcmpl-1", "auto", None, None)


def test_T25_T28_what_has_no_word_here_is_kept_or_told() -> None:
    reply = Reply(
        id="m",
        model="m",
        dialect="anthropic",
        parts=(Text(""), Opaque("server_tool_use", {}), Text("Hi")),
        stop=StopReason.PAUSE,
        native_stop="pause_turn",
        stop_sequence="###",
    )
    encoded = write_reply(reply, asked(), ECHO)
    told = json.loads(encoded.body)
    assert told["understudy"] == {"owned": True, "native_stop": "pause_turn"}
    assert [omission.field for omission in encoded.omissions] == ["output[1]", "stop_sequence"]
    assert [item["content"][0]["text"] for item in told["output"]] == ["Hi"]


@settings(max_examples=50)
@given(replies("elsewhere"))
def test_every_answer_is_one_that_the_makers_types_read(reply: Reply) -> None:
    encoded = DIALECT.encode_reply(reply, from_chat(), ECHO)
    told = json.loads(encoded.body)
    if told["usage"] is not None:
        # Their types know no count that nobody told.
        usage = Usage(1, 1, 1, None, 1, 1)
        told = json.loads(DIALECT.encode_reply(msgspec.structs.replace(reply, usage=usage), from_chat(), ECHO).body)
    Response.model_validate(told)
