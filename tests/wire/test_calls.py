"""T9 to T17: calls of tools and their results."""

import re
from typing import Any

import pytest

from tests.wire.answers import chunk, heard, streamed, whole
from tests.wire.asks import ASK, Call, Piece, Result, Text, assistant, read, results, user, written
from tests.wire.house import ALL, DONE, A, C, Dialect, G, L, R, V, Wire
from tests.wire.mutants import mutant

STRICT: tuple[Dialect, ...] = (A, G, V)
LOOSE: tuple[Dialect, ...] = (C, R, L)
STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
LEGAL = re.compile(r"[a-zA-Z0-9_-]+")
OSLO, ROME = {"city": "Oslo"}, {"city": "Rome"}
CUT = '{"city": "Os'


def pieces_of(wire: Wire, upstream: Dialect, kind: type[Any]) -> list[Any]:
    """The pieces of one kind in the conversation that reached the upstream."""
    return [piece for _, pieces in read(upstream, wire.sent().json) for piece in pieces if isinstance(piece, kind)]


@mutant("dialects/anthropic/toolids.py", "if _LEGAL.fullmatch(call_id):", "if True:")
@STREAM
@pytest.mark.parametrize("made", ["functions.add:0", "call_🙂", "get weather/0"])
def test_T9_an_id_outside_the_alphabet_of_messages_is_spelt_and_read_back(wire: Wire, made: str, stream: bool) -> None:
    say = streamed if stream else whole
    model = wire.says(C, say(C, calls=[Call(made, "weather", OSLO)]), say(C))
    told = heard(wire.ask(A, model, written(A, ASK, "weather"), stream=stream)).calls[0]
    assert told.id is not None
    assert LEGAL.fullmatch(told.id)
    turns = [*ASK, assistant(told), results(Result(told.id, "mild"))]
    wire.ask(A, model, written(A, turns, "weather"), stream=stream)
    # The model that made the id gets it back as it was, by what the bytes tell alone.
    assert [call.id for call in pieces_of(wire, C, Call)] == [made]
    assert [result.id for result in pieces_of(wire, C, Result)] == [made]


