"""T45, sound in a question: who says it to whom, byte for byte, and who refuses it by name."""

from typing import Any

import msgspec
import pytest

from understudy.canon.faults import Fault
from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.contract import Target
from understudy.dialects.converse import DIALECT as CONVERSE
from understudy.dialects.gemini import DIALECT as GEMINI
from understudy.dialects.llama import DIALECT as LLAMA
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.dialects.openai_responses import DIALECT as RESPONSES

DATA = "UklGRg=="
ADDRESS = "/v1beta/models/m:generateContent"


def chat(word: str) -> Any:
    sound = {"type": "input_audio", "input_audio": {"data": DATA, "format": word}}
    return CHAT, "/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": [sound]}]}


def gemini(media_type: str) -> Any:
    sound = {"inlineData": {"mimeType": media_type, "data": DATA}}
    return GEMINI, ADDRESS, {"contents": [{"role": "user", "parts": [sound]}]}


def converse(word: str) -> Any:
    sound = {"audio": {"format": word, "source": {"bytes": DATA}}}
    return CONVERSE, "/model/m/converse", {"messages": [{"role": "user", "content": [sound]}]}


def crossed(asked: Any, upstream: Any) -> Any:
    """The one piece of the question as the upstream is told it."""
    dialect, address, body = asked
    request = dialect.decode_request(msgspec.json.encode(body), address)
    sent = upstream.encode_request(request, Target("m", upstream.name))
    assert sent.omissions == ()
    told = msgspec.json.decode(sent.body)
    (turn,) = told["contents"] if upstream is GEMINI else told["messages"]
    return (turn["parts"] if upstream is GEMINI else turn["content"])[0]


@pytest.mark.parametrize(("word", "media_type"), [("wav", "audio/wav"), ("mp3", "audio/mp3")])
def test_T45_sound_crosses_between_those_that_listen(word: str, media_type: str) -> None:
    as_chat = {"type": "input_audio", "input_audio": {"data": DATA, "format": word}}
    as_gemini = {"inlineData": {"mimeType": media_type, "data": DATA}}
    as_converse = {"audio": {"format": word, "source": {"bytes": DATA}}}
    for asked in (chat(word), gemini(media_type), converse(word)):
        assert crossed(asked, CHAT) == as_chat
        assert crossed(asked, GEMINI) == as_gemini
        assert crossed(asked, CONVERSE) == as_converse


@pytest.mark.parametrize(("other", "word"), [("audio/x-wav", "wav"), ("audio/wave", "wav"), ("audio/mpeg", "mp3")])
def test_T45_other_names_of_the_same_form(other: str, word: str) -> None:
    assert crossed(gemini(other), CHAT)["input_audio"]["format"] == word
    assert crossed(gemini(other), CONVERSE)["audio"]["format"] == word


@pytest.mark.parametrize("upstream", [MESSAGES, RESPONSES, LLAMA])
def test_T45_those_that_do_not_listen_refuse_it_by_name(upstream: Any) -> None:
    for asked in (chat("wav"), gemini("audio/wav"), converse("wav")):
        with pytest.raises(Fault, match="audio") as caught:
            crossed(asked, upstream)
        assert asked[0].name in caught.value.message
        assert upstream.name in caught.value.message


def test_T45_a_form_that_is_not_listed_is_refused_with_those_that_are() -> None:
    with pytest.raises(Fault, match=r"no audio of type 'audio/flac', only audio/wav.*audio/mp3"):
        crossed(gemini("audio/flac"), CHAT)
    assert crossed(gemini("audio/flac"), CONVERSE)["audio"]["format"] == "flac"
    with pytest.raises(Fault, match="'audio/midi'"):
        crossed(gemini("audio/midi"), CONVERSE)
    with pytest.raises(Fault, match="'input_audio'"):
        crossed(chat("pcm16"), GEMINI)
    with pytest.raises(Fault, match="'audio'"):
        crossed(converse("mkv"), GEMINI)
