"""A slice earns its traffic on the real server, over HTTP: shadow, check, gate, share, headers, record, replay."""

import json
from pathlib import Path
from typing import Any

from tests.cli.test_serve import understudy
from tests.journeys.house import WORDS, Server, Upstream, eventually, get, post, server

CONFIG = """\
server: {{host: 127.0.0.1, port: 0, workers: 2}}
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", auth: none}}
  messagy: {{dialect: anthropic, base_url: "{url}", auth: none}}
models:
  - name: rented
    provider: messagy
    model: plain
    build: r1
    price: {{input_usd: 3, output_usd: 15, cache_read_usd: 1}}
  - name: own
    provider: chatty
    model: plain
    build: o1
    owned: true
    price: {{input_usd: 0, output_usd: 0, cache_read_usd: 0}}
  - {{name: bad, provider: chatty, model: status-500, build: b1, owned: true}}
routes:
  - {{name: good-route, incumbent: rented, candidate: own, parity: {{shadow: 1.0, dwell: 0, cycle: 0}}}}
  - {{name: bad-route, incumbent: rented, candidate: bad, parity: {{shadow: 1.0, dwell: 0, cycle: 0}}}}
"""
TEXT = "".join(WORDS)
# Ties only: e grows with each, and the last rung of a fleet of four needs about 250.
ENOUGH = 340


def ask(house: Server, route: str, number: int, kind: str = "facts") -> dict[str, str]:
    """One request that says which answer is expected; the headers of its answer."""
    path = ("/v1/chat/completions", "/v1/messages")[number % 2]
    metadata = {"expected": TEXT}
    messages = [{"role": "user", "content": f"question {number}"}]
    body = {"model": route, "messages": messages, "metadata": metadata, "stream": number % 3 == 0, "max_tokens": 9}
    status, headers, answer = post(house.url + path, json.dumps(body).encode(), **{"x-understudy-kind": kind})
    assert status == 200, answer
    return headers


def slice_of(house: Server, name: str) -> dict[str, Any]:
    found = [one for one in get(f"{house.url}/understudy/v1/parity")["slices"] if one["slice"] == name]
    return found[0] if found else {}


def shown(house: Server, route: str) -> None:
    """Let traffic show a slice, until its pairs are drawn."""
    eventually(lambda: "share" in ask(house, route, 1)["x-understudy-reason"].replace("serves", "share"))


def paid(house: Server) -> dict[str, Any] | None:
    """What the own model's answers cost, once one is booked."""
    money = get(f"{house.url}/understudy/v1/money")["money"]
    return next((row for row in money if row["model"] == "own" and row["purpose"] == "serve"), None)


def test_a_slice_earns_its_traffic_and_a_bad_one_never_does(scripted: Upstream, tmp_path: Path) -> None:
    with server(tmp_path, CONFIG.format(url=scripted.url)) as house:
        first = ask(house, "good-route", 0)
        assert first["x-understudy-model"] == "rented"
        ask(house, "bad-route", 0)
        for route in ("good-route", "bad-route"):
            shown(house, route)
        for number in range(ENOUGH):
            ask(house, "good-route", number)
            if number < 100:
                ask(house, "bad-route", number)
        good = eventually(lambda: (one := slice_of(house, "good-route/facts"))["share"] == 1.0 and one)
        assert good["status"] == "watching"
        bad = eventually(lambda: (one := slice_of(house, "bad-route/facts"))["status"] == "stopped" and one)
        assert bad["share"] == 0.0
        # The books have moved; each worker's board follows within a second.
        served = eventually(lambda: "100%" in (h := ask(house, "good-route", 7))["x-understudy-reason"] and h)
        assert served["x-understudy-model"] == "own"
        assert served["x-understudy-owned"] == "true"
        own = eventually(lambda: paid(house))
        assert own["incumbent_cost_nano_usd"] > own["cost_nano_usd"] == 0
        path = str(tmp_path / "understudy.yaml")
        _commands(tmp_path, path)


def _commands(folder: Path, path: str) -> None:
    """What the terminal says of the same slices."""
    status = understudy(folder, "parity", "status", "--config", path)
    assert status.returncode == 0
    assert "good-route/facts" in status.stdout
    assert "stopped; a new build or a person's retry reopens it" in status.stdout
    shown = understudy(folder, "parity", "show", "good-route/facts", "--config", path, "--json", "slice.json")
    assert shown.returncode == 0
    assert "o1 is at most 5 points worse than r1" in shown.stdout
    moves = json.loads((folder / "slice.json").read_text(encoding="utf-8"))["transitions"]
    assert [move["to"] for move in moves] == ["1 %", "5 %", "25 %", "50 %", "100 %"]
    unknown = understudy(folder, "parity", "show", "good-route/nothing", "--config", path)
    assert unknown.returncode == 2
    assert "good-route/facts" in unknown.stderr
    replayed = understudy(folder, "parity", "replay", "--config", path)
    assert replayed.returncode == 0, replayed.stdout
    assert "agrees" in replayed.stdout
