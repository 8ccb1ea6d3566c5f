"""A conversation of another dialect in this one's form, and the seals that stay behind in any."""

import msgspec
import pytest
from tests.dialects.openai_chat.samples import CLAUDE, TARGET, asked, body, refused, written

from understudy.canon.messages import Message
from understudy.canon.parts import (
    Document,
    Image,
    Inline,
    Opaque,
    Part,
    Refusal,
    Remote,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.dialects.openai_chat.conversation import MOVED, write_conversation
from understudy.dialects.openai_chat.request_reader import read_request
from understudy.dialects.openai_fields import Losses
from understudy.dialects.turntaking import FAILED

PICTURE = Image(Inline("image/png", "AAAA"), "low")
PNG = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}
ASKS = Message("assistant", (ToolCall("a", "f", "{}"), ToolCall("b", "g", "")))


def sent(*messages: Message) -> list[dict[str, object]]:
    return written(asked(*messages))[0]["messages"]  # type: ignore[no-any-return]


def test_T2_T3_instructions_keep_their_places_as_system_messages() -> None:
    messages = sent(
        Message("system", (Text("one"), Text("two"))), Message("user", (Text("x"),)), Message("developer", (Text("y"),))
    )
    assert messages[0] == {
        "role": "system",
        "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}],
    }
    assert messages[1:] == [{"role": "user", "content": "x"}, {"role": "system", "content": "y"}]


def test_T11_results_become_tool_messages_followed_by_the_rest_of_the_turn() -> None:
    turn = Message("user", (Text("so?"), ToolResult("b", (Text("2"),)), ToolResult("a", (Text("1"),))))
    assert sent(ASKS, turn)[1:] == [
        {"role": "tool", "tool_call_id": "b", "content": "2"},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "user", "content": "so?"},
    ]


def test_T20_images_move_behind_all_results_and_a_failure_says_so() -> None:
    first = Message("tool", (ToolResult("a", (Text("see"), PICTURE)),))
    second = Message("tool", (ToolResult("b", (PICTURE,), is_error=True),))
    assert sent(ASKS, first, second, Message("user", (Text("so?"),)))[1:] == [
        {"role": "tool", "tool_call_id": "a", "content": "see"},
        {"role": "tool", "tool_call_id": "b", "content": FAILED + MOVED},
        {"role": "user", "content": [PNG, PNG, {"type": "text", "text": "so?"}]},
    ]


def test_an_empty_failed_result_still_says_that_it_failed() -> None:
    assert sent(ASKS, Message("user", (ToolResult("a", is_error=True),)))[1]["content"] == FAILED
    assert sent(ASKS, Message("user", (ToolResult("a"),)))[1]["content"] == ""


def test_T6_an_assistant_turn_with_calls_alone_has_null_content() -> None:
    (turn,) = sent(Message("assistant", (Text(""), ToolCall("a", "f", '{"x":'))))
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":'}}
    assert turn == {"role": "assistant", "content": None, "tool_calls": [call]}


def test_T29_a_refusal_stays_a_refusal() -> None:
    (turn,) = sent(Message("assistant", (Refusal("I had "), Refusal("rather not."))))
    assert turn == {"role": "assistant", "content": None, "refusal": "I had rather not."}


def test_an_assistant_turn_without_a_word_is_left_out() -> None:
    hello = Message("user", (Text("hello"),))
    assert sent(Message("assistant", (Refusal(""), Text(""))), hello) == [{"role": "user", "content": "hello"}]


def test_users_who_speak_twice_stay_two_messages() -> None:
    assert len(sent(Message("user", (Text("a"),)), Message("user", (Text("b"),)))) == 2


