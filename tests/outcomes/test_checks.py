"""The checks that ship: each verdict, each silence, and that no answer can break them."""

from typing import Any

import pytest

from understudy.canon.messages import Message
from understudy.canon.parts import Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Reply
from understudy.canon.request import BuiltinTool, Format, Request, Tool
from understudy.outcomes.checks import EXPECTED, JSON_ANSWER, TOOL_CALL

# Nested past the interpreter's own limit, and a number that no parser takes.
DEEP = "[" * 200_000
LONG = "1" * 10_000
ODD = ["", "NaN", "Infinity", "-Infinity", DEEP, LONG, "\x00", "\ud800", "{", "{}{}"]


def request(**knobs: Any) -> Request:
    return Request(model="r", dialect="openai_chat", messages=(Message("user", (Text("ask"),)),), **knobs)


def expecting(expected: object) -> Request:
    return request(extras={"metadata": {"expected": expected}})


def reply(*parts: ReplyPart | str) -> Reply:
    told = tuple(Text(part) if isinstance(part, str) else part for part in parts)
    return Reply(id="1", model="m", dialect="openai_chat", parts=told)


@pytest.mark.parametrize(
    ("expected", "answer", "score"),
    [
        ("Oslo", " Oslo\n", 1.0),
        ("Oslo", "oslo", 0.0),
        ("Oslo", "The answer is Oslo", 0.0),
        ('{"a": 1, "b": [2]}', '{"b":[2.0],"a":1}', 1.0),
        ('{"a": 1}', '{"a": 2}', 0.0),
        ('{"a": 1}', "no JSON", 0.0),
        ("7", "7.0", 1.0),
        ("true", "1", 0.0),
        ("NaN", "NaN", 1.0),
        ("", "", 1.0),
    ],
)
def test_expected(expected: str, answer: str, score: float) -> None:
    assert EXPECTED.score(expecting(expected), reply(answer)) == score


def test_expected_joins_the_words_and_leaves_the_thinking_out() -> None:
    assert EXPECTED.score(expecting("Oslo"), reply(Thinking("Bergen?"), "Os", "lo")) == 1.0
    assert EXPECTED.score(expecting("No."), reply(Refusal("No."))) == 1.0


@pytest.mark.parametrize(
    "asked",
    [request(), expecting(None), expecting(7), request(extras={"metadata": {}}), request(extras={"metadata": "x"})],
)
def test_without_an_expected_answer_there_is_no_opinion(asked: Request) -> None:
    assert EXPECTED.score(asked, reply("anything")) is None


@pytest.mark.parametrize(("answer", "score"), [('{"a": 1}', 1.0), ("[]", 1.0), ('"x"', 1.0), ("x", 0.0), ("", 0.0)])
@pytest.mark.parametrize("kind", ["json_object", "json_schema"])
def test_an_answer_that_was_to_be_json(kind: Any, answer: str, score: float) -> None:
    assert JSON_ANSWER.score(request(format=Format(kind)), reply(answer)) == score


@pytest.mark.parametrize("asked", [request(), request(format=Format("text"))])
def test_where_json_was_not_asked_for_there_is_no_opinion(asked: Request) -> None:
    assert JSON_ANSWER.score(asked, reply("{}")) is None


TOOLS = (Tool("look"), Tool("find"), BuiltinTool("search", {"name": "search"}))


@pytest.mark.parametrize(
    ("parts", "score"),
    [
        ((ToolCall("1", "look", '{"a": 1}'),), 1.0),
        ((ToolCall("1", "look"),), 1.0),
        (("I will look.", ToolCall("1", "look", "{}"), ToolCall("2", "find", "{}")), 1.0),
        ((ToolCall("1", "look", '{"a": '),), 0.0),
        ((ToolCall("1", "look", "{}"), ToolCall("2", "burn", "{}")), 0.0),
        ((ToolCall("1", "search", "{}"),), 0.0),
        (("look()",), 0.0),
        ((), 0.0),
    ],
)
def test_a_tool_call(parts: tuple[ReplyPart | str, ...], score: float) -> None:
    assert TOOL_CALL.score(request(tools=TOOLS), reply(*parts)) == score


@pytest.mark.parametrize("tools", [None, (), (BuiltinTool("search", {}),)])
def test_where_no_tool_was_offered_there_is_no_opinion(tools: Any) -> None:
    assert TOOL_CALL.score(request(tools=tools), reply(ToolCall("1", "look", "{}"))) is None


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd[:10]))
def test_no_answer_and_no_expectation_breaks_a_check(odd: str) -> None:
    for expected in ("Oslo", '{"a": 1}', odd):
        assert EXPECTED.score(expecting(expected), reply(odd)) == float(expected == odd)
    assert JSON_ANSWER.score(request(format=Format("json_object")), reply(odd)) == 0.0
    assert TOOL_CALL.score(request(tools=TOOLS), reply(ToolCall("1", "look", odd))) == float(odd == "")


def test_each_check_says_who_it_is() -> None:
    checks = (EXPECTED, JSON_ANSWER, TOOL_CALL)
    assert [check.name for check in checks] == ["expected", "json_answer", "tool_call"]
    assert all(check.version for check in checks)
