"""The readers and writers that all requirements lean on: every dialect's answer reaches every caller."""

import pytest

from tests.wire.answers import TEXT, heard, streamed, whole
from tests.wire.asks import ASK, Call, Result, Text, assistant, read, results, user, written
from tests.wire.house import ALL, CUT, DONE, C, Dialect, Wire

CALLS = [Call("call_1", "weather", {"city": "Oslo"}), Call("call_2", "tides", {})]
TURNS = [*ASK, assistant(*CALLS), results(Result("call_1", "mild", "weather"), Result("call_2", "low", "tides"))]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
def test_words_and_calls_reach_every_caller(wire: Wire, caller: Dialect, upstream: Dialect, stream: bool) -> None:
    say = streamed if stream else whole
    model = wire.says(upstream, say(upstream), say(upstream, "I look.", CALLS))
    answer = heard(wire.ask(caller, model, written(caller, ASK), stream=stream))
    assert (answer.text, answer.calls) == (TEXT, [])
    answer = heard(wire.ask(caller, model, written(caller, TURNS, "weather", "tides"), stream=stream))
    assert answer.text == "I look."
    assert [(call.name, call.arguments) for call in answer.calls] == [(one.name, one.arguments) for one in CALLS]
    turns = read(upstream, wire.sent().json)
    called = [piece for _, pieces in turns for piece in pieces if isinstance(piece, Call)]
    assert [(call.name, call.arguments) for call in called] == [(one.name, one.arguments) for one in CALLS]
    told = [piece.text for _, pieces in turns for piece in pieces if isinstance(piece, Result)]
    assert told == ["mild", "low"]
    assert turns[0] == user("How is the harbour?")


def test_a_stream_is_cut_where_the_script_says_so(wire: Wire) -> None:
    frames = streamed(C)
    model = wire.says(C, [*frames[:2], CUT, *frames[2:]])
    answer = wire.ask(C, model, written(C, ASK), stream=True)
    assert DONE not in answer.body
    assert b'"error"' in answer.body


def test_bytes_stand_as_they_are(wire: Wire) -> None:
    raw = b'{"choices": [{"message": {"role": "assistant", "content": "Calm."}, "finish_reason": "stop"}]}'
    answer = wire.ask(C, wire.says(C, raw), written(C, [("user", [Text("Hm?")])]))
    assert heard(answer).text == "Calm."