def test_T37_T40_thinking_crosses_to_the_maker_of_its_seal_and_to_nobody_else() -> None:
    thoughts = (Thinking("hm", "s1", "anthropic"), Thinking("", "s2", "anthropic", True), Thinking("bare"))
    request = asked(Message("assistant", (*thoughts, Text("x"))))
    mine, left = written(request, CLAUDE)
    assert mine["messages"][0]["reasoning_details"] == [
        {"type": "reasoning.text", "text": "hm", "signature": "s1", "format": "anthropic-claude-v1", "index": 0},
        {"type": "reasoning.encrypted", "data": "s2", "format": "anthropic-claude-v1", "index": 1},
    ]
    assert left == {"messages[0].content[2]"}
    other, left = written(request)
    assert other["messages"] == [{"role": "assistant", "content": "x"}]
    assert left == {f"messages[0].content[{place}]" for place in range(3)}


def test_T40_a_seal_of_another_maker_leaves_the_callers_own_bytes_too() -> None:
    details = [{"type": "reasoning.text", "text": "hm", "signature": "s", "format": "anthropic-claude-v1", "index": 0}]
    said = [{"role": "assistant", "content": "x", "y": 1, "reasoning_details": details}]
    request = read_request(body(messages=said))
    assert written(request, CLAUDE)[0]["messages"] == said
    sent_on, left = written(request, TARGET)
    assert sent_on["messages"] == [{"role": "assistant", "content": "x", "y": 1}]
    assert left == {"messages[0].reasoning_details"}


def test_T44_a_document_gets_the_name_that_the_api_demands() -> None:
    (turn,) = sent(Message("user", (Document(Inline("application/pdf", "JVBE")),)))
    file = {"file_data": "data:application/pdf;base64,JVBE", "filename": "document"}
    assert turn["content"] == [{"type": "file", "file": file}]


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (Message("user", (Opaque("search_result", {}),)), "'search_result'"),
        (Message("user", (ToolResult("a", (Opaque("search_result", {}),)),)), "'search_result'"),
        (Message("user", (Document(Remote("https://papers.example/1.pdf")),)), "URL"),
        (Message("assistant", (PICTURE,)), "'image'"),
        (Message("system", (PICTURE,)), "'image'"),
    ],
)
def test_what_has_no_form_here_is_refused_by_name(message: Message, word: str) -> None:
    fault = refused(write_conversation, asked(message), TARGET, Losses())
    assert word in fault.message
    assert fault.param is not None
    assert fault.param.startswith("messages[0].content[0]")


def test_extras_of_another_dialect_are_omissions_at_their_places() -> None:
    cached: tuple[Part, ...] = (Text("x", {"cache_control": {}}), ToolResult("a", (), extras={"z": 1}))
    _, left = written(asked(Message("user", cached, extras={"y": 1})))
    assert left == {"messages[0].y", "messages[0].content[1].z", "messages[0].content[0].cache_control"}


def test_a_conversation_without_content_is_refused() -> None:
    assert refused(write_conversation, asked(Message("user")), TARGET, Losses()).param == "messages"


def test_a_conversation_of_this_dialect_goes_out_as_it_came() -> None:
    said = [
        {"role": "developer", "content": "be brief", "name": "ops"},
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]},
        {"role": "assistant", "tool_calls": [{"id": "a", "type": "custom", "custom": {}}]},
        {"role": "tool", "tool_call_id": "a", "content": []},
    ]
    request = msgspec.structs.replace(read_request(body(messages=said)), source=b"")
    assert written(request)[0]["messages"] == said


def test_T3_a_role_that_a_host_does_not_know_becomes_system_and_nothing_else_changes() -> None:
    said: list[dict[str, object]] = [
        {"role": "developer", "content": "be brief", "name": "ops"},
        {"role": "user", "content": "x", "later": 1},
    ]
    request = read_request(body(messages=said))
    assert written(request)[0]["messages"] == said
    known = msgspec.structs.replace(TARGET, developer=False)
    sent_on, left = written(request, known)
    assert sent_on["messages"] == [{**said[0], "role": "system"}, said[1]]
    assert left == set()


def test_T7_a_beginning_that_nobody_would_go_on_from_is_refused() -> None:
    request = msgspec.structs.replace(asked(Message("user", (Text("x"),))), continues=True)
    assert refused(write_conversation, request, TARGET, Losses()).param == "messages"
