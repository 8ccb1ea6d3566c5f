"""What takes models out of a choice, on the real server: failures, budgets, tags; each reason in the journal."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.cli.test_serve import understudy
from tests.journeys.house import PATIENCE_S, Server, completing, completion, eventually, get, post, server
from understudy.policy.keys import digest

CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
providers:
  small: {{dialect: openai_chat, base_url: "{url}", auth: none}}
models:
  - {{name: own, provider: small, model: counts, owned: true, price: {{input_usd: 0, output_usd: 0}}}}
  - {{name: rented, provider: small, model: writes, price: {{input_usd: 100, output_usd: 100}}}}
routes:
  - {{name: auto, choose_from: [own, rented], parity: {{shadow: 0.0}}}}
"""


# A place that is down rests for so long: much longer than it takes to look at it.
REST_S = 6


class Upstream:
    """Answers everything, but for what is down: that asks to be left alone for some seconds."""

    def __init__(self) -> None:
        self.url = ""
        self.down: set[str] = set()
        self.asked: list[str] = []
        self.slow: set[str] = set()
        # Nothing is answered before this is set.
        self.open = threading.Event()
        self.open.set()

    async def answer(self, request: web.Request) -> web.Response:
        """POST /chat/completions."""
        model = json.loads(await request.read())["model"]
        self.asked.append(model)
        if not self.open.is_set():
            await asyncio.to_thread(self.open.wait, PATIENCE_S)
        await asyncio.sleep(0.1 if model in self.slow else 0)
        if model in self.down:
            error = {"error": {"message": "full", "type": "server_error", "param": None, "code": None}}
            return web.json_response(error, status=503, headers={"retry-after": str(REST_S)})
        return completion(model, "42")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    scripted = Upstream()
    with completing(scripted.answer) as scripted.url:
        yield scripted


def ask(
    house: Server, model: str = "auto", words: str = "What is the answer?", **headers: str
) -> tuple[int, dict[str, str], Any]:
    body = {"model": model, "messages": [{"role": "user", "content": words}], "metadata": {"expected": "42"}}
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
    with server(tmp_path, CONFIG.replace("parity:", "fallbacks: [], parity:").format(url=upstream.url)) as house:
        assert served(house)[0] == "rented"
        upstream.down = {"writes"}
        # Nobody stands in behind the incumbent of this route: the first failure reaches the caller.
        assert ask(house)[0] == 503
        _shown(house)
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


def _shown(house: Server) -> None:
    """What rests is on the page of readiness, which stays ready, and among the metrics."""
    ready = get(f"{house.url}/readyz")
    [place] = ready["resting"]
    assert (ready["status"], place["provider"], place["model"]) == ("ok", "small", "rented")
    assert place["why"].startswith("it rests after one failure (overloaded)")
    assert 'understudy_resting_places{model="rented",provider="small"} 1.0' in get(f"{house.url}/metrics")
    # Whoever asks for the same place by another name does not change whose it is.
    assert ask(house, "small/writes")[0] == 503
    assert [one["model"] for one in get(f"{house.url}/readyz")["resting"]] == ["rented"]


MONEY = """\
  - {{name: capped, choose_from: [own, rented], budget_usd_per_day: 0.004, parity: {{shadow: 0.0}}}}
keys:
  - {{name: ops, digest: {ops}, roles: [operate]}}
  - {{name: team, digest: {team}, budget_usd_per_day: 0.003}}
  - {{name: guest, digest: {guest}}}
"""
SECRET = "s" * 32


def keys() -> dict[str, str]:
    return {name: digest(SECRET.encode(), name) for name in ("ops", "team", "guest")}


def by(name: str) -> dict[str, str]:
    return {"x-api-key": name}


