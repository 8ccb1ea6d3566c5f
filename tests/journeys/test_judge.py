"""A judge behind the gateway, asked over HTTP: one that answers, and a real llama.cpp that talks nonsense."""

import json
import struct
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.cli.test_serve import understudy
from tests.journeys.house import Server, Upstream, eventually, get, post, server, serving
from understudy.engines.llama_cpp import LlamaCpp

CONTEXT_KEY, GGUF_U32 = b"llama.context_length", 4
MODEL = Path(str(resources.files("understudy").joinpath("demo", "own.gguf")))
CONFIG = """\
server: {{host: 127.0.0.1, port: {{port}}, workers: 1}}
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", auth: none, maker: two}}
  messagy: {{dialect: anthropic, base_url: "{url}", auth: none, maker: one}}
  judging: {{dialect: openai_chat, base_url: "{judge}", {auth}, maker: three}}
models:
  - {{name: rented, provider: messagy, model: plain, build: r1}}
  - {{name: own, provider: chatty, model: plain, build: o1, owned: true}}
  - {{name: third, provider: judging, model: third, build: t1, price: {{input_usd: 1, output_usd: 2}}}}
routes:
  - name: judged
    incumbent: rented
    candidate: own
    parity: {{shadow: 1.0, dwell: 0, cycle: 0, judge: {{model: third, rubric: "calm harbours"}}}}
"""


def ask(house: Server, number: int) -> str:
    body = {"model": "judged", "messages": [{"role": "user", "content": f"question {number}"}], "max_tokens": 9}
    status, headers, answer = post(f"{house.url}/v1/chat/completions", json.dumps(body).encode())
    assert status == 200, answer
    return headers["x-understudy-reason"]


def view(house: Server) -> dict[str, Any]:
    slices = get(f"{house.url}/understudy/v1/parity")["slices"]
    return slices[0] if slices else {}


def shown(house: Server) -> None:
    """Let traffic show the slice, until its pairs are drawn."""
    eventually(lambda: "serves" in ask(house, 0))


class Judge:
    """A judge's server: finds all answers as good, after a thought."""

    def __init__(self) -> None:
        self.prompts: list[str] = []
        self.said = "I have thought.\nVERDICT: A=B"

    async def answer(self, request: web.Request) -> web.Response:
        """POST /v1/chat/completions."""
        body = await request.json()
        assert body["temperature"] == 0
        self.prompts.append(body["messages"][0]["content"])
        message = {"role": "assistant", "content": self.said}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105}
        told = {"id": "j", "object": "chat.completion", "created": 1, "model": "third", "choices": [choice]}
        return web.json_response(told | {"usage": usage})


@pytest.fixture
def judge() -> Iterator[tuple[Judge, str]]:
    made = Judge()
    application = web.Application()
    application.router.add_post("/v1/chat/completions", made.answer)
    with serving(application) as url:
        yield made, f"{url}/v1"


def test_a_judge_opens_5_percent_and_no_more(scripted: Upstream, judge: tuple[Judge, str], tmp_path: Path) -> None:
    third, url = judge
    with server(tmp_path, CONFIG.format(url=scripted.url, judge=url, auth="auth: none")) as house:
        shown(house)
        for number in range(140):
            ask(house, number)
        # Far more evidence than 25 % needs, once the judge is through with all of them.
        capped = eventually(lambda: (one := view(house))["e"] > 20 and one, 60)
        assert capped["block"] == "outcome kind"
        assert (capped["share"], capped["outcome"], capped["may_open"]) == (0.05, "judge", "5 %")
        assert all("calm harbours" in prompt for prompt in third.prompts)
        money = get(f"{house.url}/understudy/v1/money")["money"]
        judged = next(row for row in money if row["purpose"] == "judge")
        assert judged["model"] == "third"
        assert judged["cost_nano_usd"] == judged["exchanges"] * (100 * 1000 + 5 * 2000)
        assert judged["exchanges"] >= 2 * capped["pairs"]
        assert understudy(tmp_path, "parity", "replay").returncode == 0


def with_context(folder: Path, tokens: int) -> Path:
    """The demo's own model, told that it may read more than it was trained to: it will understand nothing of it."""
    data = bytearray(MODEL.read_bytes())
    at = data.index(CONTEXT_KEY) + len(CONTEXT_KEY)
    assert struct.unpack_from("<I", data, at)[0] == GGUF_U32
    struct.pack_into("<I", data, at + 4, tokens)
    path = folder / "long.gguf"
    path.write_bytes(data)
    return path


def test_a_real_llama_that_talks_nonsense_never_helps_the_candidate(scripted: Upstream, tmp_path: Path) -> None:
    with LlamaCpp(with_context(tmp_path, 4096), key="word", slots=2, context=8192, threads=2) as engine:
        config = CONFIG.format(url=scripted.url, judge=engine.url, auth='api_key: "${JUDGE_KEY}"')
        with server(tmp_path, config, JUDGE_KEY="word") as house:
            shown(house)
            for number in range(20):
                ask(house, number)
            stopped = eventually(lambda: (one := view(house))["status"] == "stopped" and one, 120)
            assert "futility" in stopped["last_reason"]
            assert stopped["share"] == 0.0
            exchanges = get(f"{house.url}/understudy/v1/exchanges?limit=1000")["exchanges"]
            judged = [one for one in exchanges if one["purpose"] == "judge"]
            assert judged
            assert {one["status"] for one in judged} == {"ok"}
            assert all(one["usage"]["out"] > 0 for one in judged)
            assert understudy(tmp_path, "parity", "replay", JUDGE_KEY="word").returncode == 0


def test_a_judge_of_the_family_is_refused_at_start(tmp_path: Path) -> None:
    dead = "http://127.0.0.1:9/v1"
    config = CONFIG.format(url=dead, judge=dead, auth="auth: none").replace("maker: three", "maker: one")
    (tmp_path / "understudy.yaml").write_text(config.replace("{port}", "4000"))
    for command in ("serve", "doctor"):
        done = understudy(tmp_path, command)
        assert done.returncode != 0
        assert "any_family: true" in done.stdout + done.stderr
