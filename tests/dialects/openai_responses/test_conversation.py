"""Conversations of other dialects as items, and a caller's own without foreign seals."""

import json

import msgspec
from tests.dialects.openai_responses.samples import (
    CALL,
    ELSEWHERE,
    SAID,
    TARGET,
    THOUGHT,
    asked,
    from_chat,
    left_out,
    refused,
    sent,
)

from understudy.canon.messages import Message
from understudy.canon.parts import (
    Document,
    Image,
    Inline,
    Opaque,
    Refusal,
    Remote,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.canon.request import Request
from understudy.dialects.openai_responses import DIALECT
from understudy.dialects.openai_responses.conversation import fitted_id
from understudy.dialects.openai_responses.words import MAX_CALL_ID
from understudy.dialects.turntaking import FAILED


def said(*messages: Message) -> Request:
    return Request(model="m", messages=messages, dialect="anthropic")


def items(*messages: Message) -> list[dict[str, object]]:
    found: list[dict[str, object]] = sent(said(*messages))["input"]
    return found


def test_T1_T2_instructions_keep_their_places_and_roles() -> None:
    told = items(
        Message("system", (Text("A"),)), Message("user", (Text("B"),)), Message("developer", (Text("C"),), plain=True)
    )
    assert [(item["role"], item["content"]) for item in told] == [("system", "A"), ("user", "B"), ("developer", "C")]


def test_T11_T12_a_turn_becomes_steps_and_outputs_in_order() -> None:
    told = items(
        Message("assistant", (Text("One"), Text(" two"), ToolCall("a", "f", "{}"), ToolCall("b", "g"))),
        Message("user", (ToolResult("b", (Text("2"),)), ToolResult("a", (Text("1"),)), Text("Go on"))),
    )
    pieces = [{"type": "output_text", "text": "One"}, {"type": "output_text", "text": " two"}]
    assert told == [
        {"role": "assistant", "content": pieces},
        {"type": "function_call", "call_id": "a", "arguments": "{}", "name": "f"},
        {"type": "function_call", "call_id": "b", "arguments": "{}", "name": "g"},
        {"type": "function_call_output", "call_id": "b", "output": "2"},
        {"type": "function_call_output", "call_id": "a", "output": "1"},
        {"role": "user", "content": "Go on"},
    ]


def test_T20_a_failed_result_says_so_and_pictures_stay_in_it() -> None:
    picture = Image(Inline("image/png", "aGk="))
    told = items(Message("user", (ToolResult("a", (picture,), is_error=True), ToolResult("b", is_error=True))))
    assert told[0]["output"] == [
        {"type": "input_text", "text": FAILED},
        {"type": "input_image", "image_url": "data:image/png;base64,aGk="},
    ]
    assert told[1]["output"] == FAILED


def test_T37_T40_reasoning_crosses_with_a_seal_of_the_targets_maker_alone() -> None:
    turn = Message(
        "assistant", (Thinking("So", "s", "openai_responses"), Thinking("no seal"), Thinking("x", "t", "gemini"))
    )
    request = said(Message("user", (Text("Q"),)), turn)
    assert sent(request)["input"][1:] == [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "So"}], "encrypted_content": "s"}
    ]
    assert left_out(request) == ["messages[1].content[1]", "messages[1].content[2]"]


def test_T9_an_id_that_is_too_long_is_exchanged_for_the_same_digest_in_call_and_output() -> None:
    long = "toolu_" + "x" * MAX_CALL_ID
    told = items(Message("assistant", (ToolCall(long, "f"),)), Message("tool", (ToolResult(long),)))
    assert told[0]["call_id"] == told[1]["call_id"] == fitted_id(long)
    assert len(fitted_id(long)) <= MAX_CALL_ID
    assert fitted_id("toolu_1") == "toolu_1"


def test_T44_a_file_has_a_name_and_may_live_elsewhere() -> None:
    documents = (Document(Inline("application/pdf", "aGk=")), Document(Remote("https://a.example/b.pdf")))
    told = items(Message("user", documents))
    assert told[0]["content"] == [
        {"type": "input_file", "filename": "document", "file_data": "data:application/pdf;base64,aGk="},
        {"type": "input_file", "file_url": "https://a.example/b.pdf"},
    ]


def test_what_has_no_form_here_is_refused_by_name() -> None:
    fault = refused(sent, said(Message("user", (Opaque("search_result", {}),))))
    assert fault.param == "messages[0].content[0]"
    assert "'search_result'" in fault.message
    assert refused(sent, said(Message("assistant", (Image(Remote("u")),)))).param == "messages[0].content[0]"
    assert refused(sent, said(Message("user", (Text(""),)))).param == "messages"


def test_T29_words_of_refusal_are_what_the_model_said() -> None:
    assert items(Message("assistant", (Refusal("No."),)))[0]["content"] == "No."


def test_T3_names_of_speakers_and_foreign_fields_are_told() -> None:
    request = from_chat(messages=[{"role": "user", "content": "x", "name": "Ann", "odd": 1}])
    assert left_out(request) == ["messages[0].odd", "messages[0].name"]


def test_T40_a_callers_own_items_lose_the_reasoning_that_another_maker_sealed() -> None:
    marked = {**THOUGHT, "encrypted_content": "understudy-seal:anthropic:open:abc"}
    request = asked(input=[{"role": "user", "content": "x"}, marked, THOUGHT, SAID])
    assert sent(request)["input"] == [{"role": "user", "content": "x"}, THOUGHT, SAID]
    assert left_out(request) == ["input[1]"]
    assert sent(request, ELSEWHERE)["input"] == [{"role": "user", "content": "x"}, SAID]


def test_a_body_that_is_gone_is_made_again_from_what_was_read() -> None:
    custom = {"type": "custom_tool_call", "call_id": "c", "name": "patch", "input": "a"}
    result = {"type": "custom_tool_call_output", "call_id": "c", "output": "ok"}
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    ask = {"role": "user", "content": "x"}
    body = {
        "instructions": "Be brief.",
        "previous_response_id": "resp_0",
        "input": [ask, THOUGHT, SAID, search, CALL, custom, result],
        "tools": [{"type": "custom", "name": "patch"}],
        "tool_choice": {"type": "custom", "name": "patch"},
        "store": False,
        "text": {"format": {"type": "json_object"}, "verbosity": "low"},
        "metadata": {"k": "v"},
    }
    request = asked(**body)
    bare = json.loads(DIALECT.encode_request(_without_source(request), TARGET).body)
    again = DIALECT.decode_request(json.dumps({**bare, "model": "asked"}).encode())
    assert _without_source(again) == _without_source(request)


def _without_source(request: Request) -> Request:
    return msgspec.structs.replace(request, source=b"")
