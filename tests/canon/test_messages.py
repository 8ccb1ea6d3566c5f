"""The normal form of a conversation: sides take turns, results first, nothing lost."""

from itertools import pairwise

from hypothesis import given
from tests.dialects.strategies import conversations

from understudy.canon.messages import Message, split_system, turns
from understudy.canon.parts import Text, ToolCall, ToolResult
from understudy.canon.request import Request

HELLO = Message("user", (Text("Hello"),), plain=True)
BRIEF = Message("system", (Text("be brief"),), plain=True)
KIND = Message("developer", (Text("be kind"),))


def test_the_system_messages_that_open_a_conversation_are_split_off() -> None:
    assert split_system((BRIEF, KIND, HELLO)) == ((BRIEF, KIND), (HELLO,))
    assert split_system((HELLO,)) == ((), (HELLO,))
    assert split_system((BRIEF,)) == ((BRIEF,), ())


def test_T2_a_later_system_message_keeps_its_place() -> None:
    assert split_system((HELLO, BRIEF)) == ((), (HELLO, BRIEF))
    assert turns((HELLO, BRIEF, HELLO)) == (HELLO, BRIEF, HELLO)


def test_T5_neighbours_of_one_side_are_one_turn_part_by_part() -> None:
    again = Message("user", (Text(" there"),), plain=True)
    assert turns((HELLO, again)) == (Message("user", (Text("Hello"), Text(" there"))),)
    assert turns((BRIEF, KIND)) == (BRIEF, KIND)


def test_T11_results_speak_for_the_user_and_come_first() -> None:
    one, two = ToolResult("a", (Text("1"),)), ToolResult("b", (Text("2"),))
    said = (Message("tool", (one,)), Message("user", (Text("so?"),)), Message("tool", (two,)))
    assert turns(said) == (Message("user", (one, two, Text("so?"))),)


def test_people_of_different_names_are_not_merged() -> None:
    ada, bob = (Message("user", (Text("hi"),), name=name) for name in ("ada", "bob"))
    assert turns((ada, bob)) == (ada, bob)


def test_a_single_message_keeps_its_spelling() -> None:
    assert turns((HELLO,)) == (HELLO,)
    assert turns(()) == ()


@given(conversations("anthropic"))
def test_turns_lose_nothing_alternate_and_stay_as_they_are_when_taken_again(request: Request) -> None:
    taken = turns(request.messages)
    assert turns(taken) == taken
    assert all(one.role != two.role or one.name != two.name for one, two in pairwise(taken))
    assert not any(message.role == "tool" for message in taken)
    before = [part for message in request.messages for part in message.parts]
    after = [part for message in taken for part in message.parts]
    for kind in (ToolResult, ToolCall, Text):
        assert [part for part in after if type(part) is kind] == [part for part in before if type(part) is kind]
    assert len(before) == len(after)
