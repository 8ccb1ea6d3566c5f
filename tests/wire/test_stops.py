"""T24 to T29 and T71: why an answer stopped."""

import json
from typing import Any

import pytest

from tests.wire.answers import (
    LENGTH,
    REFUSAL,
    STOP,
    TEXT,
    TOOLS,
    chunk,
    heard,
    streamed,
    whole,
)
from tests.wire.asks import ASK, Call, written
from tests.wire.house import ALL, A, Answer, C, Dialect, G, L, R, V, Wire
from tests.wire.mutants import mutant

STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
CALLS = [Call("call_1", "weather", {"city": "Oslo"})]
CUT = '{"city": "Os'
WORDS = {"stop": STOP, "length": LENGTH, "tools": TOOLS, "refusal": REFUSAL}


def native_stop(answer: Answer) -> Any:
    """The upstream's own word, where the answer's extension tells it."""
    told = [answer.json] if answer.headers["content-type"] == "application/json" else answer.events
    if answer.dialect == R:
        told += [event["response"] for event in told if "response" in event]
    if answer.dialect == V:
        told += [body for event in told for body in event.values()]
    return next((one["understudy"].get("native_stop") for one in reversed(told) if "understudy" in one), None)


@mutant("dialects/openai_chat/words.py", '    StopReason.LENGTH: "length",', '    StopReason.LENGTH: "stop",')
@STREAM
@pytest.mark.parametrize("reason", WORDS)
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
def test_T24_every_reason_has_its_word(
    wire: Wire, caller: Dialect, upstream: Dialect, reason: str, stream: bool
) -> None:
    if upstream not in WORDS[reason]:
        return
    calls = CALLS if reason == "tools" else []
    model = wire.says(upstream, (streamed if stream else whole)(upstream, calls=calls, stop=WORDS[reason][upstream]))
    answer = heard(wire.ask(caller, model, written(caller, ASK, "weather"), stream=stream))
    # Llama has three words: a refusal is told as a stop.
    assert answer.stop == WORDS[reason].get(caller, "stop")
    assert [call.arguments for call in answer.calls] == [call.arguments for call in calls]


# Words of the upstream that have no peer, with what callers hear of them, and whether the word itself is told besides.
ODD: list[tuple[Dialect, str, dict[Dialect, str], bool]] = [
    (
        A,
        "model_context_window_exceeded",
        {C: "length", R: "max_output_tokens", G: "MAX_TOKENS", V: "max_tokens"},
        False,
    ),
    (A, "pause_turn", {C: "stop", R: "completed", G: "OTHER", L: "stop", V: "end_turn"}, True),
    (A, "from_tomorrow", {C: "stop", R: "completed", G: "OTHER", L: "stop", V: "end_turn"}, True),
    (G, "MALFORMED_FUNCTION_CALL", {C: "stop", R: "completed", A: "end_turn", L: "stop", V: "end_turn"}, True),
    (G, "UNEXPECTED_TOOL_CALL", {C: "stop", R: "completed", A: "end_turn", L: "stop", V: "end_turn"}, True),
    (G, "TOO_MANY_TOOL_CALLS", {C: "stop", R: "completed", A: "end_turn", L: "stop", V: "end_turn"}, True),
    (G, "MISSING_THOUGHT_SIGNATURE", {C: "stop", R: "completed", A: "end_turn", L: "stop", V: "end_turn"}, True),
    (G, "MODEL_ARMOR", {C: "content_filter", R: "content_filter", A: "refusal", V: "content_filtered"}, False),
    (G, "PROHIBITED_CONTENT", {C: "content_filter", R: "content_filter", A: "refusal"}, False),
    (G, "RECITATION", {C: "content_filter", R: "content_filter", A: "refusal"}, False),
    (V, "guardrail_intervened", {C: "content_filter", R: "content_filter", A: "refusal", G: "SAFETY"}, False),
    (C, "eos", {R: "completed", A: "end_turn", G: "STOP", L: "stop", V: "end_turn"}, False),
    (C, "COMPLETE", {R: "completed", A: "end_turn", G: "OTHER", L: "stop", V: "end_turn"}, True),
]


@mutant("dialects/passage.py", '    return {**echo.extension, "native_stop": native}', "    return echo.extension")
@STREAM
@pytest.mark.parametrize(("upstream", "word", "told", "beside"), ODD)
def test_T25_a_word_without_a_peer_has_a_documented_one_and_is_kept(
    wire: Wire, upstream: Dialect, word: str, told: dict[Dialect, str], beside: bool, stream: bool
) -> None:
    model = wire.says(upstream, (streamed if stream else whole)(upstream, stop=word))
    for caller, expected in told.items():
        answer = wire.ask(caller, model, written(caller, ASK), stream=stream)
        assert (heard(answer).stop, heard(answer).text) == (expected, TEXT)
        assert native_stop(answer) == (word if beside else None)


