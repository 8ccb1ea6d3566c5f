"""What a caller sees when the upstream fails: never a finish that was not sent, never a success that was not one."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest

from tests.journeys.house import PATIENCE_S, WORDS, Server, Upstream, eventually, get, post

ASK: Any = [{"role": "user", "content": "How is the harbour?"}]
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
UPSTREAMS = ("chatty", "messagy")


def ask(
    house: Server, path: str, model: str, *, stream: bool = True, heard: threading.Event | None = None
) -> tuple[int, dict[str, str], bytes]:
    body = {"model": model, "messages": ASK, "stream": stream, "max_tokens": 50}
    return post(house.url + path, json.dumps(body).encode(), heard.set if heard is not None else None)


@pytest.fixture
def heard(scripted: Upstream) -> Iterator[threading.Event]:
    """What breaks off does so after its first words were heard: what comes in one piece with a break may be lost."""
    scripted.heard = threading.Event()
    yield scripted.heard
    scripted.heard = None


def looks_finished(path: str, body: bytes) -> bool:
    """Whether anything in the stream says that the answer is complete."""
    if path == MESSAGES:
        return b"message_stop" in body or b'"stop_reason":"' in body.replace(b" ", b"")
    return b"[DONE]" in body or b'"finish_reason":"' in body.replace(b" ", b"")


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
@pytest.mark.parametrize("provider", UPSTREAMS)
@pytest.mark.parametrize("fault", ["cut", "eof", "stall", "inband"])
def test_F1_F2_F3_F5_a_broken_stream_ends_in_an_error_and_never_looks_complete(
    house: Server, hasty: Server, heard: threading.Event, provider: str, path: str, fault: str
) -> None:
    status, _, body = ask(hasty if fault == "stall" else house, path, f"{provider}/{fault}", heard=heard)
    assert status == 200
    assert WORDS[0].strip().encode() in body
    assert b'"error"' in body
    assert (b"scripted overload" in body) == (fault == "inband")
    assert not looks_finished(path, body)


@pytest.mark.parametrize("provider", UPSTREAMS)
@pytest.mark.parametrize("fault", ["cut", "eof", "stall", "inband"])
def test_the_sdk_raises_on_a_broken_stream(house: Server, hasty: Server, provider: str, fault: str) -> None:
    asked = hasty if fault == "stall" else house
    with (
        openai.OpenAI(base_url=f"{asked.url}/v1", api_key="any", max_retries=0) as chat,
        pytest.raises(openai.APIError),
    ):
        list(chat.chat.completions.create(model=f"{provider}/{fault}", messages=ASK, stream=True))
    with (
        anthropic.Anthropic(base_url=asked.url, api_key="any", max_retries=0) as messages,
        pytest.raises(anthropic.APIError),
        messages.messages.stream(model=f"{provider}/{fault}", max_tokens=50, messages=ASK) as stream,
    ):
        stream.get_final_message()


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
@pytest.mark.parametrize("provider", UPSTREAMS)
def test_F4_a_malformed_event_is_skipped(house: Server, provider: str, path: str) -> None:
    status, headers, body = ask(house, path, f"{provider}/garbage")
    assert status == 200
    assert b'"error"' not in body
    assert looks_finished(path, body)

    def counted() -> Any:
        found = get(f"{house.url}/understudy/v1/exchanges?limit=20")["exchanges"]
        return [one["malformed"] for one in found if one["id"] == headers["x-understudy-request-id"]]

    assert eventually(counted) == [1]
    assert "understudy_malformed_events_total" in get(f"{house.url}/metrics")


@pytest.mark.parametrize(("path", "status"), [(CHAT, 503), (MESSAGES, 529)])
def test_F6_overload_keeps_the_word_of_the_callers_dialect(house: Server, path: str, status: int) -> None:
    got, headers, body = ask(house, path, "messagy/status-529")
    assert got == status
    assert headers["retry-after"] == "1"
    assert json.loads(body)["error"]["message"]


@pytest.mark.parametrize("provider", UPSTREAMS)
def test_F7_a_silent_model_is_kept_alive_and_then_fails(hasty: Server, scripted: Upstream, provider: str) -> None:
    scripted.aborted.clear()
    status, _, body = ask(hasty, CHAT, f"{provider}/silent")
    # The first keep-alive went out after 0.5 s, so the failure at 2 s can only be told in-band.
    assert status == 200
    assert body.startswith(b":")
    assert b'"error"' in body
    assert not looks_finished(CHAT, body)
    assert scripted.aborted.wait(PATIENCE_S)


@pytest.mark.parametrize("stream", [True, False])
def test_F10_a_web_page_is_no_answer(house: Server, stream: bool) -> None:
    status, _, body = ask(house, CHAT, "chatty/html", stream=stream)
    assert status == 502
    assert b"maintenance" not in body


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_fallback_before_the_first_content_is_unseen(house: Server, path: str, stream: bool) -> None:
    status, headers, body = ask(house, path, "falls-back", stream=stream)
    assert status == 200
    assert headers["x-understudy-model"] == "messages-model"
    assert "broken, dead failed first" in headers["x-understudy-reason"]
    assert body.count(b"The harbour") == 1

    def booked() -> Any:
        found = get(f"{house.url}/understudy/v1/exchanges?route=falls-back")["exchanges"]
        return [attempt["outcome"] for attempt in found[0]["attempts"]] if found else None

    assert eventually(booked) == ["upstream_internal", "upstream", "ok"]


def test_no_fallback_after_content(house: Server, scripted: Upstream, heard: threading.Event) -> None:
    before = len(scripted.bodies)
    status, _, body = ask(house, CHAT, "cut-falls-not-back", heard=heard)
    assert status == 200
    assert b'"error"' in body
    assert not looks_finished(CHAT, body)
    assert len(scripted.bodies) == before + 1


def test_the_journal_has_every_failure(house: Server, heard: threading.Event) -> None:
    _, headers, _ = ask(house, CHAT, "chatty/cut", heard=heard)

    def booked() -> Any:
        found = get(f"{house.url}/understudy/v1/exchanges?limit=5")["exchanges"]
        return next((one for one in found if one["id"] == headers["x-understudy-request-id"]), None)

    exchange = eventually(booked)
    assert exchange["status"] == "incomplete"
    assert exchange["fault"] in ("upstream", "truncated")
