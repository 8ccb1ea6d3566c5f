"""Names of tools: legal for the host, the caller's own again on the way back, and no two alike."""

import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.messages import Message
from understudy.canon.parts import Text, ToolCall
from understudy.canon.request import BuiltinTool, Request, Tool, ToolChoice
from understudy.dialects.gemini.words import TOOL_NAME
from understudy.dialects.toolnames import PLAIN, legal_name, named, restored

ODD = "crm.find:all"
REQUEST = Request(
    model="m",
    messages=(Message("assistant", (Text("x"), ToolCall("a", ODD), ToolCall("b", "plain"))),),
    dialect="elsewhere",
    tools=(Tool(ODD), Tool("plain"), BuiltinTool("search", {})),
    tool_choice=ToolChoice("named", ODD),
)


@given(st.text(min_size=1, max_size=100), st.sampled_from([PLAIN, TOOL_NAME]))
def test_T23_every_name_becomes_a_legal_one_and_stays_so(name: str, legal: re.Pattern[str]) -> None:
    sent = legal_name(name, legal)
    assert legal.fullmatch(sent)
    assert legal_name(sent, legal) == sent
    assert (sent == name) is bool(legal.fullmatch(name))


@given(st.sets(st.text(min_size=1, max_size=80), min_size=2, max_size=5))
def test_T23_no_two_names_meet(names: set[str]) -> None:
    assert len({legal_name(name) for name in names}) == len(names)


def test_T23_a_name_is_exchanged_in_the_offer_the_choice_and_the_conversation() -> None:
    fitted, back = named(REQUEST, PLAIN)
    wire = legal_name(ODD)
    assert [tool.name for tool in fitted.tools or () if isinstance(tool, Tool)] == [wire, "plain"]
    assert [part.name for part in fitted.messages[0].parts if isinstance(part, ToolCall)] == [wire, "plain"]
    assert fitted.tool_choice == ToolChoice("named", wire)
    assert restored(ToolCall("c", wire), back) == ToolCall("c", ODD)
    assert restored(ToolCall("c", "other"), back) == ToolCall("c", "other")
    assert restored(Text(wire), back) == Text(wire)


def test_T23_legal_names_change_nothing() -> None:
    assert named(REQUEST, TOOL_NAME) == (REQUEST, {})
    bare = msgspec.structs.replace(REQUEST, tools=None, tool_choice=None, messages=())
    assert named(bare, PLAIN)[0] is bare
