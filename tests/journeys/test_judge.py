"""A judge behind the gateway, asked over HTTP: one that answers, and a real llama.cpp that talks nonsense."""

import json
import re
import struct
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from aiohttp import web

from tests.cli.test_serve import understudy
from tests.journeys.house import Server, Upstream, eventually, get, post, server, serving
from understudy.engines.llama_cpp import LlamaCpp
from understudy.jobs.sanity import PLANTED

SILENT = {one.strip() for one in PLANTED}
CONTEXT_KEY, GGUF_U32 = b"llama.context_length", 4
MODEL = Path(str(resources.files("understudy").joinpath("demo", "own.gguf")))
CONFIG = """\
server: {{host: 127.0.0.1, port: 0, workers: 1}}
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
    """A judge's server: finds all answers as good, after a thought, but those that say nothing, unless it is fooled."""

    def __init__(self) -> None:
        self.prompts: list[str] = []
        self.fooled = False

    def verdict(self, prompt: str) -> str:
        """By the parts that the prompt's fence marks off."""
        fence = re.search(r"the word (\S+) is material", prompt)
        assert fence is not None
        _, _, *answers, _ = re.split(rf"^{fence[1]} .*$", prompt, flags=re.MULTILINE)
        nothing = [one.strip() in SILENT for one in answers]
        if nothing[0] == nothing[1]:
            return "A=B"
        return "A>>B" if nothing[0] == self.fooled else "B>>A"

    async def answer(self, request: web.Request) -> web.Response:
        """POST /v1/chat/completions."""
        body = await request.json()
        assert body["temperature"] == 0
        self.prompts.append(body["messages"][0]["content"])
        said = f"I have thought.\nVERDICT: {self.verdict(self.prompts[-1])}"
        message = {"role": "assistant", "content": said}
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
        capped = eventually(lambda: (one := view(house))["e"] > 20 and one)
        assert capped["block"] == "outcome kind"
        assert (capped["share"], capped["outcome"], capped["may_open"]) == (0.05, "judge", "5 %")
        assert all("calm harbours" in prompt for prompt in third.prompts)
        money = get(f"{house.url}/understudy/v1/money")["money"]
        judged = next(row for row in money if row["purpose"] == "judge")
        assert judged["model"] == "third"
        assert judged["cost_nano_usd"] == judged["exchanges"] * (100 * 1000 + 5 * 2000)
        assert judged["exchanges"] >= 2 * capped["pairs"] + 20
        assert understudy(tmp_path, "parity", "replay").returncode == 0
        told = understudy(tmp_path, "parity", "show", "judged/chat")
        assert "third is believed: it rejected" in " ".join(told.stdout.split()), told.stdout + told.stderr


def unbelieved(house: Server) -> dict[str, Any]:
    """The slice, once the judge was found to be fooled."""
    found: dict[str, Any] = eventually(lambda: "not believed" in str((one := view(house)).get("judge")) and one)
    return found


def test_RT_6_9_a_judge_that_is_fooled_opens_nothing_and_everybody_is_told(
    scripted: Upstream, judge: tuple[Judge, str], tmp_path: Path
) -> None:
    third, url = judge
    third.fooled = True
    config = CONFIG.format(url=scripted.url, judge=url, auth="auth: none")
    with server(tmp_path, config) as house:
        shown(house)
        for number in range(60):
            ask(house, number)
        found = unbelieved(house)
        assert found["block"] == "judge"
        assert "judge third is not believed: it rejected 0 of 1" in found["blocked"]
        assert (found["pairs"], found["share"], found["status"]) == (0, 0.0, "shadowing")
        # Ten probes in both orders, those that ran beside the tenth, and no verdict.
        assert 20 <= len(third.prompts) <= 26
        with urlopen(f"{house.url}/metrics") as page:
            assert 'understudy_judge_believed{judge="third",route="judged"} 0.0' in page.read().decode()
        for command, words in (
            (("parity", "show", "judged/chat"), "not believed: it rejected 0 of 1"),
            (("parity", "status"), "is not believed"),
            (("doctor",), "NO judge of judged judge third is not believed"),
        ):
            done = understudy(tmp_path, *command)
            assert words in " ".join(done.stdout.split()), done.stdout + done.stderr
        assert understudy(tmp_path, "doctor").returncode == 1
        assert "say in its rubric" in (tmp_path / "server.log").read_text(encoding="utf-8")


def test_RT_6_9_a_judge_that_is_fooled_later_loses_what_it_opened(
    scripted: Upstream, judge: tuple[Judge, str], tmp_path: Path
) -> None:
    third, url = judge
    with server(tmp_path, CONFIG.format(url=scripted.url, judge=url, auth="auth: none")) as house:
        shown(house)
        for number in range(140):
            ask(house, number)
        before = eventually(lambda: (one := view(house))["share"] == 0.05 and one)
        third.fooled = True
        for number in range(140, 260):
            ask(house, number)
        unbelieved(house)
        after = eventually(lambda: (one := view(house))["attempt"] == 2 and one)
        assert after["hypothesis"] != before["hypothesis"]
        assert (after["share"], after["pairs"], after["block"]) == (0.0, 0, "judge")
        assert "given by a judge that was found fooled since" in after["last_fall"]
    # The books know of it after a restart, and the record makes each move again.
    with server(tmp_path, CONFIG.format(url=scripted.url, judge=url, auth="auth: none")) as house:
        for number in range(20):
            ask(house, number)
        assert (view(house)["attempt"], view(house)["share"], view(house)["pairs"]) == (2, 0.0, 0)
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


def test_a_real_llama_that_talks_nonsense_is_not_believed(scripted: Upstream, tmp_path: Path) -> None:
    with LlamaCpp(with_context(tmp_path, 4096), key="word", slots=2, context=8192, threads=2) as engine:
        config = CONFIG.format(url=scripted.url, judge=engine.url, auth='api_key: "${JUDGE_KEY}"')
        with server(tmp_path, config, JUDGE_KEY="word") as house:
            shown(house)
            for number in range(20):
                ask(house, number)
            found = unbelieved(house)
            assert (found["block"], found["share"], found["pairs"]) == ("judge", 0.0, 0)
            exchanges = get(f"{house.url}/understudy/v1/exchanges?limit=1000")["exchanges"]
            judged = [one for one in exchanges if one["purpose"] == "judge"]
            assert judged
            assert {one["status"] for one in judged} == {"ok"}
            assert all(one["usage"]["out"] > 0 for one in judged)


def test_a_judge_of_the_family_is_refused_at_start(tmp_path: Path) -> None:
    dead = "http://127.0.0.1:9/v1"
    config = CONFIG.format(url=dead, judge=dead, auth="auth: none").replace("maker: three", "maker: one")
    (tmp_path / "understudy.yaml").write_text(config)
    for command in ("serve", "doctor"):
        done = understudy(tmp_path, command)
        assert done.returncode != 0
        assert "any_family: true" in done.stdout + done.stderr