def test_a_key_without_money_gets_what_costs_nothing_or_a_429(upstream: Upstream, tmp_path: Path) -> None:
    config = "secret: ${WORD}\n" + (CONFIG + MONEY).format(url=upstream.url, **keys())
    with server(tmp_path, config, WORD=SECRET) as house:
        log = (tmp_path / "server.log").read_text(encoding="utf-8")
        assert "warning: key 'team' has a budget and may name any model (small/" in log
        # An answer costs 0.0015 dollars.
        model, exchange_id = served(house, **by("team"))
        assert (model, row(house, exchange_id, **by("ops"))["cost_nano_usd"]) == ("rented", 1_500_000)
        served(house, **by("team"))
        model, exchange_id = eventually(lambda: (s := served(house, **by("team")))[0] == "own" and s)
        (out,) = [one for one in row(house, exchange_id, **by("ops"))["decision"]["options"] if one.get("out")]
        assert out["model"] == "rented"
        assert out["out"].startswith("the budget of key 'team' of $0.0030 a day is spent; it renews at midnight UTC")
        _refused(house, upstream)
        # The money of others is their own, and a model that costs nothing may be named.
        assert served(house, **by("guest"))[0] == "rented"
        assert ask(house, "own", **by("team"))[0] == 200
        _saving(house)
        config_path = ("--config", str(tmp_path / "understudy.yaml"))
        asked = ("route", "explain", "Why?", "--route", "auto", "--key", "team")
        told = understudy(tmp_path, *asked, *config_path, WORD=SECRET)
        assert "own answers: nothing is learned of this kind yet: the incumbent is out" in told.stdout, told.stderr
        assert "rented: rented, out: the budget of key 'team'" in told.stdout
        assert "decided as if every model were well" in told.stdout


