"""Conversations: what makes two requests one unit, and when a request is all of it."""

import pytest

from understudy.canon.messages import Message, Role
from understudy.canon.parts import Text
from understudy.canon.request import Request
from understudy.gateway.conversation import Conversation, conversation_of


def said(role: Role, words: str) -> Message:
    return Message(role, (Text(words),))


SYSTEM, ASK, ANSWER = said("system", "Be brief."), said("user", "Why?"), said("assistant", "Because.")


def of(
    *messages: Message, headers: dict[str, str] | None = None, caller: str = "team", id_: str = "e1"
) -> Conversation:
    request = Request(model="r", dialect="openai_chat", messages=messages)
    return conversation_of(headers or {}, request, caller, id_)


def test_a_single_turn_is_a_unit_of_its_own() -> None:
    assert of(SYSTEM, ASK) == Conversation("request:e1", True)
    assert of(SYSTEM, ASK, id_="e2").unit == "request:e2"
    assert of(ASK) == of(said("developer", "x"), ASK)


def test_later_turns_are_known_by_their_opening() -> None:
    second = of(SYSTEM, ASK, ANSWER, said("user", "And?"))
    third = of(SYSTEM, ASK, ANSWER, said("user", "And?"), said("assistant", "So."), said("user", "Hm?"), id_="e9")
    assert not second.one_turn
    assert second.unit.startswith("opening:")
    assert second == third


@pytest.mark.parametrize(
    "other",
    [
        of(said("system", "Be long."), ASK, ANSWER, ASK),
        of(SYSTEM, said("user", "How?"), ANSWER, ASK),
        of(SYSTEM, ASK, ANSWER, ASK, caller="other"),
        of(said("user", "Be brief."), ASK, ANSWER),
    ],
    ids=["system", "first words", "caller", "role"],
)
def test_another_opening_is_another_conversation(other: Conversation) -> None:
    assert other.unit != of(SYSTEM, ASK, ANSWER, ASK).unit


def test_instructions_in_the_midst_belong_to_the_opening_words() -> None:
    assert of(SYSTEM, ASK, ANSWER, ASK).unit != of(SYSTEM, ASK, ANSWER, said("developer", "x"), ASK).unit


def test_a_declared_conversation_wins_from_its_first_turn() -> None:
    declared = {"x-understudy-conversation": "my-words", "x-session-id": "s1"}
    first = of(ASK, headers=declared)
    assert not first.one_turn
    assert first.unit.startswith("conversation:")
    assert first == of(said("user", "Else"), ANSWER, ASK, headers=declared, id_="e2")
    assert first.unit != of(ASK, headers=declared, caller="other").unit
    assert "my-words" not in first.unit


@pytest.mark.parametrize("name", ["x-session-id", "x-session-affinity", "x-claude-code-session-id", "session-id"])
def test_a_clients_session_is_a_conversation(name: str) -> None:
    first = of(ASK, headers={name: "s1"})
    assert (first.one_turn, first.unit.split(":")[0]) == (False, "session")
    assert first == of(ASK, ANSWER, ASK, headers={name: "s1"})
    assert first != of(ASK, headers={name: "s2"})


def test_a_header_without_a_value_declares_nothing() -> None:
    empty = {"x-understudy-conversation": "", "x-session-id": "", "x-session-affinity": ""}
    assert of(ASK, headers=empty) == Conversation("request:e1", True)
    assert of(ASK, headers={"x-session-id": "", "x-session-affinity": "s1"}).unit.startswith("session:")


def test_without_any_words_of_a_user_the_rest_still_counts() -> None:
    assert of(SYSTEM) == Conversation("request:e1", True)
    assert of(SYSTEM, ANSWER, ANSWER).unit.startswith("opening:")
