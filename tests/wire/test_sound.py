"""T45: sound in a question."""

import base64
from typing import Any

import pytest

from tests.wire.answers import heard, whole
from tests.wire.asks import ASK, written
from tests.wire.house import A, C, Dialect, G, L, R, V, Wire
from tests.wire.mutants import mutant

# The first bytes of a WAV file, so that whoever looks at them finds what they are said to be.
SOUND = base64.b64encode(b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00").decode()
PIECE: dict[Dialect, Any] = {
    C: {"type": "input_audio", "input_audio": {"data": SOUND, "format": "wav"}},
    G: {"inlineData": {"mimeType": "audio/wav", "data": SOUND}},
    V: {"audio": {"format": "wav", "source": {"bytes": SOUND}}},
}


def spoken(dialect: Dialect) -> dict[str, Any]:
    """A question with sound beside its words."""
    body = written(dialect, ASK)
    if dialect == C:
        body["messages"][0]["content"] = [{"type": "text", "text": "What is said here?"}, PIECE[C]]
    elif dialect == G:
        body["contents"][0]["parts"].append(PIECE[G])
    else:
        body["messages"][0]["content"].append(PIECE[V])
    return body


def pieces(dialect: Dialect, body: Any) -> list[Any]:
    """The pieces of the one turn that reached the upstream."""
    turn = body["contents"][0]["parts"] if dialect == G else body["messages"][0]["content"]
    return list(turn)


@mutant("dialects/openai_chat/blocks.py", 'if kind == "input_audio":', 'if kind == "none":')
@pytest.mark.parametrize("upstream", PIECE)
@pytest.mark.parametrize("caller", PIECE)
def test_T45_sound_crosses_where_it_has_a_form(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), spoken(caller))
    assert heard(answer).text == "The harbour is calm."
    words, sound = pieces(upstream, wire.sent().json)
    assert "text" in words
    assert sound == PIECE[upstream]


@pytest.mark.parametrize("upstream", [A, R, L])
@pytest.mark.parametrize("caller", PIECE)
def test_T45_it_is_refused_by_name_elsewhere(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    model, before = wire.says(upstream, whole(upstream)), wire.reached()
    answer = wire.ask(caller, model, spoken(caller))
    assert answer.status == 400
    assert b"audio" in answer.body
    assert wire.reached() == before