@mutant("dialects/gemini/words.py", '2: "MAX_TOKENS"', '2: "STOP"')
@STREAM
@pytest.mark.parametrize("upstream", [C, A, G])
@pytest.mark.parametrize(("reason", "number"), [("stop", 1), ("length", 2)])
def test_T25_who_asks_gemini_for_numbers_gets_them(
    wire: Wire, upstream: Dialect, reason: str, number: int, stream: bool
) -> None:
    told: Any = (streamed if stream else whole)(upstream, stop=WORDS[reason][upstream])
    if upstream == G:
        told = json.loads(json.dumps(told).replace(f'"{WORDS[reason][G]}"', str(number)))
    query = "$alt=json;enum-encoding=int" + ("&alt=sse" if stream else "")
    answer = heard(wire.ask(G, wire.says(upstream, told), written(G, ASK), stream=stream, query=query))
    assert (answer.text, str(answer.stop)) == (TEXT, str(number))
    assert isinstance(answer.stop, int)
    if upstream == G:
        assert "enum-encoding=int" in wire.sent().path


@mutant("dialects/stopping.py", "    if calls and reason in called:", "    if False:")
@STREAM
@pytest.mark.parametrize("caller", [R, A, G, L, V])
def test_T26_a_stop_with_calls_is_a_stop_for_tools(wire: Wire, caller: Dialect, stream: bool) -> None:
    model = wire.says(C, (streamed if stream else whole)(C, calls=CALLS, stop="stop"))
    answer = heard(wire.ask(caller, model, written(caller, ASK, "weather"), stream=stream))
    assert answer.stop == TOOLS[caller]
    assert len(answer.calls) == 1


@mutant("dialects/gemini/chunks.py", 'stop_of("SAFETY" if self._blocked else self.word,', "stop_of(self.word,")
@STREAM
@pytest.mark.parametrize("why", ["SAFETY", "PROHIBITED_CONTENT", "OTHER", "BLOCKLIST"])
@pytest.mark.parametrize("caller", [C, R, A, V])
def test_T27_a_blocked_prompt_is_a_refusal(wire: Wire, caller: Dialect, why: str, stream: bool) -> None:
    usage = {"promptTokenCount": 9, "totalTokenCount": 9}
    blocked = {"promptFeedback": {"blockReason": why}, "usageMetadata": usage, "modelVersion": "m", "responseId": "g_1"}
    model = wire.says(G, [blocked] if stream else blocked)
    answer = heard(wire.ask(caller, model, written(caller, ASK), stream=stream))
    assert (answer.stop, answer.text) == (REFUSAL[caller], "")


@mutant(
    "dialects/openai_chat/words.py",
    '    StopReason.STOP_SEQUENCE: "stop",',
    '    StopReason.STOP_SEQUENCE: "stop_sequence",',
)
@STREAM
def test_T28_messages_name_the_stop_sequence_and_no_text_holds_it(wire: Wire, stream: bool) -> None:
    told: Any = streamed(A, stop="stop_sequence") if stream else whole(A, stop="stop_sequence")
    (told[-2]["delta"] if stream else told)["stop_sequence"] = "###"
    for caller in ALL:
        answer = wire.ask(caller, wire.says(A, told), written(caller, ASK), stream=stream)
        assert heard(answer).text == TEXT
        assert b"###" not in answer.body or caller == A
        expected = {A: "stop_sequence", V: "stop_sequence"}.get(caller, STOP[caller])
        assert heard(answer).stop == expected
    # Messages served by Claude at Bedrock tell the word; only Messages tell which sequence it was.
    fields: dict[str, Any] = {"additionalModelResponseFields": {"stop_sequence": "###"}}
    model = wire.says(V, streamed(V, stop="stop_sequence") if stream else whole(V, stop="stop_sequence") | fields)
    assert heard(wire.ask(A, model, written(A, ASK), stream=stream)).stop == "stop_sequence"
    # Chat cannot say it: a plain end of the turn, and no word is invented.
    answer = wire.ask(
        A, wire.says(C, (streamed if stream else whole)(C)), written(A, ASK, stop_sequences=["###"]), stream=stream
    )
    assert heard(answer).stop == "end_turn"
    assert '"stop_sequence":null' in answer.body.decode()
    assert wire.sent().json["stop"] == ["###"]


