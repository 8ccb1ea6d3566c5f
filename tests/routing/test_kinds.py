"""Kinds: what the caller declares, else what the request shows, rule by rule."""

from typing import Any

import pytest

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.messages import Message
from understudy.canon.parts import Image, Inline, Part, Text, ToolResult
from understudy.canon.request import Format, Request, Tool
from understudy.routing.kinds import kind_of

PICTURE = Image(Inline("image/png", "AAAA"))


def request(*parts: Part, before: tuple[Message, ...] = (), **knobs: Any) -> Request:
    return Request(model="r", dialect="openai_chat", messages=(*before, Message("user", parts)), **knobs)


@pytest.mark.parametrize("kind", ["a", "chat", "de.tools_2-x", "9", "x" * 64])
def test_a_declared_kind_wins(kind: str) -> None:
    asked = request(ToolResult("1"), tools=(Tool("t"),), format=Format("json_object"))
    assert kind_of(asked, kind).id == kind


@pytest.mark.parametrize("kind", ["", "A", "a b", "a/b", "-a", "_a", "a\n", "x" * 65, "ä"])
def test_a_declared_kind_that_is_no_id_is_the_callers_fault(kind: str) -> None:
    with pytest.raises(Fault) as raised:
        kind_of(request(Text("hi")), kind)
    assert (raised.value.kind, raised.value.param) == (FaultKind.BAD_REQUEST, "x-understudy-kind")
    assert repr(kind) in raised.value.message


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (request(Text("hello")), "chat"),
        (request(), "chat"),
        (request(Text("look"), PICTURE), "vision"),
        (request(PICTURE, format=Format("json_schema")), "structured"),
        (request(Text("x"), format=Format("json_object")), "structured"),
        (request(Text("x"), format=Format("text")), "chat"),
        (request(PICTURE, tools=(Tool("t"),), format=Format("json_object")), "tools"),
        (request(Text("x"), tools=()), "chat"),
        (request(ToolResult("1", (Text("r"),)), tools=(Tool("t"),)), "agent_continuation"),
    ],
)
def test_what_a_request_shows(asked: Request, kind: str) -> None:
    assert kind_of(asked, None).id == kind


@pytest.mark.parametrize(
    "words",
    ["```\nx\n```", "def f(x):", "class A:", "class A(B):", "#include <x>", "function f() {", "a => b", "import os"],
)
def test_code_is_seen(words: str) -> None:
    assert kind_of(request(Text(f"Fix this: {words}")), None).id == "code"


@pytest.mark.parametrize("words", ["the default class of service", "undef f(", "functions (many)", "important"])
def test_words_that_only_resemble_code_are_chat(words: str) -> None:
    assert kind_of(request(Text(words)), None).id == "chat"


def test_only_the_last_message_counts() -> None:
    earlier = Message("user", (Text("```code```"), PICTURE))
    assert kind_of(request(Text("thanks"), before=(earlier,)), None).id == "chat"


def test_the_look_at_a_huge_prompt_is_bounded() -> None:
    assert kind_of(request(Text("x" * 3_990 + " def f(x)")), None).id == "code"
    assert kind_of(request(Text("x" * 4_001 + " def f(x)")), None).id == "chat"
    assert kind_of(request(Text("x" * 4_000), Text("def f(x)")), None).id == "chat"
