import msgspec
import pytest

from understudy.canon.faults import Fault
from understudy.canon.messages import Message
from understudy.canon.parts import Image, Inline, Text, ToolResult
from understudy.canon.request import Request
from understudy.dialects.gemini.losses import Losses
from understudy.dialects.turntaking import (
    NO_RESULT,
    OPENING,
    answered,
    instructions,
    interjected,
    opened,
    refuse_beginning,
)

REQUEST = Request(model="m", messages=(), dialect="elsewhere")


def test_T8_the_user_opens() -> None:
    losses = Losses()
    (first, second) = opened((Message("assistant", (Text("a"),)),), losses)
    assert (first.parts, second.role) == ((Text(OPENING),), "assistant")
    assert [one.field for one in losses.items] == ["messages"]
    users = (Message("user", (Text("a"),)),)
    assert opened(users, Losses()) == users


def test_T7_a_beginning_is_refused_where_nobody_goes_on_from_it() -> None:
    refuse_beginning(REQUEST, "there")
    with pytest.raises(Fault, match="the there dialect") as caught:
        refuse_beginning(msgspec.structs.replace(REQUEST, continues=True), "there")
    assert caught.value.param == "messages"


def test_T2_instructions_in_between_are_marked_text() -> None:
    losses = Losses()
    said = interjected(Message("system", (Text("late"),), name="n"), "messages[1]", REQUEST, losses)
    assert said.role == "user"
    assert "late" in said.parts[0].text  # type: ignore[union-attr]
    assert {one.field for one in losses.items} == {"messages[1].name", "messages[1].role"}
    assert interjected(Message("system", (Text(" "),)), "messages[1]", REQUEST, Losses()).parts == ()
    with pytest.raises(Fault, match="instructions are text"):
        instructions(Message("system", (Image(Inline("image/png", "A")),)), "messages[0]", REQUEST, Losses())


def test_T13_every_call_is_answered_and_every_result_has_its_call() -> None:
    turn = Message("user", (Text("x"), ToolResult("b", (Text("r"),))))
    losses = Losses()
    first, second, third = answered(turn, [("a", "a1"), ("b", "b1")], losses)
    assert second == ToolResult("b1", (Text("r"),))
    assert first == ToolResult("a1", (Text(NO_RESULT),), is_error=True, plain=True)
    assert third == Text("x")
    with pytest.raises(Fault, match="answers no open call"):
        answered(turn, [], Losses())
