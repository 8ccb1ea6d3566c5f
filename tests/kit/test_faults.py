"""Recorded answers that break on their way: what is harmless goes unnoticed, what is not never looks complete.

The faults are the replay's own, made on recorded bytes. A fault is told as an HTTP status while nothing was sent, and
as an error inside the stream once something was; after either there is nothing that looks like an ending.
"""

from typing import Any

import aiohttp
import pytest

from tests.kit.recordings import CHAT, GEMINI, MESSAGES, RESPONSES, Recording, chosen, neutral
from tests.kit.stage import Answer, Stage, ask, each, request

# Those whose streams are events of text, which the replay knows how to break.
DIALECTS = (CHAT, RESPONSES, MESSAGES, GEMINI)
# How many recordings of each dialect meet each fault; half of them call tools.
SAMPLES = 6
# An answer below this many bytes may have all its content behind its middle, where these faults strike.
MIN_BYTES = 4_000
HARMLESS = ("split1", "split7", "garbage", "nodone")
BREAKING = ("cut50", "eof50", "stall", "inband", "halftool")
_OPENAI = (CHAT, RESPONSES)
_OVERLOADED = {
    **dict.fromkeys(_OPENAI, (503, "overloaded_error")),
    MESSAGES: (529, "overloaded_error"),
    GEMINI: (503, "UNAVAILABLE"),
}
REFUSALS: dict[str, dict[str, tuple[int, str]]] = {
    "429": {
        **dict.fromkeys(_OPENAI, (429, "rate_limit_error")),
        MESSAGES: (429, "rate_limit_error"),
        GEMINI: (429, "RESOURCE_EXHAUSTED"),
    },
    "500": {**dict.fromkeys(_OPENAI, (500, "server_error")), MESSAGES: (500, "api_error"), GEMINI: (500, "INTERNAL")},
    "503": _OVERLOADED,
    "529": _OVERLOADED,
}


@pytest.fixture(scope="module")
def samples(staged: Stage) -> list[Recording]:
    """A handful of streams of each dialect, with and without tools, long enough to be broken in the middle."""
    return [recording for dialect in DIALECTS for recording in _samples(dialect)]


def _samples(dialect: str) -> list[Recording]:
    streams = [recording for recording in chosen()[0] if recording.stream and recording.protocol in DIALECTS]
    usable = [recording for recording in streams if len(recording.response["sse_text"]) >= MIN_BYTES]
    tools = [recording for recording in usable if "streamed_tool_deltas" in recording.features]
    words = [recording for recording in usable if recording.view["text"] and not recording.view["tools"]]
    return [*_first(tools, dialect, SAMPLES // 2), *_first(words, dialect, SAMPLES // 2)]


def _first(recordings: list[Recording], dialect: str, count: int) -> list[Recording]:
    return [recording for recording in recordings if recording.protocol == dialect][:count]


def suffer(staged: Stage, recordings: list[Recording], client: str, fault: str) -> list[Answer]:
    """What callers of a dialect get of these recordings with a fault, in their order."""

    async def one(session: aiohttp.ClientSession, recording: Recording) -> Answer:
        return await ask(session, staged.url, client, request(recording, client, fault))

    return each(recordings, one)


def views(client: str, answers: list[Answer]) -> list[dict[str, Any]]:
    """What the oracle reads in these answers."""
    return [neutral(client, answer.response) for answer in answers]


@pytest.mark.parametrize("client", DIALECTS)
@pytest.mark.parametrize("fault", HARMLESS)
def test_F4_a_harmless_fault_goes_unnoticed(staged: Stage, samples: list[Recording], client: str, fault: str) -> None:
    hurt = views(client, suffer(staged, samples, client, fault))
    assert hurt == views(client, suffer(staged, samples, client, ""))
    assert all(view["complete"] for view in hurt)


@pytest.mark.parametrize("client", DIALECTS)
@pytest.mark.parametrize("fault", BREAKING)
def test_F1_F2_F3_F5_F8_a_broken_answer_never_looks_complete(
    staged: Stage, samples: list[Recording], client: str, fault: str
) -> None:
    whole = views(client, suffer(staged, samples, client, ""))
    answers = suffer(staged, samples, client, fault)
    for answer, view, undisturbed in zip(answers, views(client, answers), whole, strict=True):
        assert undisturbed["text"].startswith(view["text"])
        assert view["error"], (fault, answer)
        assert view["error"]["message"]
        assert not view["complete"]
        if answer.status == 200:
            assert not looks_finished(client, answer.response["sse_text"])


@pytest.mark.parametrize("client", DIALECTS)
@pytest.mark.parametrize("fault", ["cut50", "eof50"])
def test_F1_F2_half_of_a_whole_answer_is_an_error(staged: Stage, client: str, fault: str) -> None:
    whole = [recording for recording in chosen()[0] if not recording.stream and "tool_call" in recording.features]
    halves = [recording for dialect in DIALECTS for recording in _first(whole, dialect, SAMPLES // 2)]
    for answer in suffer(staged, halves, client, fault):
        assert answer.status == 502
        assert neutral(client, answer.response)["error"]["message"]


def looks_finished(client: str, text: str) -> bool:
    """Whether anything in a stream says that the answer is complete."""
    endings = {CHAT: "[DONE]", RESPONSES: "response.completed", MESSAGES: "message_stop", GEMINI: "finishReason"}
    return endings[client] in text


@pytest.mark.parametrize("client", DIALECTS)
def test_F9_pings_alone_are_no_answer(staged: Stage, samples: list[Recording], client: str) -> None:
    answers = suffer(staged, samples[::SAMPLES], client, "pingonly")
    for view in views(client, answers):
        assert view["error"]
        assert not view["complete"]
        assert not view["text"]


@pytest.mark.parametrize("client", DIALECTS)
def test_F10_events_under_a_wrong_content_type_are_still_an_answer(
    staged: Stage, samples: list[Recording], client: str
) -> None:
    assert views(client, suffer(staged, samples, client, "ctype")) == views(client, suffer(staged, samples, client, ""))


@pytest.mark.parametrize("client", DIALECTS)
@pytest.mark.parametrize("fault", REFUSALS)
def test_F6_a_refusal_keeps_its_status_in_the_callers_words(
    staged: Stage, samples: list[Recording], client: str, fault: str
) -> None:
    status, word = REFUSALS[fault][client]
    answers = suffer(staged, samples[:: SAMPLES // 2], client, fault)
    for answer, view in zip(answers, views(client, answers), strict=True):
        assert answer.status == status
        assert view["error"]["type"] == word
        assert "injected fault" in view["error"]["message"]
        if fault != "500":
            assert answer.headers["retry-after"] == "1"
