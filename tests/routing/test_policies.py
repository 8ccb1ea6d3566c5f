"""Policies: all conditions must hold, the first policy wins, signs and declared kinds stand before them."""

from typing import Any

import pytest

from understudy.canon.messages import Message
from understudy.canon.parts import Text, ToolResult
from understudy.canon.request import Request, Tool
from understudy.routing.kinds import kind_of
from understudy.routing.policies import KindPolicy


def asked(words: str, **knobs: Any) -> Request:
    return Request(model="r", dialect="openai_chat", messages=(Message("user", (Text(words),)),), **knobs)


def holds(request: Request, **conditions: Any) -> bool:
    return kind_of(request, None, policies=(KindPolicy(name="p", kind="mine", **conditions),)).id == "mine"


@pytest.mark.parametrize(
    ("request_", "conditions", "held"),
    [
        (asked("Pay this INVOICE now"), {"words": ("Invoice", "bill")}, True),
        (asked("Pay this now"), {"words": ("invoice", "bill")}, False),
        (asked("x" * 3_996 + "bill"), {"words": ("bill",)}, True),
        (asked("x" * 3_997 + "bill"), {"words": ("bill",)}, False),
        (asked("import os"), {"code": True}, True),
        (asked("import os"), {"code": False}, False),
        (asked("hello"), {"code": False}, True),
        (asked("Привет, как дела"), {"script": "cyrl"}, True),
        (asked("Hello"), {"script": "cyrl"}, False),
        (asked("hi", tools=(Tool("t"),)), {"tools": True}, True),
        (asked("hi"), {"tools": True}, False),
        (asked("hi"), {"tools": False}, True),
        (asked("x" * 101), {"longer_than": 100}, True),
        (asked("x" * 100), {"longer_than": 100}, False),
        (asked("x" * 5_000), {"longer_than": 4_500}, True),
        (asked("x" * 99), {"shorter_than": 100}, True),
        (asked("x" * 100), {"shorter_than": 100}, False),
        (asked("a long bill"), {"words": ("bill",), "longer_than": 100}, False),
    ],
)
def test_a_condition(request_: Request, conditions: dict[str, Any], held: bool) -> None:
    assert holds(request_, **conditions) is held


def test_the_first_that_holds_names_the_kind_and_is_named() -> None:
    policies = (
        KindPolicy(name="none", kind="a", words=("zebra",)),
        KindPolicy(name="one", kind="b", words=("bill",)),
        KindPolicy(name="two", kind="c", shorter_than=100),
    )
    found = kind_of(asked("a bill"), None, policies=policies)
    assert (found.id, found.source, found.words) == ("b", "policy", "declared by policy 'one'")
    assert kind_of(asked("else"), None, policies=policies).id == "c"
    assert kind_of(asked("x" * 200), None, policies=policies).words == "by rule"


def test_what_is_declared_and_what_a_sign_shows_stand_before_policies() -> None:
    everything = (KindPolicy(name="p", kind="mine", shorter_than=10**6),)
    assert kind_of(asked("x"), "theirs", policies=everything).id == "theirs"
    told = Request(model="r", dialect="openai_chat", messages=(Message("user", (ToolResult("1"),)),))
    assert kind_of(told, None, policies=everything).id == "agent_continuation"
    assert KindPolicy(name="p", kind="mine").says_nothing
    assert not everything[0].says_nothing
    assert not KindPolicy(name="p", kind="mine", tools=False).says_nothing