@mutant("dialects/converse/conversation.py", "    if _LEGAL_ID.fullmatch(call_id):", "    if True:")
@pytest.mark.parametrize("caller", LOOSE)
@pytest.mark.parametrize("upstream", [A, V])
def test_T9_a_foreign_id_is_legal_and_the_same_for_call_and_result(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    turns = [*ASK, assistant(Call("functions.add:0", "add", OSLO)), results(Result("functions.add:0", "3"))]
    wire.ask(caller, wire.says(upstream, whole(upstream)), written(caller, turns, "add"))
    (call,), (result,) = pieces_of(wire, upstream, Call), pieces_of(wire, upstream, Result)
    assert call.id == result.id
    assert LEGAL.fullmatch(call.id)


@mutant("dialects/openai_chat/toolids.py", "    if _LEGAL.fullmatch(call_id):", "    if True:")
@pytest.mark.parametrize("caller", ALL)
@pytest.mark.parametrize("made", ["toolu_01A", "call_abcdefghijklmnopqrstuvwx", "abcDEF123"])
def test_T9_mistral_gets_nine_letters_and_digits(wire: Wire, caller: Dialect, made: str) -> None:
    turns = [*ASK, assistant(Call(made, "weather", OSLO)), results(Result(made, "mild", "weather"))]
    model = wire.says(C, whole(C), provider="mistral")
    for _ in range(2):
        wire.ask(caller, model, written(caller, turns, "weather"))
    (call,), (result,) = pieces_of(wire, C, Call), pieces_of(wire, C, Result)
    assert call.id == result.id
    assert re.fullmatch("[a-zA-Z0-9]{9}", call.id)
    assert (call.id == made) is (made == "abcDEF123")
    # Without state: the same bytes make the same id.
    assert wire.upstream.sent[-2].json == wire.sent().json


@mutant("dialects/openai_responses/conversation.py", "if len(call_id) <= MAX_CALL_ID:", "if True:")
@pytest.mark.parametrize("caller", [C, A, G, L, V])
def test_T9_responses_gets_ids_of_64_characters_at_most(wire: Wire, caller: Dialect) -> None:
    made = "call_" + "x" * 80
    turns = [*ASK, assistant(Call(made, "weather", OSLO)), results(Result(made, "mild", "weather"))]
    wire.ask(caller, wire.says(R, whole(R)), written(caller, turns, "weather"))
    (call,), (result,) = pieces_of(wire, R, Call), pieces_of(wire, R, Result)
    assert call.id == result.id
    assert len(call.id) <= 64


@mutant(
    "dialects/gemini/pieces.py",
    'else {"id": part.id}\n    return {**body, "name": part.name',
    'else {"id": ""}\n    return {**body, "name": part.name',
)
@STREAM
@pytest.mark.parametrize("caller", [C, R, A, L, V])
def test_T10_a_call_without_an_id_gets_a_stable_one(wire: Wire, caller: Dialect, stream: bool) -> None:
    say = streamed if stream else whole
    bare = [Call(None, "weather", OSLO), Call(None, "weather", ROME)]
    model = wire.says(G, say(G, calls=bare))
    ask = written(caller, ASK, "weather")
    told = heard(wire.ask(caller, model, ask, stream=stream)).calls
    assert [call.arguments for call in told] == [OSLO, ROME]
    assert len({call.id for call in told}) == 2
    assert all(call.id and LEGAL.fullmatch(call.id) for call in told)
    # Stable: any replica makes the same of the same bytes, streamed or not.
    assert heard(wire.ask(caller, model, ask, stream=stream)).calls == told
    # The upstream never heard of these ids; it pairs by name and order, whatever order the results came in.
    turns = [*ASK, assistant(*told), results(Result(told[1].id, "hot"), Result(told[0].id, "mild"))]
    wire.ask(caller, model, written(caller, turns, "weather"), stream=stream)
    assert pieces_of(wire, G, Call) == bare
    assert pieces_of(wire, G, Result) == [Result(None, "mild", "weather"), Result(None, "hot", "weather")]
    # An id of its own goes back as it was.
    own = [*ASK, assistant(Call("abc", "weather", OSLO)), results(Result("abc", "mild"))]
    wire.ask(caller, model, written(caller, own, "weather"), stream=stream)
    assert [piece.id for piece in (*pieces_of(wire, G, Call), *pieces_of(wire, G, Result))] == ["abc", "abc"]


@mutant("dialects/gemini/request_reader.py", "call.name == name and call.id not in answered", "call.id not in answered")
@pytest.mark.parametrize("upstream", [C, R, A, L, V])
def test_T10_results_without_ids_are_paired_by_name_and_order(wire: Wire, upstream: Dialect) -> None:
    bare = [Call(None, "weather", OSLO), Call(None, "tides", {}), Call(None, "weather", ROME)]
    said = [Result(None, "low", "tides"), Result(None, "mild", "weather"), Result(None, "hot", "weather")]
    turns = [*ASK, assistant(*bare), results(*said)]
    wire.ask(G, wire.says(upstream, whole(upstream)), written(G, turns, "weather", "tides"))
    calls, told = pieces_of(wire, upstream, Call), pieces_of(wire, upstream, Result)
    text_of = {result.id: result.text for result in told}
    assert [text_of[call.id] for call in calls] == ["mild", "low", "hot"]
    assert [call.arguments for call in calls] == [OSLO, {}, ROME]


TWO = [Call("call_1", "weather", OSLO), Call("call_2", "weather", ROME)]
BOTH: list[Piece] = [Result("call_1", "mild", "weather"), Result("call_2", "hot", "weather")]


@mutant(
    "dialects/turntaking.py",
    "return [given[place] for place in range(len(due))] + others",
    "return others + [given[place] for place in range(len(due))]",
)
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
def test_T11_all_results_of_a_turn_stand_together(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    # Loosely ordered dialects have a message for each result, and the user's words after them.
    said = [results(*BOTH), user("So?")] if caller in LOOSE else [("user", [*BOTH, Text("So?")])]
    body = written(caller, [*ASK, assistant(*TWO), *said], "weather")
    if caller == R and upstream == A:
        # Words that came before the results in the turn go after them.
        body["input"].insert(3, body["input"].pop())
    wire.ask(caller, wire.says(upstream, whole(upstream)), body)
    turns = read(upstream, wire.sent().json)[1:]
    told = [piece._replace(name="") if isinstance(piece, Result) else piece for _, ps in turns for piece in ps]
    assert told == [*TWO, *(one._replace(name="") for one in BOTH if isinstance(one, Result)), Text("So?")]
    shape = {C: [2, 1, 1, 1], L: [2, 1, 1, 1], R: [1, 1, 1, 1, 1]}.get(upstream, [2, 3])
    assert [len(pieces) for _, pieces in turns] == shape


@mutant("dialects/turntaking.py", "if call_id == part.call_id and", "if True and")
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
def test_T12_results_are_paired_by_id_and_never_by_place(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    turns = [*ASK, assistant(*TWO), results(*BOTH[::-1])]
    wire.ask(caller, wire.says(upstream, whole(upstream)), written(caller, turns, "weather"))
    text_of = {result.id: result.text for result in pieces_of(wire, upstream, Result)}
    assert [text_of[call.id] for call in pieces_of(wire, upstream, Call)] == ["mild", "hot"]


@mutant("dialects/turntaking.py", "if place not in given:", "if place not in given and place:")
@pytest.mark.parametrize("upstream", STRICT)
@pytest.mark.parametrize("caller", LOOSE)
@pytest.mark.parametrize("after", [[], [user("Never mind.")], [results(BOTH[1])]], ids=["end", "words", "one"])
def test_T13_a_missing_result_is_told_as_an_error(wire: Wire, caller: Dialect, upstream: Dialect, after: Any) -> None:
    body = written(caller, [*ASK, assistant(*TWO), *after], "weather")
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), body)
    told = {result.id: result for result in pieces_of(wire, upstream, Result)}
    assert [call.id for call in pieces_of(wire, upstream, Call)] == list(told) == ["call_1", "call_2"]
    assert told["call_1"].failed
    assert told["call_2"].failed is (after != [results(BOTH[1])])
    assert "messages" in answer.omitted
    before = wire.reached()
    strict = wire.ask(caller, wire.says(upstream, whole(upstream)), body, x_understudy_strict="true")
    assert (strict.status, wire.reached()) == (400, before)


@mutant(
    "dialects/turntaking.py",
    "        if place is None:\n            raise",
    "        if place is None:\n            continue\n            raise",
)
@pytest.mark.parametrize("upstream", STRICT)
@pytest.mark.parametrize("caller", LOOSE)
def test_T13_a_result_without_a_call_is_refused(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    answer = wire.ask(
        caller, wire.says(upstream, whole(upstream)), written(caller, [*ASK, results(BOTH[0])], "weather")
    )
    assert answer.status == 400
    assert b"call_1" in answer.body


@mutant(
    "dialects/arguments.py",
    "    if not text.strip():\n        return {}",
    "    if not text.strip():\n        return None",
)
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", LOOSE)
@pytest.mark.parametrize("spelt", ["", '{"city":"Oslo","days":3}'])
def test_T14_arguments_are_a_text_or_an_object(wire: Wire, caller: Dialect, upstream: Dialect, spelt: str) -> None:
    turns = [*ASK, assistant(Call("call_1", "weather", spelt)), results(Result("call_1", "mild"))]
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), written(caller, turns, "weather"))
    assert not any(field.startswith(("messages", "input")) for field in answer.omitted)
    (call,) = pieces_of(wire, upstream, Call)
    # A caller of the same dialect is passed on as it came.
    empty = "" if upstream == caller else {}
    assert call.arguments == ({"city": "Oslo", "days": 3} if spelt else empty)


