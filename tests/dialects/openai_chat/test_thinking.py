"""Thinking in all its spellings, and how much of it a caller asks for."""

from typing import Any

import msgspec
import pytest
from tests.dialects.openai_chat.samples import CLAUDE, asked, body, entry, written

from understudy.canon.messages import Message
from understudy.canon.parts import Text, Thinking, ToolCall
from understudy.canon.request import ThinkingAsk
from understudy.dialects.contract import Target
from understudy.dialects.openai_chat.request_reader import read_request
from understudy.dialects.openai_chat.thinking import (
    maker_of,
    on_call,
    placed,
    read_block,
    read_details,
    sealed_entry,
    settled_thoughts,
    spelling_of,
    write_thinking,
)

GOOGLE = Target(model="upstream-model", maker="gemini")
SEALED = entry("text", text="hm", signature="s")
ASSISTANT: dict[str, Any] = {"role": "assistant", "content": "x"}


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_T41_bare_words_are_one_part_under_either_name(name: str) -> None:
    said = {**ASSISTANT, name: "hm"}
    request = read_request(body(messages=[said]))
    assert request.messages[0].parts[0] == Thinking("hm")
    assert written(msgspec.structs.replace(request, source=b""))[0]["messages"] == [said]


def test_T41_a_block_of_thinking_in_the_content_keeps_its_form() -> None:
    block = {
        "type": "thinking",
        "thinking": [{"type": "text", "text": "h"}, {"type": "text", "text": "m"}],
        "closed": True,
    }
    request = read_request(body(messages=[{"role": "assistant", "content": [block]}]))
    assert request.messages[0].parts == (Thinking("hm", extras=block),)
    assert written(msgspec.structs.replace(request, source=b""))[0]["messages"][0]["content"] == [block]
    assert read_block({"type": "thinking", "thinking": 7}) is None


def test_T37_the_format_of_an_entry_names_the_maker_of_its_seal() -> None:
    google = entry("encrypted", 1, data="d", format="google-gemini-v1")
    assert read_details([SEALED, google], "m") == (Thinking("hm", "s", "anthropic"), Thinking("", "d", "gemini", True))
    assert maker_of("acme", "m") == "acme"
    assert maker_of("unknown", "m") == maker_of(None, "m") == maker_of("", "m") == "m"


def test_an_entry_that_says_more_than_canon_keeps_it_and_goes_back_as_it_came() -> None:
    details = [
        entry("summary", summary="short", id="r1"),
        entry("encrypted", 5, data="d", id=None),
        entry("text", text="", signature=None),
    ]
    parts = read_details(details, "m")
    assert [part.text for part in parts] == ["short", "", ""]
    assert parts[1].redacted
    assert write_thinking(parts, name="reasoning", twice=False) == {"reasoning_details": details}


def test_words_told_twice_are_one_part_and_go_back_twice() -> None:
    said = {**ASSISTANT, "reasoning": "hm", "reasoning_details": [SEALED]}
    assert spelling_of([said]) == ("reasoning", "reasoning_twice")
    request = read_request(body(messages=[said]))
    assert request.messages[0].parts[0] == Thinking("hm", "s", "anthropic")
    assert request.messages[0].extras == {}


def test_words_that_differ_from_the_entries_stay_beside_them() -> None:
    said = {**ASSISTANT, "reasoning": "other", "reasoning_details": [SEALED]}
    assert spelling_of([said, 7, {}]) == ("reasoning",)
    assert read_request(body(messages=[said])).messages[0].extras == {"reasoning": "other"}


def test_words_told_once_here_and_twice_there_come_back_as_they_were() -> None:
    said = [
        {**ASSISTANT, "reasoning": "hm", "reasoning_details": [SEALED]},
        {**ASSISTANT, "reasoning_details": [SEALED]},
    ]
    assert spelling_of(said) == ("reasoning",)
    request = msgspec.structs.replace(read_request(body(messages=said)), source=b"")
    assert written(request, CLAUDE)[0]["messages"] == said


@pytest.mark.parametrize("details", ["x", [], [7], [{"type": "of tomorrow"}]])
def test_details_that_nobody_knows_are_left_alone(details: Any) -> None:
    (message,) = read_request(body(messages=[{**ASSISTANT, "reasoning_details": details}])).messages
    assert message.extras == {"reasoning_details": details}


def test_a_seal_makes_entries_of_all_thinking_beside_it() -> None:
    fields = write_thinking([Thinking("a"), Thinking("b", "s", "acme")], name="reasoning_content", twice=True)
    assert fields == {
        "reasoning_content": "ab",
        "reasoning_details": [
            {"type": "reasoning.text", "text": "a", "index": 0},
            {"type": "reasoning.text", "text": "b", "signature": "s", "format": "acme", "index": 1},
        ],
    }
    assert sealed_entry(Thinking("b", "s", "acme", extras={"x": 1}), 1) == fields["reasoning_details"][1]


