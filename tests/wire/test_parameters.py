"""T60 to T64: limits, temperature, stop sequences, knobs that not everybody has, and names of callers."""

from typing import Any

import pytest

from tests.wire.answers import TEXT, heard, whole
from tests.wire.asks import ASK, written
from tests.wire.house import ALL, A, Answer, C, Dialect, G, L, R, V, Wire
from tests.wire.mutants import mutant

# Where each dialect says the same thing.
LIMIT = {
    C: ("max_completion_tokens",),
    R: ("max_output_tokens",),
    A: ("max_tokens",),
    G: ("generationConfig", "maxOutputTokens"),
    L: ("max_completion_tokens",),
    V: ("inferenceConfig", "maxTokens"),
}
TEMPERATURE = {
    C: ("temperature",),
    R: ("temperature",),
    A: ("temperature",),
    G: ("generationConfig", "temperature"),
    L: ("temperature",),
    V: ("inferenceConfig", "temperature"),
}
STOP = {C: ("stop",), A: ("stop_sequences",), G: ("generationConfig", "stopSequences")}
STOP |= {V: ("inferenceConfig", "stopSequences")}
ONLY: dict[str, Any] = {"x_understudy_strict": "true"}


def put(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The field that says it."""
    for name in reversed(path):
        value = {name: value}
    return dict(value)


def got(body: Any, path: tuple[str, ...]) -> Any:
    """What the field says in a body; None where it is not there."""
    for name in path:
        body = body.get(name, {})
    return None if body == {} else body


def ask(wire: Wire, caller: Dialect, upstream: Dialect, fields: dict[str, Any], *, strict: bool = False) -> Answer:
    """One question with these fields."""
    model = wire.says(upstream, whole(upstream))
    return wire.ask(caller, model, {**written(caller, ASK), **fields}, **(ONLY if strict else {}))


@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
@mutant(
    "dialects/llama/request_writer.py",
    'fields["max_completion_tokens"] = request.max_tokens',
    'fields["max_tokens"] = request.max_tokens',
)
def test_T60_a_limit_keeps_its_figure_under_every_name(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    answer = ask(wire, caller, upstream, put(LIMIT[caller], 500))
    assert heard(answer).text == TEXT
    assert got(wire.sent().json, LIMIT[upstream]) == 500


@mutant("providers/models.py", "(known.max_output if known else None)", "None")
def test_T60_messages_gets_the_models_own_limit_where_the_caller_names_none(wire: Wire) -> None:
    for caller in (C, R, G, L, V):
        ask(wire, caller, A, {})
        assert wire.sent().json["max_tokens"] == 4096
    wire.says(A, whole(A), model="claude-fable-5")
    assert wire.ask(C, "anthropic/claude-fable-5", written(C, ASK)).status == 200
    assert wire.sent().json["max_tokens"] == 128_000


@mutant("dialects/openai_responses/words.py", "MIN_TOKENS = 16", "MIN_TOKENS = 8")
def test_T60_responses_has_a_least_limit(wire: Wire) -> None:
    answer = ask(wire, A, R, {"max_tokens": 5})
    assert wire.sent().json["max_output_tokens"] == 16
    assert "max_tokens" in answer.omitted
    assert ask(wire, A, R, {"max_tokens": 5}, strict=True).status == 400


@mutant("dialects/bodies.py", "told[target.renames.get(name, name)] = value", "told[name] = value")
def test_T60_the_older_name_goes_to_hosts_that_know_no_other(wire: Wire) -> None:
    model = wire.says(C, whole(C), provider="deepseek")
    for caller in (C, A, R):
        wire.ask(caller, model, {**written(caller, ASK), **put(LIMIT[caller], 500)})
        assert wire.sent().json["max_tokens"] == 500
        assert "max_completion_tokens" not in wire.sent().json
    # A caller's own word passes as it came, for its host to judge.
    ask(wire, C, C, {"max_tokens": 500})
    assert wire.sent().json["max_tokens"] == 500


@pytest.mark.parametrize("name", ["o3", "o4-mini-2025-04-16", "gpt-5-nano", "gpt-6-sol"])
@pytest.mark.parametrize("provider", ["openai", "azure"])
@mutant("gateway/attempt.py", "        target = only.over(target)\n", "        pass\n")
def test_T60_models_that_take_the_newer_name_alone_get_it(wire: Wire, provider: str, name: str) -> None:
    wire.says(C, whole(C), model=name)
    model = wire.ask(C, f"{provider}/{name}", {**written(C, ASK), "max_tokens": 500})
    assert heard(model).text == TEXT
    assert wire.sent().json["max_completion_tokens"] == 500
    assert "max_tokens" not in wire.sent().json
    wire.says(C, whole(C), model="gpt-4o")
    wire.ask(C, f"{provider}/gpt-4o", {**written(C, ASK), "max_tokens": 500})
    assert wire.sent().json["max_tokens"] == 500


@mutant(
    "dialects/gemini/request_writer.py",
    'config["maxOutputTokens"] = request.max_tokens',
    'config["maxOutputTokens"] = request.max_tokens + 1024',
)
def test_T60_thinking_counts_in_geminis_limit_as_it_does_elsewhere(wire: Wire) -> None:
    ask(wire, C, G, {"max_completion_tokens": 9000, "reasoning_effort": "medium"})
    config = wire.sent().json["generationConfig"]
    assert (config["maxOutputTokens"], config["thinkingConfig"]["thinkingBudget"]) == (9000, 8192)


@pytest.mark.parametrize("caller", [C, R, G])
@mutant("dialects/anthropic/request_writer.py", "_MAX_TEMPERATURE = 1.0", "_MAX_TEMPERATURE = 2.0")
def test_T61_a_temperature_above_the_most_is_lowered_and_told(wire: Wire, caller: Dialect) -> None:
    for upstream in ALL:
        answer = ask(wire, caller, upstream, put(TEMPERATURE[caller], 1.5))
        lowered = upstream in (A, L, V)
        assert got(wire.sent().json, TEMPERATURE[upstream]) == (1 if lowered else 1.5)
        assert (".".join(TEMPERATURE[caller]) in answer.omitted) == lowered
        assert ask(wire, caller, upstream, put(TEMPERATURE[caller], 1.5), strict=True).status == (
            400 if lowered else 200
        )
        ask(wire, caller, upstream, put(TEMPERATURE[caller], 0.3))
        assert got(wire.sent().json, TEMPERATURE[upstream]) == 0.3


@mutant("dialects/anthropic/thinking.py", '"temperature": fields.get("temperature", 1) != 1,', '"temperature": False,')
def test_T61_what_a_thinking_model_refuses_is_left_out_and_told(wire: Wire) -> None:
    free = {"temperature": 0.3, "top_p": 0.5, "reasoning_effort": "low", "max_completion_tokens": 9000}
    answer = ask(wire, C, A, free)
    assert {"temperature", "top_p"} <= answer.omitted
    assert not {"temperature", "top_p"} & wire.sent().json.keys()
    assert ask(wire, C, A, free, strict=True).status == 400


@pytest.mark.parametrize("caller", [C, A, G, V])
@mutant("dialects/openai_chat/request_writer.py", 'fields["stop"] = words[:MAX_STOPS]', 'fields["stop"] = words')
def test_T62_stop_sequences_reach_those_that_have_them(wire: Wire, caller: Dialect) -> None:
    words = ["END", "STOP", "HALT", "QUIT", "DONE", "OVER"]
    for upstream, most in ((C, 4), (A, 6), (G, 5), (V, 6)):
        told = words[:5]
        answer = ask(wire, caller, upstream, put(STOP[caller], told))
        own = caller == upstream
        assert got(wire.sent().json, STOP[upstream]) == (told if own else told[:most])
        assert (".".join(STOP[caller]) in answer.omitted) == (most < 5 and not own)
    # One more than Gemini takes could cut the answer elsewhere: it is refused.
    assert ask(wire, caller, G, put(STOP[caller], words)).status == (200 if caller == G else 400)
    for upstream in (R, L):
        assert ".".join(STOP[caller]) in ask(wire, caller, upstream, put(STOP[caller], ["END"])).omitted
        assert ask(wire, caller, upstream, put(STOP[caller], ["END"]), strict=True).status == 400


@mutant("dialects/anthropic/request_writer.py", "if own or word.strip()]", "if True]")
def test_T62_messages_takes_no_stop_sequence_of_white_space(wire: Wire) -> None:
    answer = ask(wire, C, A, {"stop": ["\n", "END"]})
    assert wire.sent().json["stop_sequences"] == ["END"]
    assert "stop" in answer.omitted
    ask(wire, C, A, {"stop": "END"})
    assert wire.sent().json["stop_sequences"] == ["END"]


@pytest.mark.parametrize("upstream", [R, A, G, L, V])
@mutant("dialects/converse/request_writer.py", "if sampling.n not in (None, 1):", "if sampling.n not in (None, 1, 2):")
def test_T62_several_answers_are_refused_where_one_is_given(wire: Wire, upstream: Dialect) -> None:
    before = wire.reached()
    answer = ask(wire, C, upstream, {"n": 2})
    assert (answer.status, answer.json["error"]["param"]) == (400, "n")
    assert wire.reached() == before
    assert ask(wire, C, upstream, {"n": 1}).status == 200
    ask(wire, C, C, {"n": 2})
    assert wire.sent().json["n"] == 2


KNOBS: dict[str, Any] = {
    "seed": 7,
    "presence_penalty": 0.5,
    "frequency_penalty": 0.5,
    "logit_bias": {"50256": -100},
    "logprobs": True,
    "top_logprobs": 2,
}
LACKING = {A: {*KNOBS}, L: {*KNOBS}, V: {*KNOBS}, R: {*KNOBS} - {"top_logprobs"}, G: {"logit_bias"}}


@pytest.mark.parametrize("upstream", [A, R, G, L, V])
@mutant("dialects/llama/request_writer.py", '"stop", "seed", "presence_penalty"', '"stop", "presence_penalty"')
def test_T63_a_knob_that_nobody_has_there_is_told_or_refused(wire: Wire, upstream: Dialect) -> None:
    answer = ask(wire, C, upstream, KNOBS)
    assert heard(answer).text == TEXT
    assert answer.omitted == LACKING[upstream]
    for name in LACKING[upstream]:
        assert f'"{name}"'.encode() not in wire.sent().body
    before = wire.reached()
    refused = ask(wire, C, upstream, KNOBS, strict=True)
    assert refused.status == 400
    assert all(name in refused.json["error"]["message"] for name in LACKING[upstream])
    assert wire.reached() == before


@mutant("dialects/bodies.py", "if name not in target.unsupported:", "if True:")
def test_T63_a_host_of_the_same_dialect_may_lack_one_too(wire: Wire) -> None:
    model = wire.says(C, whole(C), provider="groq")
    answer = wire.ask(C, model, written(C, ASK, **KNOBS))
    assert answer.omitted == {"logprobs", "top_logprobs", "logit_bias"}
    assert not answer.omitted & wire.sent().json.keys()
    assert wire.sent().json["seed"] == 7
    assert wire.ask(C, model, written(C, ASK, **KNOBS), **ONLY).status == 400


USER: dict[Dialect, dict[str, Any]] = {
    C: {"user": "u-1"},
    R: {"user": "u-1"},
    A: {"metadata": {"user_id": "u-1"}},
    L: {"user": "u-1"},
}


@pytest.mark.parametrize("caller", [C, R, A, L])
@mutant(
    "dialects/anthropic/request_writer.py",
    'fields["metadata"] = {"user_id": request.user}',
    'fields["metadata"] = {"user": request.user}',
)
def test_T64_the_callers_user_is_carried_to_all_that_have_a_field_for_it(wire: Wire, caller: Dialect) -> None:
    for upstream in (C, R, A, L):
        answer = ask(wire, caller, upstream, USER[caller])
        ((name, value),) = USER[upstream].items()
        assert wire.sent().json[name] == value
        assert not answer.omitted
    for upstream in (G, V):
        name = "metadata.user_id" if caller == A else "user"
        assert name in ask(wire, caller, upstream, USER[caller]).omitted


MAKERS_OWN = {"service_tier": "flex", "prompt_cache_key": "k-1", "prompt_cache_retention": "24h"}


@pytest.mark.parametrize("upstream", [A, G, L, V])
@mutant("dialects/losses.py", 'if value not in (None, ""):', 'if path and value not in (None, ""):')
def test_T64_tiers_and_keys_of_one_maker_are_dropped_and_told(wire: Wire, upstream: Dialect) -> None:
    assert ask(wire, C, upstream, MAKERS_OWN).omitted == {*MAKERS_OWN}
    assert not MAKERS_OWN.keys() & wire.sent().json.keys()
    assert ask(wire, C, upstream, MAKERS_OWN, strict=True).status == 400


@pytest.mark.parametrize("upstream", [C, R])
@pytest.mark.parametrize("caller", [C, R])
@mutant("dialects/openai_fields.py", "target.maker == here else ()", "target.maker != here else ()")
def test_T64_tiers_and_keys_cross_between_the_dialects_of_their_maker(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    fields = {**MAKERS_OWN, "safety_identifier": "s-1"}
    for more in ({}, {"user": "u-1"}):
        answer = ask(wire, caller, upstream, fields | more)
        assert wire.sent().json.items() >= (fields | more).items()
        assert not answer.omitted


@pytest.mark.parametrize("caller", [C, R])
@mutant("dialects/spelling.py", "if whole not in request.spelling:", "if True:")
def test_T64_a_safety_identifier_is_the_callers_user(wire: Wire, caller: Dialect) -> None:
    for upstream in (A, L):
        answer = ask(wire, caller, upstream, {"safety_identifier": "s-1"})
        assert (
            wire.sent().json.items() >= ({"metadata": {"user_id": "s-1"}} if upstream == A else {"user": "s-1"}).items()
        )
        assert not answer.omitted
    for upstream in (G, V):
        assert ask(wire, caller, upstream, {"safety_identifier": "s-1"}).omitted == {"safety_identifier"}


@pytest.mark.parametrize("upstream", [C, R, G, L, V])
@mutant(
    "dialects/anthropic/blocks.py",
    'return Text(fields.need("text", STRING), fields.rest)',
    'return Text(fields.need("text", STRING))',
)
def test_T64_marks_for_the_cache_stay_in_messages_on_every_block_and_are_told_elsewhere(
    wire: Wire, upstream: Dialect
) -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    said = [
        {"role": "user", "content": [{"type": "text", "text": "How is the harbour?", **mark}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "weather", "input": {}, **mark}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "Calm.", **mark}]},
    ]
    fields = {**written(A, ASK, "weather"), "system": [{"type": "text", "text": "Be brief.", **mark}], "messages": said}
    ask(wire, A, A, fields)
    assert (wire.sent().json["system"], wire.sent().json["messages"]) == (fields["system"], said)
    answer = ask(wire, A, upstream, fields)
    assert len([name for name in answer.omitted if name.endswith("cache_control")]) == 4
    assert b"cache_control" not in wire.sent().body