def _refused(house: Server, upstream: Upstream) -> None:
    upstream.asked.clear()
    status, headers, body = ask(house, "rented", **by("team"))
    assert (status, headers["x-should-retry"]) == (429, "false")
    assert 0 < int(headers["retry-after"]) <= 86_400
    assert body["error"]["type"] == "budget_exceeded"
    assert body["error"]["code"] == "insufficient_quota"
    assert "it renews at" in body["error"]["message"]
    said = {"model": "rented", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    status, _, raw = post(f"{house.url}/v1/messages", json.dumps(said).encode(), **by("team"))
    assert (status, json.loads(raw)["error"]["type"]) == (429, "rate_limit_error")
    said = {"model": "rented", "input": "hi"}
    assert post(f"{house.url}/v1/embeddings", json.dumps(said).encode(), **by("team"))[0] == 429
    # If the own model fails there is nobody behind it who could be paid.
    upstream.down = {"counts"}
    status, _, body = ask(house, **by("team"))
    assert status == 503
    assert set(upstream.asked) == {"counts"}
    upstream.down = set()
    refused = row(house, headers["x-understudy-request-id"], **by("ops"))
    assert (refused["status"], refused["fault"], refused["cost_nano_usd"]) == ("refused", "budget_exceeded", None)


def _saving(house: Server) -> None:
    """A route whose budget is spent goes on with its cheapest model, for everybody."""
    told = eventually(lambda: (a := ask(house, "capped", **by("guest")))[1]["x-understudy-model"] == "own" and a)
    decision = row(house, told[1]["x-understudy-request-id"], **by("ops"))["decision"]
    (out,) = [one for one in decision["options"] if one.get("out")]
    assert out["out"].startswith("the budget of this route of $0.0040 a day is spent")
    assert out["out"].endswith("and it is not the cheapest")


@pytest.mark.parametrize("workers", [1, 2])
def test_requests_that_run_at_once_do_not_overspend_a_budget(upstream: Upstream, tmp_path: Path, workers: int) -> None:
    upstream.open.clear()
    several = CONFIG.replace("port: 0", f"port: 0, workers: {workers}")
    config = "secret: ${WORD}\n" + (several + MONEY).format(url=upstream.url, **keys())
    said = {"model": "rented", "max_tokens": 5, "messages": [{"role": "user", "content": "What is the answer?"}]}
    with server(tmp_path, config, WORD=SECRET) as house:

        def burst() -> tuple[int, dict[str, str], bytes]:
            return post(f"{house.url}/v1/chat/completions", json.dumps(said).encode(), **by("team"))

        with ThreadPoolExecutor(24) as pool:
            begun = [pool.submit(burst) for _ in range(24)]
            # Two fill the budget to the cent, be they done or not, for each worker: the others are asked to wait.
            eventually(lambda: sum(one.done() for one in begun) >= 24 - 2 * workers)
            upstream.open.set()
            told = [one.result() for one in begun]
        answered = [status for status, _, _ in told].count(200)
        assert 2 <= answered <= 2 * workers
        assert [status for status, _, _ in told].count(429) == 24 - answered
        waiting = [one for one in told if b"is held by requests that run now" in one[2]]
        assert waiting
        for _, headers, body in waiting:
            assert ("x-should-retry" in headers, headers["retry-after"]) == (False, "1")
            assert json.loads(body)["error"]["type"] == "budget_exceeded"
        # A worker that answered nothing yet may answer once more, until it knows.
        _, headers, body = eventually(lambda: (told := burst())[0] == 429 and told)
        assert headers["x-should-retry"] == "false"
        assert b"is spent; it renews at midnight UTC" in body
        assert set(upstream.asked) == {"writes"}
        assert len(upstream.asked) <= 2 * workers


def test_where_seconds_have_a_price_the_quicker_of_two_equals_answers(upstream: Upstream, tmp_path: Path) -> None:
    upstream.slow = {"writes"}
    route = "{{name: auto, choose_from: [own, rented], latency_price: 1.0, parity: {{shadow: 1.0}}}}"
    config = CONFIG.replace("{{name: auto, choose_from: [own, rented], parity: {{shadow: 0.0}}}}", route)
    assert route in config
    with server(tmp_path, config.format(url=upstream.url)) as house:
        assert served(house)[0] == "rented"
        for number in range(60):
            ask(house, words=f"What is the answer to {number}?")
        exchange_id = eventually(lambda: (s := served(house))[0] == "own" and s[1])
        decision = row(house, exchange_id)["decision"]
        assert decision["latency_price"] == 1.0
        # The two are equally good: whether the price that splits them is 0 or a hair above depends on rounding.
        assert re.search("rented if (seconds had no price|the latency price were below 0.0)", decision["flips"])
        told = understudy(tmp_path, "route", "explain", exchange_id, "--config", str(tmp_path / "understudy.yaml"))
        assert "latency: 1 a second" in told.stdout
        assert "ms (worth -0." in told.stdout


TAGS = """\
  - {{name: abroad, choose_from: [far, rented], only_tags: [eu], parity: {{shadow: 0.0}}}}
keys:
  - {{name: ops, digest: {ops}, roles: [operate]}}
  - {{name: team, digest: {team}, only_tags: [eu]}}
  - {{name: guest, digest: {guest}}}
"""


def test_a_key_or_a_route_that_asks_for_tags_gets_models_that_bear_them(upstream: Upstream, tmp_path: Path) -> None:
    far = "  - {{name: far, provider: small, model: travels, tags: [us]}}\nroutes:"
    text = (CONFIG.replace("model: counts,", "model: counts, tags: [eu, gpu],").replace("routes:", far) + TAGS).replace(
        "choose_from: [far, rented]", "choose_from: [far, own]"
    )
    with server(tmp_path, "secret: ${WORD}\n" + text.format(url=upstream.url, **keys()), WORD=SECRET) as house:
        model, exchange_id = served(house, **by("team"))
        (out,) = [one for one in row(house, exchange_id, **by("ops"))["decision"]["options"] if one.get("out")]
        assert (model, out["model"], out["out"]) == ("own", "rented", "it lacks the tag 'eu', which is asked for")
        status, _, body = ask(house, "rented", **by("team"))
        assert (status, body["error"]["type"]) == (403, "permission_error")
        assert "'rented' may not answer: it lacks the tag 'eu'" in body["error"]["message"]
        upstream.asked.clear()
        upstream.down = {"counts"}
        # Nobody without the tag stands in for it.
        assert ask(house, **by("team"))[0] == 503
        assert set(upstream.asked) == {"counts"}
        upstream.down = set()
        assert served(house, **by("guest"))[0] == "rented"
        told = eventually(lambda: (a := ask(house, "abroad", **by("guest")))[0] == 200 and a)
        assert told[1]["x-understudy-model"] == "own"


def test_a_policy_of_the_operators_names_the_kind_and_is_told(upstream: Upstream, tmp_path: Path) -> None:
    policy = "policies: [{{name: bills, kind: invoice-fields, words: [INVOICE], tools: false}}]\n"
    with server(tmp_path, (policy + CONFIG).format(url=upstream.url)) as house:
        _, told, _ = ask(house, words="Who sent this invoice?")
        assert told["x-understudy-kind"] == "invoice-fields"
        config = ("--config", str(tmp_path / "understudy.yaml"))
        row(house, told["x-understudy-request-id"])
        for what in (told["x-understudy-request-id"], "Pay the invoice"):
            shown = understudy(tmp_path, "route", "explain", what, *config)
            assert "declared by policy 'bills'" in shown.stdout, shown.stderr
        assert ask(house, words="Who sent this?")[1]["x-understudy-kind"] == "chat"
        declared = {"x-understudy-kind": "mine"}
        assert ask(house, words="An invoice?", **declared)[1]["x-understudy-kind"] == "mine"