@mutant("dialects/openai_chat/answers.py", "        if reply.stop_sequence is not None:", "        if False:")
@STREAM
def test_T28_an_omission_tells_that_the_sequence_is_not_told(wire: Wire, stream: bool) -> None:
    told: Any = streamed(A, stop="stop_sequence") if stream else whole(A, stop="stop_sequence")
    (told[-2]["delta"] if stream else told)["stop_sequence"] = "###"
    answer = wire.ask(C, wire.says(A, told), written(C, ASK), stream=stream)
    said = answer.events[-1]["understudy"]["omitted"] if stream else answer.omitted
    assert "stop_sequence" in said
    assert heard(wire.ask(A, wire.says(A, told), written(A, ASK), stream=stream)).stop == "stop_sequence"


NO = "I cannot help with that."


def refused(stream: bool, stop: str = "stop") -> Any:
    """What OpenAI answers where a schema was asked for and the model will not."""
    if not stream:
        told = whole(C, stop=stop)
        told["choices"][0]["message"] |= {"content": None, "refusal": NO}
        return told
    events = streamed(C, stop=stop)
    pieces = [chunk({"refusal": piece}) for piece in (NO[:9], NO[9:])]
    return [events[0], *pieces, *events[-3:]]


@mutant("dialects/stopping.py", "    if refused and reason is StopReason.STOP:", "    if False:")
@STREAM
@pytest.mark.parametrize("caller", [A, G, V])
def test_T29_a_refusal_is_text_with_a_refusals_word(wire: Wire, caller: Dialect, stream: bool) -> None:
    answer = heard(wire.ask(caller, wire.says(C, refused(stream)), written(caller, ASK), stream=stream))
    assert (answer.text, answer.stop) == (NO, REFUSAL[caller])


@mutant(
    "dialects/openai_chat/stream_reader.py",
    '            self._say(Refusal, Refusal(""), delta.refusal)',
    '            self._say(Text, Text(""), delta.refusal)',
)
@STREAM
def test_T29_a_refusal_stays_one_where_it_has_a_field(wire: Wire, stream: bool) -> None:
    answer = wire.ask(R, wire.says(C, refused(stream)), written(R, ASK), stream=stream)
    body = answer.events[-1]["response"] if stream else answer.json
    assert body["output"][0]["content"] == [{"type": "refusal", "refusal": NO}]
    item = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant"}
    item["content"] = [{"type": "refusal", "refusal": NO}]  # type: ignore[assignment]
    told: Any = whole(R) | {"output": [item]}
    if stream:
        events = streamed(R)
        done = {"type": "response.output_item.done", "output_index": 0, "item": item}
        told = [events[0], done, {"type": "response.completed", "response": told}]
    answer = wire.ask(C, wire.says(R, told), written(C, ASK), stream=stream)
    if stream:
        words = "".join(c["delta"].get("refusal") or "" for event in answer.events for c in event["choices"])
    else:
        words = answer.json["choices"][0]["message"]["refusal"]
    assert (words, heard(answer).stop, heard(answer).text) == (NO, "stop", "")


@STREAM
def test_T29_the_words_of_a_refusal_are_kept(wire: Wire, stream: bool) -> None:
    model = wire.says(A, (streamed if stream else whole)(A, NO, stop="refusal"))
    for caller in (C, R, G, V):
        answer = heard(wire.ask(caller, model, written(caller, ASK), stream=stream))
        assert (answer.text, answer.stop) == (NO, REFUSAL[caller])


@mutant("dialects/openai_chat/answers.py", "native in NATIVE_LENGTH:", "False:")
@STREAM
@pytest.mark.parametrize("native", ["length", "max_output_tokens"])
@pytest.mark.parametrize("caller", ALL)
def test_T71_cut_arguments_behind_an_aggregators_word_are_a_length(
    wire: Wire, caller: Dialect, native: str, stream: bool
) -> None:
    told: Any = (streamed if stream else whole)(C, calls=[Call("call_1", "weather", CUT)], stop="tool_calls")
    (told[-3] if stream else told)["choices"][0]["native_finish_reason"] = native
    answer = heard(
        wire.ask(caller, wire.says(C, told, provider="openrouter"), written(caller, ASK, "weather"), stream=stream)
    )
    assert answer.stop == LENGTH[caller]


@STREAM
@pytest.mark.parametrize("caller", ALL)
def test_T71_whole_arguments_are_a_call_whatever_stands_behind(wire: Wire, caller: Dialect, stream: bool) -> None:
    told: Any = (streamed if stream else whole)(C, calls=CALLS, stop="tool_calls")
    (told[-3] if stream else told)["choices"][0]["native_finish_reason"] = "length"
    answer = heard(
        wire.ask(caller, wire.says(C, told, provider="openrouter"), written(caller, ASK, "weather"), stream=stream)
    )
    assert answer.stop == TOOLS[caller]
