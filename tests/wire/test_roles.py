"""T1 to T8: roles, and the order of turns."""

from typing import Any

import pytest

from tests.wire.answers import heard, whole
from tests.wire.asks import ASK, Call, Result, Text, Turn, assistant, read, results, user, written
from tests.wire.house import A, C, Dialect, G, L, R, V, Wire
from tests.wire.mutants import mutant

# Dialects that take turns strictly, and those that take them as they come.
STRICT: tuple[Dialect, ...] = (A, G, V)
LOOSE: tuple[Dialect, ...] = (C, R, L)
BRIEF: Turn = ("system", [Text("Be brief.")])
KIND: Turn = ("system", [Text("Be kind.")])
CALL, RESULT = Call("call_1", "weather", {"city": "Oslo"}), Result("call_1", "mild", "weather")


def upstream_turns(wire: Wire, caller: Dialect, upstream: Dialect, turns: list[Turn], *tools: str) -> list[Turn]:
    """The conversation as it reaches the upstream, for one that is answered."""
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), written(caller, turns, *tools))
    assert heard(answer).text == "The harbour is calm."
    return read(upstream, wire.sent().json)


@mutant(
    "dialects/anthropic/conversation.py", 'Message("system", tuple(system),', 'Message("system", tuple(system[:1]),'
)
@pytest.mark.parametrize("upstream", STRICT)
@pytest.mark.parametrize("caller", [*LOOSE, *STRICT])
def test_T1_system_texts_are_joined_in_order_and_none_is_dropped(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    turns = upstream_turns(wire, caller, upstream, [BRIEF, KIND, *ASK])
    role, pieces = turns[0]
    assert role == "system"
    assert "".join(piece.text for piece in pieces if isinstance(piece, Text)) == "Be brief.Be kind."
    assert turns[1:] == ASK


@mutant(
    "canon/messages.py",
    "        if message.role not in",
    "        if message.role == 'user': continue\n        if message.role not in",
)
@pytest.mark.parametrize("upstream", STRICT)
@pytest.mark.parametrize("caller", LOOSE)
def test_T2_a_system_message_in_mid_conversation_keeps_its_place(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    said = [BRIEF, *ASK, assistant(Text("Calm.")), KIND, user("And now?")]
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), written(caller, said))
    role, pieces = read(upstream, wire.sent().json)[0]
    assert (role, pieces) == ("system", [Text("Be brief.")])
    # Folded into the user's turn, marked, and told.
    last = read(upstream, wire.sent().json)[-1]
    assert last == ("user", [Text("<system>\nBe kind.\n</system>"), Text("And now?")])
    assert any(field.endswith("role") or field == "input" for field in answer.omitted), answer.omitted


@pytest.mark.parametrize("upstream", LOOSE)
def test_T2_a_system_message_of_messages_keeps_its_place_where_that_is_allowed(wire: Wire, upstream: Dialect) -> None:
    body = {"max_tokens": 9, "messages": [{"role": role, "content": role} for role in ("user", "system", "user")]}
    wire.ask(A, wire.says(upstream, whole(upstream)), body)
    assert [role for role, _ in read(upstream, wire.sent().json)] == ["user", "system", "user"]


@pytest.mark.parametrize("upstream", STRICT)
def test_T3_a_developer_instructs_like_a_system_message(wire: Wire, upstream: Dialect) -> None:
    said: list[Turn] = [("developer", [Text("Be brief.")]), *ASK]
    for caller in (C, R):
        assert upstream_turns(wire, caller, upstream, said) == [BRIEF, *ASK]


@mutant("dialects/llama/request_writer.py", '{"developer": "system", "tool"', '{"tool"')
def test_T3_a_developer_is_system_to_llama(wire: Wire) -> None:
    for caller in (C, R):
        assert upstream_turns(wire, caller, L, [("developer", [Text("Be brief.")]), *ASK]) == [BRIEF, *ASK]


@mutant("dialects/openai_chat/conversation.py", "and not target.developer", "and target.developer")
@pytest.mark.parametrize("caller", [C, R])
@pytest.mark.parametrize(("provider", "role"), [("groq", "system"), ("mistral", "system"), ("openai", "developer")])
def test_T3_a_developer_is_system_to_hosts_without_the_role(
    wire: Wire, caller: Dialect, provider: str, role: str
) -> None:
    said: list[Turn] = [("developer", [Text("Be brief.")]), *ASK]
    model = wire.says(C, whole(C), provider=provider)
    assert heard(wire.ask(caller, model, written(caller, said))).text == "The harbour is calm."
    expected = role if caller == C else "system"
    assert read(C, wire.sent().json) == [(expected, [Text("Be brief.")]), *ASK]


