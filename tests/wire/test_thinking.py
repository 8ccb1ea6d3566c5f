"""T37 to T42: thinking, its seals, and how much of it is asked for."""

import json
from typing import Any

import pytest

from tests.wire.answers import TEXT, chunk, heard, streamed, whole
from tests.wire.asks import ASK, Call, Text, written
from tests.wire.house import A, Answer, C, Dialect, G, L, R, Said, V, Wire
from tests.wire.loops import next_body, parts_in, turn_of
from tests.wire.mutants import mutant
from tests.wire.thoughts import Part, Thought, thinking

# No padding, a slash and a plus: a seal that anybody decodes and encodes again would not come back the same.
FAILS = Said((b'{"error": {"message": "broken"}}',), 500)
SEAL, HIDDEN = "EqQB/abc+DEF==", "Emw4/hidden+data="
WEATHER = Call("call_1", "weather", {"city": "Oslo", "days": 3})
OPEN = Thought("The sea is north.", SEAL)
CLOSED = Thought("", HIDDEN, hidden=True)
# What makes a caller of each dialect ask for thinking.
THINK: dict[Dialect, dict[str, Any]] = {
    C: {"reasoning_effort": "low"},
    R: {"reasoning": {"effort": "low"}},
    A: {"thinking": {"type": "enabled", "budget_tokens": 2048}, "max_tokens": 4000},
    G: {"generationConfig": {"thinkingConfig": {"thinkingBudget": 2048}}},
    V: {"additionalModelRequestFields": {"reasoning_config": {"type": "enabled", "budget_tokens": 2048}}},
    L: {},
}


def loop(wire: Wire, caller: Dialect, upstream: Dialect, *parts: Part, stream: bool, **where: Any) -> Answer:
    """Two requests of a tool loop: the model thinks and calls, and the result goes back; the second answer."""
    last = streamed(upstream) if stream else whole(upstream)
    model = wire.says(upstream, thinking(upstream, *parts, stream=stream), last, **where)
    first = written(caller, ASK, "weather", **THINK[caller])
    turn = turn_of(wire.ask(caller, model, first, stream=stream))
    answer = wire.ask(caller, model, next_body(caller, first, turn), stream=stream)
    assert heard(answer).text == TEXT
    return answer


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("caller", [A, C, R, V])
@mutant("dialects/openai_chat/thinking.py", "return MAKER_OF_FORMAT.get(form, form)", "return form")
def test_T37_a_signature_and_hidden_thinking_come_back_byte_for_byte(wire: Wire, caller: Dialect, stream: bool) -> None:
    loop(wire, caller, A, OPEN, CLOSED, WEATHER, stream=stream)
    thinking, hidden, call = wire.sent().json["messages"][1]["content"]
    assert thinking == {"type": "thinking", "thinking": OPEN.text, "signature": SEAL}
    assert hidden == {"type": "redacted_thinking", "data": HIDDEN}
    assert (call["type"], call["id"], call["name"]) == ("tool_use", WEATHER.id, "weather")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("caller", [G, L])
@mutant(
    "dialects/turntaking.py",
    "if part.seal is not None and part.sealed_by == self._target.maker:",
    "if part.seal is None or part.sealed_by == self._target.maker:",
)
def test_T37_where_no_field_holds_a_seal_its_thinking_does_not_come_back_either(
    wire: Wire, caller: Dialect, stream: bool
) -> None:
    answer = loop(wire, caller, A, OPEN, CLOSED, WEATHER, stream=stream)
    (call,) = wire.sent().json["messages"][1]["content"]
    assert call["type"] == "tool_use"
    assert SEAL.encode() not in wire.sent().body
    # Claude refuses to think on in a tool loop whose thinking it does not see.
    assert "thinking" not in wire.sent().json
    if caller == G:
        assert "generationConfig.thinkingConfig" in answer.omitted
        assert any(name.startswith("contents[1]") for name in answer.omitted)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("caller", [G, C, R, A])
