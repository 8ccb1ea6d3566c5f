"""The checks that ship: each verdict, each silence, and that no answer can break them."""

from typing import Any

import pytest
from tests.outcomes import asks

from understudy.canon.messages import Message
from understudy.canon.parts import Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import BuiltinTool, Format, Request, Tool
from understudy.outcomes.checks import (
    ANSWERED,
    CONTAINS,
    EXACT,
    EXPECTED,
    JSON_ANSWER,
    JSON_EQUAL,
    NO_SECRETS,
    NUMERIC,
    TOOL_CALL,
)
from understudy.ports import Check

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


@pytest.mark.parametrize(
    ("check", "expected", "answer", "score"),
    [
        (EXACT, "[1]", "[1] ", 1.0),
        (EXACT, "[1]", "[1.0]", 0.0),
        (CONTAINS, "Oslo", "It is Oslo.", 1.0),
        (CONTAINS, "", "anything", None),
        (NUMERIC, "42", "so it is 42", 1.0),
        (NUMERIC, "42", "so it is 41", 0.0),
        (NUMERIC, "forty", "40", None),
        (JSON_EQUAL, '{"a": 1}', '{"a": 1.0}', 1.0),
        (JSON_EQUAL, "{", "{", None),
    ],
)
def test_comparisons(check: Check, expected: str, answer: str, score: float | None) -> None:
    assert check.score(expecting(expected), reply(answer)) == score
    assert check.score(request(), reply(answer)) is None
    assert not check.slow
    check.prepare()


@pytest.mark.parametrize(
    ("answer", "stop", "score"),
    [
        ("yes", None, 1.0),
        (" \n", None, 0.0),
        ("I would rather not", StopReason.REFUSAL, 0.0),
        (ToolCall("1", "f", "{}"), None, 1.0),
    ],
)
def test_answered(answer: ReplyPart | str, stop: StopReason | None, score: float) -> None:
    assert ANSWERED.score(request(), asks.reply(answer, stop=stop)) == score


# Made of the shapes that scanners know, and none of them anybody's.
KEYS = [
    "-----BEGIN " + "RSA PRIVATE KEY-----",
    "AKIA" + "A" * 16,
    "ghp_" + "a" * 36,
    "sk-ant-" + "b" * 40,
    "xoxb-" + "1" * 24,
    "AIza" + "c" * 35,
    "4111 1111 1111 1111",
    "378282246310005",
]


@pytest.mark.parametrize("secret", KEYS)
def test_no_secret_is_told_that_was_not_given(secret: str) -> None:
    assert NO_SECRETS.score(request(), reply(f"here it is: {secret}.")) == 0.0
    assert NO_SECRETS.score(request(), reply(ToolCall("1", "send", f'{{"key": "{secret}"}}'))) == 0.0
    assert NO_SECRETS.score(asks.request(f"mask {secret}"), reply(f"masked: {secret}")) == 1.0


@pytest.mark.parametrize(
    "text", ["nothing", "4111 1111 1111 1112", "0000 0000 0000 0000", "sk-short", "order 12345678901234567890123", *ODD]
)
def test_what_is_no_secret(text: str) -> None:
    assert NO_SECRETS.score(request(), reply(text)) == 1.0