@mutant(
    "dialects/anthropic/blocks.py",
    'msgspec.json.encode(fields.need("input", OBJECT)).decode()',
    'str(fields.need("input", OBJECT))',
)
@pytest.mark.parametrize("upstream", LOOSE)
@pytest.mark.parametrize("caller", STRICT)
def test_T14_an_object_becomes_a_text(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    turns = [*ASK, assistant(Call("call_1", "weather", OSLO)), results(Result("call_1", "mild", "weather"))]
    wire.ask(caller, wire.says(upstream, whole(upstream)), written(caller, turns, "weather"))
    assert pieces_of(wire, upstream, Call) == [Call("call_1", "weather", OSLO)]


@mutant("dialects/stopping.py", "    if broken and reason in", "    if False and reason in")
@STREAM
@pytest.mark.parametrize("caller", STRICT)
@pytest.mark.parametrize("word", ["length", "tool_calls"])
def test_T14_arguments_that_were_cut_off_never_look_like_a_call_to_run(
    wire: Wire, caller: Dialect, word: str, stream: bool
) -> None:
    say = streamed if stream else whole
    model = wire.says(C, say(C, calls=[Call("call_1", "weather", CUT)], stop=word))
    answer = heard(wire.ask(caller, model, written(caller, ASK, "weather"), stream=stream))
    assert answer.stop == {A: "max_tokens", G: "MAX_TOKENS", V: "max_tokens"}[caller]
    # Nobody closed the brackets: nothing of the arguments is told, or, piece by piece, just what came.
    streams_pieces = stream and caller in (A, V)
    assert [call.arguments for call in answer.calls] == [CUT if streams_pieces else {}]


@STREAM
@pytest.mark.parametrize("caller", LOOSE)
@pytest.mark.parametrize("upstream", LOOSE)
def test_T14_cut_arguments_stay_as_they_are_where_they_are_a_text(
    wire: Wire, caller: Dialect, upstream: Dialect, stream: bool
) -> None:
    stop = "max_output_tokens" if upstream == R else "length"
    told = [Call("call_1", "weather", CUT)]
    model = wire.says(upstream, (streamed if stream else whole)(upstream, calls=told, stop=stop))
    answer = heard(wire.ask(caller, model, written(caller, ASK, "weather"), stream=stream))
    assert answer.calls == told
    assert answer.stop == ("max_output_tokens" if caller == R else "length")


@pytest.mark.parametrize("upstream", STRICT)
def test_T14_cut_arguments_in_the_conversation_are_sent_as_nothing(wire: Wire, upstream: Dialect) -> None:
    turns = [*ASK, assistant(Call("call_1", "weather", CUT)), results(Result("call_1", "What?"))]
    answer = wire.ask(C, wire.says(upstream, whole(upstream)), written(C, turns, "weather"))
    assert [call.arguments for call in pieces_of(wire, upstream, Call)] == [{}]
    assert any(field.startswith("messages[1]") for field in answer.omitted), answer.omitted


@mutant(
    "dialects/anthropic/stream_reader.py",
    "        if not delta.text:\n            return ()\n",
    "        if not delta.text:\n            return (Delta(block.index, '{}'),)\n",
)
@pytest.mark.parametrize("deltas", [0, 1, 2])
@pytest.mark.parametrize("caller", ALL)
def test_T15_a_streamed_call_of_messages_without_arguments(wire: Wire, caller: Dialect, deltas: int) -> None:
    events = streamed(A, calls=[Call("toolu_1", "tides", "")])
    empty = {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": ""}}
    answer = wire.ask(
        caller, wire.says(A, [*events[:2], *[empty] * deltas, *events[2:]]), written(caller, ASK, "tides"), stream=True
    )
    (call,) = heard(answer).calls
    assert call.arguments == {}


@pytest.mark.parametrize("upstream", [C, R, G, L, V])
def test_T15_messages_get_one_empty_delta_or_none(wire: Wire, upstream: Dialect) -> None:
    events = streamed(upstream, calls=[Call("call_1", "tides", {} if upstream == G else "")])
    if upstream == C:
        # Hosts send any number of empty pieces.
        nothing = {"tool_calls": [{"index": 0, "function": {"arguments": ""}}]}
        events[2:2] = [chunk(nothing), chunk(nothing)]
    answer = wire.ask(A, wire.says(upstream, events), written(A, ASK, "tides"), stream=True)
    told = [e["delta"]["partial_json"] for e in answer.events if e.get("delta", {}).get("type") == "input_json_delta"]
    assert "".join(told) in ("", "{}")
    assert told.count("") <= 1
    assert heard(answer).calls[0].arguments == {}


@mutant(
    "dialects/openai_chat/stream_reader.py",
    "            return self._call_of.get(delta.id)\n",
    "            return self._calls[-1] if self._calls else None\n",
)
@pytest.mark.parametrize("caller", ALL)
def test_T16_deltas_without_an_index_are_keyed_by_their_id(wire: Wire, caller: Dialect) -> None:
    def piece(call_id: str, name: str | None, arguments: str) -> dict[str, Any]:
        function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
        return chunk({"tool_calls": [{"id": call_id, "type": "function", "function": function}]})

    pieces = [
        piece("abcDEF123", "weather", '{"city": '),
        piece("xyzXYZ456", "weather", '{"city": "Rome"'),
        piece("abcDEF123", None, '"Oslo"}'),
        piece("xyzXYZ456", None, "}"),
    ]
    model = wire.says(C, [*pieces, *streamed(C, "x", stop="tool_calls")[-3:]], provider="mistral")
    if caller == C:
        # A caller of the same dialect gets the bytes.
        assert [json_of["choices"] for json_of in wire.ask(C, model, written(C, ASK), stream=True).events[:4]] == [
            one["choices"] for one in pieces
        ]
        return
    calls = heard(wire.ask(caller, model, written(caller, ASK, "weather"), stream=True)).calls
    assert [(call.name, call.arguments) for call in calls] == [("weather", OSLO), ("weather", ROME)]


@STREAM
@pytest.mark.parametrize("caller", [R, A, G, L, V])
def test_T16_whole_calls_in_one_chunk(wire: Wire, caller: Dialect, stream: bool) -> None:
    spelt = [("abcDEF123", '{"city": "Oslo"}'), ("xyzXYZ456", '{"city": "Rome"}')]
    told = [{"id": one, "function": {"name": "weather", "arguments": text}} for one, text in spelt]
    said = [chunk({"role": "assistant", "content": "", "tool_calls": told}, "tool_calls"), DONE]
    model = wire.says(C, said if stream else whole(C, calls=[Call("a", "weather", OSLO), Call("b", "weather", ROME)]))
    calls = heard(wire.ask(caller, model, written(caller, ASK, "weather"), stream=stream)).calls
    assert [(call.name, call.arguments) for call in calls] == [("weather", OSLO), ("weather", ROME)]


@mutant("dialects/gemini/assembly.py", 'return call.get("willContinue") is not True', "return True")
@pytest.mark.parametrize("caller", [C, R, A, L, V])
def test_T17_arguments_in_pieces_are_put_together(wire: Wire, caller: Dialect) -> None:
    def part(**call: Any) -> dict[str, Any]:
        return {"candidates": [{"content": {"role": "model", "parts": [{"functionCall": call}]}, "index": 0}]}

    def string(path: str, text: str, more: bool) -> dict[str, Any]:
        return {"jsonPath": path, "stringValue": text, **({"willContinue": True} if more else {})}

    pieces = [
        part(name="weather", willContinue=True),
        part(partialArgs=[string("$.place.city", "Os", True)], willContinue=True),
        part(partialArgs=[string("$.place.city", "lo", False)], willContinue=True),
        part(partialArgs=[{"jsonPath": "$.days[0]", "numberValue": 3}], willContinue=True),
        part(partialArgs=[{"jsonPath": "$.sea", "boolValue": True}, {"jsonPath": "$.unit", "nullValue": None}]),
    ]
    model = wire.says(G, [*pieces, streamed(G, "x")[-1]])
    calls = heard(wire.ask(caller, model, written(caller, ASK, "weather"), stream=True)).calls
    assert [(call.name, call.arguments) for call in calls] == [
        ("weather", {"place": {"city": "Oslo"}, "days": [3], "sea": True, "unit": None})
    ]