@mutant("dialects/gemini/pieces.py", "body[SIGNATURE] = seals.pop(0)", "seals.pop(0)")
def test_T38_a_thought_signature_comes_back_on_its_part(wire: Wire, caller: Dialect, stream: bool) -> None:
    second = Call("call_2", "weather", {"city": "Bergen", "days": 1})
    parts = (Thought("Which sea?"), Text("I look."), Thought("", SEAL, True), WEATHER, second)
    loop(wire, caller, G, *parts, stream=stream)
    sent = wire.sent().json["contents"][1]["parts"]
    signed = [part for part in sent if "thoughtSignature" in part]
    assert [(part["functionCall"]["args"]["city"], part["thoughtSignature"]) for part in signed] == [("Oslo", SEAL)]
    assert [part["functionCall"]["args"]["city"] for part in sent if "functionCall" in part] == ["Oslo", "Bergen"]


@pytest.mark.parametrize("caller", [G, C, R, A])
@mutant("dialects/gemini/chunks.py", "[*self._sealed(seal), *(self._words", "[*(self._words")
def test_T38_so_does_one_on_a_text(wire: Wire, caller: Dialect) -> None:
    loop(wire, caller, G, Thought("", SEAL, True), Text("I look."), WEATHER, stream=True)
    sent = wire.sent().json["contents"][1]["parts"]
    signed = [part for part in sent if "thoughtSignature" in part]
    assert signed == [{"text": "I look.", "thoughtSignature": SEAL}]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("caller", [R, C, A])
@mutant("dialects/openai_responses/request_writer.py", '"store": False, **({"include"', '**({"include"')
def test_T39_reasoning_items_are_sealed_and_replayed_before_their_call(
    wire: Wire, caller: Dialect, stream: bool
) -> None:
    loop(wire, caller, R, OPEN, WEATHER, stream=stream)
    sent = wire.sent().json
    if caller != R:
        assert sent["store"] is False
        assert sent["include"] == ["reasoning.encrypted_content"]
    kinds = [item.get("type", "message") for item in sent["input"]]
    assert kinds == ["message", "reasoning", "function_call", "function_call_output"]
    assert sent["input"][1]["encrypted_content"] == SEAL
    assert sent["input"][1]["summary"] == [{"type": "summary_text", "text": OPEN.text}]


# Whose seal it is, and who must not see it.
STRANGERS = [(A, G), (A, R), (A, C), (A, V), (G, A), (G, R), (R, A), (R, G)]


@pytest.mark.parametrize("caller", [C, R, A])
@pytest.mark.parametrize(("maker", "stranger"), STRANGERS)
@mutant(
    "dialects/turntaking.py",
    "if part.seal is not None and part.sealed_by == self._target.maker:",
    "if part.seal is not None:",
)
def test_T40_a_seal_never_reaches_another_maker(wire: Wire, caller: Dialect, maker: Dialect, stranger: Dialect) -> None:
    parts = (OPEN, WEATHER) if maker != G else (Thought("", SEAL, True), WEATHER)
    first = written(caller, ASK, "weather")
    turn = turn_of(wire.ask(caller, wire.says(maker, thinking(maker, *parts)), first))
    assert SEAL in json.dumps(turn)
    answer = wire.ask(caller, wire.says(stranger, whole(stranger)), next_body(caller, first, turn))
    assert heard(answer).text == TEXT
    assert SEAL.encode() not in wire.sent().body
    assert any(name.startswith(("messages", "input")) for name in answer.omitted)


