"""Bad input gets a 4xx in the caller's dialect that names what is wrong: never a 500, never a hang; it is booked."""

import json
from typing import Any

import pytest

from tests.journeys.house import Server, eventually, get, post

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
GOOD: dict[str, Any] = {"model": "to-chat", "messages": [{"role": "user", "content": "x"}], "max_tokens": 9}
DEEP = b'{"model":"to-chat","max_tokens":9,"messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
DEEP_TOOL = json.dumps({**GOOD, "model": "to-messages"}).encode()[:-1] + b',"x":' + b"[" * 900 + b"]" * 900 + b"}"
CASES: list[tuple[str, bytes, int, str]] = [
    ("malformed JSON", b'{"model": ', 400, "JSON"),
    ("not an object", b"[1, 2]", 400, "object"),
    ("empty", b"", 400, "JSON"),
    ("invalid UTF-8", b'{"model": "\xff\xfe"}', 400, "UTF-8"),
    ("deep nesting", DEEP, 400, "nest"),
    ("no model", json.dumps({**GOOD, "model": None}).encode(), 400, "model"),
    ("wrong type", json.dumps({**GOOD, "messages": "hello"}).encode(), 400, "messages"),
    ("no messages", json.dumps({**GOOD, "messages": []}).encode(), 400, "messages"),
    ("unknown role", json.dumps({**GOOD, "messages": [{"role": "king", "content": "x"}]}).encode(), 400, "role"),
    ("wrong knob", json.dumps({**GOOD, "temperature": "hot"}).encode(), 400, "temperature"),
    ("unknown model", json.dumps({**GOOD, "model": "nobody"}).encode(), 404, "nobody"),
]


def booked(house: Server, headers: dict[str, str]) -> Any:
    """The journal's row of an answer, once it is there."""
    found = get(f"{house.url}/understudy/v1/exchanges?limit=20")["exchanges"]
    return next((one for one in found if one["id"] == headers["x-understudy-request-id"]), None)


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
@pytest.mark.parametrize(("name", "body", "status", "named"), CASES, ids=[case[0] for case in CASES])
def test_bad_bodies(house: Server, path: str, name: str, body: bytes, status: int, named: str) -> None:
    got, headers, answer = post(house.url + path, body)
    assert got == status, answer
    told = json.loads(answer)
    assert named.lower() in json.dumps(told).lower()
    assert ("type" in told) == (path == MESSAGES)
    assert told["error"]["message"]
    assert eventually(lambda: booked(house, headers))["status"] == "refused"


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_unknown_content_that_must_be_translated_is_named(house: Server, path: str) -> None:
    crossing = "to-messages" if path == CHAT else "to-chat"
    body = {**GOOD, "model": crossing, "messages": [{"role": "user", "content": [{"type": "hologram", "x": 1}]}]}
    status, _, answer = post(house.url + path, json.dumps(body).encode())
    assert status == 400
    assert b"hologram" in answer


def test_unknown_content_passes_untouched_in_its_own_dialect(house: Server, scripted: Any) -> None:
    content = [{"type": "hologram", "x": 1}]
    body = {**GOOD, "messages": [{"role": "user", "content": content}], "unheard_of": {"a": [1, None]}}
    status, _, answer = post(house.url + CHAT, json.dumps(body).encode())
    assert status == 200, answer
    assert scripted.bodies[-1]["messages"][0]["content"] == content
    assert scripted.bodies[-1]["unheard_of"] == {"a": [1, None]}


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_nesting_just_under_the_parsers_limit_is_no_500(house: Server, path: str) -> None:
    status, _, answer = post(house.url + path, DEEP_TOOL)
    assert status in (200, 400), answer


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_50_mb_is_413(house: Server, path: str) -> None:
    body = json.dumps({**GOOD, "messages": [{"role": "user", "content": "x" * 50_000_000}]}).encode()
    status, headers, answer = post(house.url + path, body)
    assert status == 413
    assert b"server.max_body_bytes" in answer
    assert eventually(lambda: booked(house, headers))["fault"] == "too_large"


def test_strict_mode_turns_every_omission_into_a_400(house: Server) -> None:
    body = json.dumps({**GOOD, "model": "to-messages", "seed": 7}).encode()
    status, headers, _ = post(house.url + CHAT, body)
    assert status == 200
    assert "seed" in headers["x-understudy-omitted"]
    status, _, answer = post(house.url + CHAT, body, **{"x-understudy-strict": "true"})
    assert status == 400
    assert b"seed" in answer


def test_nothing_at_that_path(house: Server) -> None:
    status, _, answer = post(house.url + "/v2/chat", b"{}")
    assert status == 404
    assert b"/v1/chat/completions" in answer
