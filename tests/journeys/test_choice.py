"""What takes models out of a choice, on the real server: failures, budgets, tags; each reason in the journal."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.cli.test_serve import understudy
from tests.journeys.house import Server, eventually, get, post, server, serving

CONFIG = """\
server: {{host: 127.0.0.1, port: {{port}}}}
providers:
  small: {{dialect: openai_chat, base_url: "{url}", auth: none}}
models:
  - {{name: own, provider: small, model: counts, owned: true, price: {{input_usd: 0, output_usd: 0}}}}
  - {{name: rented, provider: small, model: writes, price: {{input_usd: 100, output_usd: 100}}}}
routes:
  - {{name: auto, choose_from: [own, rented], parity: {{shadow: 0.0}}}}
"""


class Upstream:
    """Answers everything, but for what is down: that asks to be left alone for a second."""

    def __init__(self) -> None:
        self.url = ""
        self.down: set[str] = set()
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        """POST /chat/completions."""
        model = json.loads(await request.read())["model"]
        self.asked.append(model)
        if model in self.down:
            error = {"error": {"message": "full", "type": "server_error", "param": None, "code": None}}
            return web.json_response(error, status=503, headers={"retry-after": "1"})
        choice = {"index": 0, "message": {"role": "assistant", "content": "42"}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        head = {"id": "c1", "object": "chat.completion", "created": 1, "model": model}
        return web.json_response({**head, "choices": [choice], "usage": usage})


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    scripted = Upstream()
    application = web.Application()
    application.router.add_post("/chat/completions", scripted.answer)
    with serving(application) as url:
        scripted.url = url
        yield scripted


def ask(house: Server, model: str = "auto", **headers: str) -> tuple[int, dict[str, str], Any]:
    body = {"model": model, "messages": [{"role": "user", "content": "What is the answer?"}]}
    status, told, raw = post(f"{house.url}/v1/chat/completions", json.dumps(body).encode(), **headers)
    return status, told, json.loads(raw)


def served(house: Server, **headers: str) -> tuple[str, str]:
    """The model that answered, and the exchange's id."""
    status, told, body = ask(house, **headers)
    assert status == 200, body
    return told["x-understudy-model"], told["x-understudy-request-id"]


def row(house: Server, exchange_id: str, **headers: str) -> dict[str, Any]:
    def found() -> Any:
        rows = get(f"{house.url}/understudy/v1/exchanges", **headers)["exchanges"]
        return next((one for one in rows if one["id"] == exchange_id), None)

    told: dict[str, Any] = eventually(found)
    return told


def test_a_model_that_fails_is_out_of_the_choice_until_it_has_rested(upstream: Upstream, tmp_path: Path) -> None:
    with server(tmp_path, CONFIG.format(url=upstream.url)) as house:
        assert served(house)[0] == "rented"
        upstream.down = {"writes"}
        # There is nobody behind the incumbent of this route: the first failure reaches the caller.
        assert ask(house)[0] == 503
        upstream.asked.clear()
        model, exchange_id = served(house)
        assert (model, upstream.asked) == ("own", ["counts"])
        (out,) = [option for option in row(house, exchange_id)["decision"]["options"] if option.get("out")]
        assert out["model"] == "rented"
        assert out["out"].startswith("it rests after one failure (overloaded)")
        told = understudy(tmp_path, "route", "explain", exchange_id, "--config", str(tmp_path / "understudy.yaml"))
        assert "rented: rented, out: it rests after one failure (overloaded)" in told.stdout
        upstream.down = set()
        eventually(lambda: served(house)[0] == "rented")
        upstream.down = {"counts", "writes"}
        assert ask(house)[0] == 503
        upstream.asked.clear()
        # Its own turn came when the incumbent rested; now both do, and the incumbent is tried all the same.
        eventually(lambda: ask(house)[0] == 503 and "counts" in upstream.asked)
        status, headers, _ = ask(house)
        assert (status, upstream.asked[-1]) == (503, "writes")
        decided = row(house, headers["x-understudy-request-id"])["decision"]
        assert "tried all the same" in decided["why"]