@mutant("dialects/openai_chat/conversation.py", "part.sealed_by != target.maker", "part.sealed_by == target.maker")
def test_T40_a_failover_strips_the_seal_on_its_way_and_no_further(wire: Wire) -> None:
    first = written(C, ASK, "weather")
    turn = turn_of(wire.ask(C, wire.says(A, thinking(A, OPEN, WEATHER)), first))
    wire.says(C, FAILS, model="first")
    wire.says(A, whole(A), model="second")
    answer = wire.ask(C, "fails-over", next_body(C, first, turn))
    assert heard(answer).text == TEXT
    openai, anthropic = wire.upstream.sent[-2:]
    assert (openai.provider, anthropic.provider) == ("openai", "anthropic")
    assert SEAL.encode() not in openai.body
    assert anthropic.json["messages"][1]["content"][0]["signature"] == SEAL


THOUGHT = "The sea is north.\nNo wind."
MISTRAL = [{"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]}, {"type": "text", "text": TEXT}]
# How hosts of Chat tell thinking, whole.
SPELLINGS: dict[str, dict[str, Any]] = {
    "reasoning_content": {"reasoning_content": THOUGHT, "content": TEXT},
    "reasoning": {"reasoning": THOUGHT, "content": TEXT},
    "list": {"content": MISTRAL},
    "tags": {"content": f"<think>\n{THOUGHT}\n</think>\n\n{TEXT}"},
}
# And streamed, with every cut where it hurts.
DELTAS: dict[str, list[dict[str, Any]]] = {
    "reasoning_content": [{"reasoning_content": "The sea is north.\n"}, {"reasoning_content": "No wind."}],
    "reasoning": [{"reasoning": "The sea is north.\n"}, {"reasoning": "No wind."}],
    "list": [{"content": MISTRAL[:1]}],
    "tags": [
        {"content": piece} for piece in ("<th", "ink>", "\nThe sea is north.\nNo w", "ind.", "\n</", "think>\n\n")
    ],
}


@pytest.mark.parametrize("caller", [A, R, G, V])
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("stream", [False, True])
@mutant(
    "dialects/openai_chat/thinking.py", 'NAMES = ("reasoning_content", "reasoning")', 'NAMES = ("reasoning_content",)'
)
def test_T41_thinking_in_any_spelling_is_one_part(wire: Wire, caller: Dialect, spelling: str, stream: bool) -> None:
    told: Any = whole(C)
    told["choices"][0]["message"] = {"role": "assistant", **SPELLINGS[spelling]}
    if stream:
        head, *words, tail, used, done = streamed(C)
        told = [head, *map(chunk, DELTAS[spelling]), *words, tail, used, done]
    answer = wire.ask(caller, wire.says(C, told), written(caller, ASK), stream=stream)
    assert parts_in(answer) == [Thought(THOUGHT), Text(TEXT)]


@mutant("dialects/openai_chat/thinktags.py", "if said.startswith(OPEN):", "if OPEN in said:")
def test_T41_a_tag_within_the_words_is_words(wire: Wire) -> None:
    text = "Write <think> before it and </think> after."
    for told, stream in ((whole(C, text), False), (streamed(C, text), True)):
        assert parts_in(wire.ask(A, wire.says(C, told), written(A, ASK), stream=stream)) == [Text(text)]


@pytest.mark.parametrize("caller", [A, R, C])
@mutant(
    "dialects/openai_chat/conversation.py",
    'if part.sealed_by == self._target.maker if part.seal else self._target.thoughts == "required":',
    "if True:",
)
def test_T41_bare_reasoning_goes_back_by_its_own_callers_choice_alone(wire: Wire, caller: Dialect) -> None:
    loop(wire, caller, C, Thought(THOUGHT), WEATHER, stream=False)
    sent = wire.sent().json["messages"][1]
    assert sent.get("reasoning_content") == (THOUGHT if caller == C else None)


@pytest.mark.parametrize("caller", [A, R, C, G, V])
@pytest.mark.parametrize("stream", [False, True])
@mutant(
    "dialects/openai_chat/conversation.py",
    'if part.sealed_by == self._target.maker if part.seal else self._target.thoughts == "required":',
    "if part.seal is not None and part.sealed_by == self._target.maker:",
)
def test_T41_deepseek_is_shown_its_reasoning_again_beside_a_call(wire: Wire, caller: Dialect, stream: bool) -> None:
    answer = loop(wire, caller, C, Thought(THOUGHT), WEATHER, stream=stream, provider="deepseek")
    assert wire.sent().json["messages"][1]["reasoning_content"] == THOUGHT
    assert not any(name.startswith(("messages", "input", "contents")) for name in answer.omitted)


@pytest.mark.parametrize("caller", [A, R, C])
@mutant("dialects/openai_chat/thinking.py", 'or message.extras.get(SHORT) or ""', "or message.extras.get(SHORT)")
def test_T41_deepseek_gets_the_field_beside_a_call_of_another_makers_too(wire: Wire, caller: Dialect) -> None:
    first = written(caller, ASK, "weather")
    turn = turn_of(wire.ask(caller, wire.says(A, thinking(A, OPEN, WEATHER)), first))
    answer = wire.ask(caller, wire.says(C, whole(C), provider="deepseek"), next_body(caller, first, turn))
    assert heard(answer).text == TEXT
    sent = wire.sent()
    assert sent.json["messages"][1]["reasoning_content"] == ""
    assert SEAL.encode() not in sent.body


@mutant("providers/models.py", "thoughts=row.thoughts,", 'thoughts="chosen",')
def test_T41_under_another_name_it_goes_back_under_the_one_that_deepseek_knows(wire: Wire) -> None:
    first = written(C, ASK, "weather")
    model = wire.says(C, whole(C), provider="deepseek")
    turn = turn_of(wire.ask(C, wire.says(C, thinking(C, WEATHER)), first))
    wire.ask(C, model, next_body(C, first, {**turn, "reasoning": THOUGHT}))
    said = wire.sent().json["messages"][1]
    assert said["reasoning_content"] == THOUGHT
    assert "reasoning" not in said
    assert said["tool_calls"] == turn["tool_calls"]
    # What has no call may leave it out, and then nothing is touched.
    told = {"role": "assistant", "content": "Yes.", "name": "sage"}
    wire.ask(C, model, {**first, "messages": [*first["messages"], told, *first["messages"]]})
    assert wire.sent().json["messages"][1] == told


@pytest.mark.parametrize("provider", ["groq", "mistral"])
@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
@mutant("dialects/openai_chat/thinking.py", 'if target.thoughts == "refused":', 'if target.thoughts == "unknown":')
def test_T41_where_it_is_refused_it_stays_behind_and_is_told(wire: Wire, provider: str, name: str) -> None:
    first = written(C, ASK, "weather")
    turn = turn_of(wire.ask(C, wire.says(C, thinking(C, WEATHER)), first))
    body = next_body(C, first, {**turn, name: THOUGHT})
    model = wire.says(C, whole(C), provider=provider)
    answer = wire.ask(C, model, body)
    assert heard(answer).text == TEXT
    assert THOUGHT not in wire.sent().body.decode()
    assert f"messages[1].{name}" in answer.omitted
    assert wire.ask(C, model, body, x_understudy_strict="true").status == 400


# Docs, "thinking budget": what an effort word buys of Claude, of Gemini; what a budget buys back.
EFFORTS = [("minimal", 1024, 1024), ("low", 2048, 1024), ("medium", 8192, 8192), ("high", 16384, 24576)]
BUDGETS = [(1024, "minimal"), (4096, "low"), (8192, "medium"), (20000, "high")]


@pytest.mark.parametrize("caller", [C, R])
@pytest.mark.parametrize(("effort", "claude", "gemini"), EFFORTS)
@mutant("dialects/anthropic/words.py", '"low": 2048', '"low": 4096')
def test_T42_an_effort_buys_a_budget(wire: Wire, caller: Dialect, effort: str, claude: int, gemini: int) -> None:
    chat = {"reasoning_effort": effort, "max_completion_tokens": 64000}
    responses = {"reasoning": {"effort": effort}, "max_output_tokens": 64000}
    asked = written(caller, ASK, **(chat if caller == C else responses))
    wire.ask(caller, wire.says(A, whole(A)), asked)
    assert wire.sent().json["thinking"] == {"type": "enabled", "budget_tokens": claude}
    wire.ask(caller, wire.says(G, whole(G)), asked)
    config = {"thinkingBudget": gemini, "includeThoughts": True}
    assert wire.sent().json["generationConfig"]["thinkingConfig"] == config


@pytest.mark.parametrize(("budget", "effort"), BUDGETS)
@mutant("dialects/openai_efforts.py", '(4096, "low")', '(4096, "medium")')
def test_T42_a_budget_buys_an_effort(wire: Wire, budget: int, effort: str) -> None:
    claude = written(A, ASK, thinking={"type": "enabled", "budget_tokens": budget}, max_tokens=64000)
    gemini = written(G, ASK, generationConfig={"thinkingConfig": {"thinkingBudget": budget}})
    names = {A: "thinking.budget_tokens", G: "generationConfig.thinkingConfig.thinkingBudget"}
    for caller, asked in ((A, claude), (G, gemini)):
        answer = wire.ask(caller, wire.says(C, whole(C)), asked)
        assert wire.sent().json["reasoning_effort"] == effort
        assert names[caller] in answer.omitted
        wire.ask(caller, wire.says(R, whole(R)), asked)
        assert wire.sent().json["reasoning"] == {"effort": effort}


@mutant("dialects/anthropic/thinking.py", "max_tokens * 4 // 5", "max_tokens * 2")
def test_T42_a_budget_is_at_least_1024_and_below_max_tokens(wire: Wire) -> None:
    def thinking(limit: int, effort: str) -> Any:
        asked = written(C, ASK, reasoning_effort=effort, max_completion_tokens=limit)
        answer = wire.ask(C, wire.says(A, whole(A)), asked)
        assert answer.status == 200
        return wire.sent().json.get("thinking", answer.omitted)

    assert thinking(10_000, "high") == {"type": "enabled", "budget_tokens": 8000}
    assert thinking(1_000, "high") == {"reasoning_effort"}
    assert thinking(10_000, "none") == {"type": "disabled"}


@mutant("dialects/openai_efforts.py", 'if ask.mode == "disabled":', 'if ask.mode == "never":')
def test_T42_off_and_adaptive_have_words_of_their_own(wire: Wire) -> None:
    off: dict[str, Any] = {"thinking": {"type": "disabled"}}
    adaptive: dict[str, Any] = {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}
    for asked, claude, effort, gemini in (
        (off, {"type": "disabled"}, "none", {"thinkingBudget": 0}),
        (adaptive, {"type": "adaptive"}, "high", {"thinkingBudget": 24576, "includeThoughts": True}),
    ):
        wire.ask(A, wire.says(A, whole(A)), written(A, ASK, **asked))
        assert wire.sent().json["thinking"] == claude
        wire.ask(A, wire.says(C, whole(C)), written(A, ASK, **asked))
        assert wire.sent().json["reasoning_effort"] == effort
        wire.ask(A, wire.says(G, whole(G)), written(A, ASK, **asked))
        assert wire.sent().json["generationConfig"]["thinkingConfig"] == gemini
    level = {"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}}
    wire.ask(G, wire.says(C, whole(C)), written(G, ASK, **level))
    assert wire.sent().json["reasoning_effort"] == "low"


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "weather"}}])
@mutant("dialects/anthropic/thinking.py", 'in ("any", "tool")', 'in ("all",)')
def test_T42_a_forced_tool_is_refused_while_claude_thinks(wire: Wire, choice: Any) -> None:
    asked = written(C, ASK, "weather", reasoning_effort="low", tool_choice=choice)
    before = wire.reached()
    answer = wire.ask(C, wire.says(A, whole(A)), asked)
    assert answer.status == 400
    assert answer.json["error"]["param"] == "tool_choice"
    assert wire.reached() == before