@pytest.mark.parametrize(
    ("ask", "effort", "left"),
    [
        (ThinkingAsk(effort="low"), "low", set()),
        (ThinkingAsk(effort="max"), "high", {"thinking.effort"}),
        (ThinkingAsk("disabled"), "none", set()),
        (ThinkingAsk("enabled"), "medium", set()),
        (ThinkingAsk("enabled", 1024), "minimal", {"thinking.budget_tokens"}),
        (ThinkingAsk("enabled", 4096), "low", {"thinking.budget_tokens"}),
        (ThinkingAsk("enabled", 12_288), "medium", {"thinking.budget_tokens"}),
        (ThinkingAsk("enabled", 12_289), "high", {"thinking.budget_tokens"}),
        (ThinkingAsk(budget_tokens=0), "none", {"thinking.budget_tokens"}),
        (ThinkingAsk("adaptive"), None, {"thinking"}),
        (ThinkingAsk("adaptive", effort="high", extras={"display": 1}), "high", {"thinking.display"}),
        (ThinkingAsk(), None, set()),
        (None, None, set()),
    ],
)
def test_T42_a_budget_buys_an_effort(ask: ThinkingAsk | None, effort: str | None, left: set[str]) -> None:
    sent, omitted = written(asked(thinking=ask))
    assert (sent.get("reasoning_effort"), omitted) == (effort, left)


def test_T42_the_callers_own_word_is_not_judged() -> None:
    request = msgspec.structs.replace(read_request(body(reasoning_effort="maximal")), source=b"")
    assert written(request)[0]["reasoning_effort"] == "maximal"


def test_T38_a_seal_on_a_call_names_it_and_finds_its_place_again() -> None:
    seal, call = Thinking("", "d", "gemini", redacted=True), ToolCall("call_1", "f", "{}")
    entry_ = entry("encrypted", 0, data="d", format="google-gemini-v1", id="call_1")
    assert write_thinking([on_call(seal, call)], name="reasoning", twice=False) == {"reasoning_details": [entry_]}
    assert on_call(seal, Text("x")) is seal
    function = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    said = {**ASSISTANT, "content": "x", "tool_calls": [function], "reasoning_details": [entry_]}
    request = read_request(body(messages=[said]))
    assert request.messages[0].parts == (Text("x"), msgspec.structs.replace(seal, call="call_1"), call)
    assert written(msgspec.structs.replace(request, source=b""), GOOGLE)[0]["messages"] == [said]


def test_a_seal_on_a_call_is_told_once_though_calls_may_share_an_id() -> None:
    seal, call = Thinking("", "s", "m", redacted=True, call="a"), ToolCall("a", "f", "{}")
    assert placed((seal, Text("x"), call, call)) == (Text("x"), seal, call, call)


BARE, CALL = Thinking("hm"), ToolCall("call_1", "f", "{}")


@pytest.mark.parametrize(
    ("thoughts", "spelling", "message", "parts", "extras"),
    [
        ("refused", (), Message("assistant", (BARE, Text("x")), extras={"name": "n"}), (Text("x"),), {"name": "n"}),
        ("refused", (), Message("assistant", (Text("x"),), extras={"reasoning": "hm"}), (Text("x"),), {}),
        ("required", (), Message("assistant", (CALL,)), (CALL,), {"reasoning_content": ""}),
        ("required", ("reasoning",), Message("assistant", (BARE, CALL)), (CALL,), {"reasoning_content": "hm"}),
        ("required", (), Message("assistant", (CALL,), extras={"reasoning": "o"}), (CALL,), {"reasoning_content": "o"}),
    ],
)
def test_T41_thinking_in_words_alone_goes_back_as_its_host_wants(
    thoughts: Any, spelling: tuple[str, ...], message: Message, parts: Any, extras: dict[str, str]
) -> None:
    settled = settled_thoughts(message, spelling, Target("m", "deepseek", thoughts=thoughts))
    assert (settled.parts, settled.extras) == (parts, extras)
    assert settled_thoughts(message, spelling, Target("m", "deepseek")) is message


@pytest.mark.parametrize(
    ("thoughts", "message"),
    [
        ("required", Message("assistant", (BARE, CALL))),
        ("required", Message("assistant", (CALL,), extras={"reasoning_content": ""})),
        ("required", Message("assistant", (Text("x"),))),
        ("required", Message("user", (Text("x"),))),
        ("refused", Message("assistant", (CALL,))),
        ("refused", Message("assistant", (Thinking("hm", extras={"type": "thinking"}),))),
    ],
)
def test_T41_what_is_as_its_host_wants_it_stays_as_it_is(thoughts: Any, message: Message) -> None:
    assert settled_thoughts(message, (), Target("m", "deepseek", thoughts=thoughts)) is message
