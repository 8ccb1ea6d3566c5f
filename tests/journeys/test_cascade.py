"""A cascade on the real server: the own model first, the rented one for what the check refuses, whole and streamed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.journeys.house import Server, completing, completion, eventually, get, post, server

CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
providers:
  small: {{dialect: openai_chat, base_url: "{url}", auth: none}}
models:
  - {{name: own, provider: small, model: halves, owned: true, price: {{input_usd: 0, output_usd: 0}}}}
  - {{name: rented, provider: small, model: knows, price: {{input_usd: 3, output_usd: 15}}}}
routes:
  - {{name: auto, choose_from: [own, rented], cascade: true, quality_target: 0.9, parity: {{shadow: 1.0}}}}
"""


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /chat/completions: one model knows the answer to everything, the other to every second question."""
    body = json.loads(await request.read())
    number = int(body["messages"][-1]["content"].split()[-1])
    text = "no idea" if body["model"] == "halves" and number % 2 else f"it is {number}"
    if not body.get("stream"):
        return completion(body["model"], text)
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    for delta, stop in (({"role": "assistant", "content": text}, None), ({}, "stop")):
        chunk = {
            "id": "c1",
            "created": 1,
            "model": body["model"],
            "object": "chat.completion.chunk",
            "choices": [{"index": 0, "delta": delta, "finish_reason": stop}],
        }
        await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    await response.write(b"data: [DONE]\n\n")
    return response


@pytest.fixture
def upstream() -> Iterator[str]:
    with completing(answer) as url:
        yield url


def ask(house: Server, number: int, *, stream: bool = False) -> tuple[dict[str, str], str]:
    body: dict[str, Any] = {
        "model": "auto",
        "messages": [{"role": "user", "content": f"What is number {number}"}],
        "metadata": {"expected": f"it is {number}"},
        "stream": stream,
    }
    status, headers, raw = post(f"{house.url}/v1/chat/completions", json.dumps(body).encode())
    assert status == 200, raw
    return headers, raw.decode()


def test_what_the_check_refuses_the_rented_model_answers(upstream: str, tmp_path: Path) -> None:
    with server(tmp_path, CONFIG.format(url=upstream)) as house:
        for number in range(120):
            ask(house, number)
        words = "it answers first, rented what the check refuses"
        headers, _ = eventually(lambda: words in (a := ask(house, 2))[0]["x-understudy-reason"] and a)
        assert headers["x-understudy-model"] == "own"
        headers, text = ask(house, 3)
        assert (headers["x-understudy-model"], "it is 3" in text) == ("rented", True)
        assert "own failed first" in headers["x-understudy-reason"]
        for number, model in ((4, "own"), (5, "rented")):
            headers, text = ask(house, number, stream=True)
            assert headers["content-type"].startswith("text/event-stream")
            assert headers["x-understudy-model"] == model
            assert f"it is {number}" in text
            assert "no idea" not in text
            assert text.rstrip().endswith("[DONE]")
        _booked(house, headers["x-understudy-request-id"])


def _booked(house: Server, exchange_id: str) -> None:
    """A refused answer is an exchange of its own, at the request's expense."""
    rows = eventually(
        lambda: (
            (r := get(f"{house.url}/understudy/v1/exchanges?limit=50")["exchanges"])
            and any(row["shadow_of"] == exchange_id and row["purpose"] == "trial" for row in r)
            and any(row["id"] == exchange_id for row in r)
            and r
        )
    )
    trial = next(row for row in rows if row["shadow_of"] == exchange_id and row["purpose"] == "trial")
    assert trial["model"] == "own"
    served = next(row for row in rows if row["id"] == exchange_id)
    assert [one["outcome"] for one in served["attempts"]] == ["refused by the check", "ok"]
