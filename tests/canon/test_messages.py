"""The normal form of a conversation."""

import msgspec
from hypothesis import given
from tests.dialects.strategies import conversations

from understudy.canon.messages import Message, begun, split_system, turns
from understudy.canon.parts import Text, ToolCall, ToolResult
from understudy.canon.request import Request


def user(*words: str, name: str | None = None) -> Message:
    return Message("user", tuple(map(Text, words)), plain=True, name=name)


def test_instructions_that_open_a_conversation_are_split_off() -> None:
    opening = (Message("system"), Message("developer"))
    later = (user("a"), Message("system"))
    assert split_system(opening + later) == (opening, later)
    assert split_system(opening) == (opening, ())
    assert split_system(()) == ((), ())


def test_T5_neighbours_of_one_side_are_merged_and_results_speak_for_the_user() -> None:
    first, second = ToolResult("a"), ToolResult("b")
    merged = turns([user("x"), Message("tool", (first,)), Message("tool", (second,)), Message("assistant"), user("y")])
    assert [message.role for message in merged] == ["user", "assistant", "user"]
    assert merged[0].parts == (first, second, Text("x"))
    assert (merged[0].plain, merged[2].plain) == (False, True)


def test_T7_a_conversation_ends_with_a_beginning_of_the_answer_or_not() -> None:
    said = Message("assistant", (ToolCall("a", "f"), Text("The answer is")))
    assert begun((user("x"), said))
    calls = msgspec.structs.replace(said, parts=said.parts[::-1])
    assert not any(
        begun(messages) for messages in ((), (user("x"),), (calls,), (said, user("x")), (Message("assistant"),))
    )


def test_speakers_with_other_names_stay_apart() -> None:
    assert len(turns([user("a", name="ida"), user("b", name="ole")])) == 2


@given(conversations("d"))
def test_the_normal_form_is_its_own_and_loses_no_part(request_: Request) -> None:
    merged = turns(request_.messages)
    assert turns(merged) == merged
    before = [part for message in request_.messages for part in message.parts]
    after = [part for message in merged for part in message.parts]
    assert sorted(map(repr, after)) == sorted(map(repr, before))