@mutant(
    "dialects/openai_responses/keeping.py",
    "        del fields[PREVIOUS]\n",
    '        del fields[PREVIOUS]\n        fields.setdefault("instructions", msgspec.Raw(b\'"Be brief."\'))\n',
)
@pytest.mark.parametrize("upstream", [C, A, G, L, V])
def test_T4_instructions_hold_for_their_call_alone(wire: Wire, upstream: Dialect) -> None:
    model = wire.says(upstream, whole(upstream, "Calm."), whole(upstream, "Still calm."))
    first = wire.ask(R, model, {"input": "How is the harbour?", "instructions": "Be brief."})
    assert read(upstream, wire.sent().json)[0] == BRIEF
    wire.ask(R, model, {"input": "And now?", "previous_response_id": first.json["id"]})
    carried = [*ASK, assistant(Text("Calm.")), user("And now?")]
    assert read(upstream, wire.sent().json) == carried
    wire.ask(R, model, {"input": "And now?", "previous_response_id": first.json["id"], "instructions": "Be kind."})
    assert read(upstream, wire.sent().json) == [KIND, *carried]


@mutant("canon/messages.py", "parts = _results_first(previous.parts + message.parts)", "parts = message.parts")
@pytest.mark.parametrize("upstream", STRICT)
@pytest.mark.parametrize("caller", LOOSE)
def test_T5_neighbours_of_one_role_are_merged_part_by_part(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    said = [user("One."), user("Two."), assistant(Text("Three.")), assistant(Text("Four.")), user("Five.")]
    assert upstream_turns(wire, caller, upstream, said) == [
        ("user", [Text("One."), Text("Two.")]),
        assistant(Text("Three."), Text("Four.")),
        user("Five."),
    ]


@mutant(
    "dialects/turntaking.py", "        if text.strip():\n            return Text(text)", "        return Text(text)"
)
@pytest.mark.parametrize("empty", [{"content": None}, {}, {"content": ""}], ids=["null", "absent", "empty"])
@pytest.mark.parametrize("upstream", STRICT)
@pytest.mark.parametrize("caller", [C, L])
def test_T6_empty_words_beside_calls_make_no_part(
    wire: Wire, caller: Dialect, upstream: Dialect, empty: dict[str, Any]
) -> None:
    body = written(caller, [*ASK, assistant(CALL), results(RESULT)], "weather")
    del body["messages"][1]["content"]
    body["messages"][1] |= empty
    wire.ask(caller, wire.says(upstream, whole(upstream)), body)
    assert [piece for _, pieces in read(upstream, wire.sent().json)[1:2] for piece in pieces] == [CALL]


@mutant(
    "dialects/openai_chat/conversation.py",
    '        elif calls or refusal:\n            body["content"] = None',
    '        elif calls or refusal:\n            body["content"] = []',
)
@pytest.mark.parametrize("caller", [A, G, V, R])
def test_T6_calls_alone_have_null_content_in_chat(wire: Wire, caller: Dialect) -> None:
    turns = [*ASK, assistant(CALL), results(RESULT)]
    wire.ask(caller, wire.says(C, whole(C)), written(caller, turns, "weather"))
    assert wire.sent().json["messages"][1]["content"] is None


PREFILL = [*ASK, assistant(Text("The answer is"))]


@mutant("dialects/turntaking.py", "if request.continues:", "if False:")
@pytest.mark.parametrize("caller", STRICT)
@pytest.mark.parametrize("upstream", LOOSE)
def test_T7_a_beginning_of_the_answer_is_refused_where_nobody_would_go_on_from_it(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    model, before = wire.says(upstream, whole(upstream)), wire.reached()
    answer = wire.ask(caller, model, written(caller, PREFILL))
    assert answer.status == 400
    assert b"begin" in answer.body
    assert wire.reached() == before


@pytest.mark.parametrize("caller", [A, G, V, C, R, L])
@pytest.mark.parametrize("upstream", STRICT)
def test_T7_a_beginning_of_the_answer_is_passed_on(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    assert upstream_turns(wire, caller, upstream, PREFILL) == PREFILL


@pytest.mark.parametrize("caller", LOOSE)
@pytest.mark.parametrize("upstream", LOOSE)
def test_T7_a_last_turn_of_the_models_is_one_of_the_conversation_to_openais_dialects(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    assert upstream_turns(wire, caller, upstream, PREFILL) == PREFILL


@mutant("dialects/turntaking.py", 'if merged and merged[0].role == "user":', "if True:")
@pytest.mark.parametrize("caller", LOOSE)
@pytest.mark.parametrize("upstream", STRICT)
def test_T8_the_user_opens(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    said = [BRIEF, assistant(Text("Good morning.")), *ASK]
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), written(caller, said))
    assert read(upstream, wire.sent().json) == [BRIEF, user("(The conversation opens here.)"), *said[1:]]
    assert "messages" in answer.omitted
    assert (
        wire.ask(caller, wire.says(upstream, whole(upstream)), written(caller, said), x_understudy_strict="true").status
        == 400
    )
