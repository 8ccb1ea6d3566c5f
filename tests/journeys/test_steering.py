"""People and users speak: labels from the terminal, thumbs over the API, orders by hand, on the real server."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_serve import understudy
from tests.journeys.house import PATIENCE_S, WORDS, Server, Upstream, eventually, get, post, server

CONFIG = """\
server: {{host: 127.0.0.1, port: 0, workers: 1}}
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", auth: none}}
  messagy: {{dialect: anthropic, base_url: "{url}", auth: none}}
models:
  - {{name: rented, provider: messagy, model: plain, build: r1}}
  - {{name: own, provider: chatty, model: plain, build: o1, owned: true}}
routes:
  - name: people
    incumbent: rented
    candidate: own
    parity: {{shadow: 1.0, dwell: 0, cycle: 0, labels: 1.0}}
  - name: users
    incumbent: rented
    candidate: own
    parity: {{shadow: 0.5, dwell: 0, cycle: 0, feedback: true, approvals: 1}}
{keys}
"""
TEXT = "".join(WORDS)
# Ties alone: 1 % opens at e = 5 after about 60.
LABELS = 70


def ask(house: Server, route: str, number: int, **headers: str) -> dict[str, str]:
    """One request that says which answer is expected; the headers of its answer."""
    messages = [{"role": "user", "content": f"question {number}"}]
    body = {"model": route, "messages": messages, "metadata": {"expected": TEXT}, "max_tokens": 9}
    status, found, answer = post(
        f"{house.url}/v1/chat/completions", json.dumps(body).encode(), **{"x-understudy-kind": "facts", **headers}
    )
    assert status == 200, answer
    return found


def view(house: Server, name: str, **headers: str) -> dict[str, Any]:
    slices = get(f"{house.url}/understudy/v1/parity", **headers)["slices"]
    return next((one for one in slices if one["slice"] == name), {})


def tell(house: Server, path: str, body: object, **headers: str) -> tuple[int, Any]:
    status, _, answer = post(f"{house.url}/understudy/v1/{path}", json.dumps(body).encode(), **headers)
    return status, json.loads(answer)


@pytest.fixture
def house(scripted: Upstream, tmp_path: Path) -> Any:
    with server(tmp_path, CONFIG.format(url=scripted.url, keys="")) as running:
        yield running


def test_labels_in_the_terminal_open_a_rung(house: Server) -> None:
    ask(house, "people", 0)
    eventually(lambda: view(house, "people/facts"))
    eventually(lambda: "share" in ask(house, "people", 1)["x-understudy-reason"].replace("serves", "share"))
    for number in range(LABELS):
        ask(house, "people", number)
    assert view(house, "people/facts")["share"] == 0.0
    eventually(lambda: len(get(f"{house.url}/understudy/v1/labels?limit=100")["questions"]) >= LABELS)
    question = get(f"{house.url}/understudy/v1/labels")["questions"][0]
    assert question["first"] == question["second"] == TEXT
    assert "question" in question["prompt"]
    assert not {"rented", "own", "candidate", "incumbent"} & set(json.dumps(question).split('"'))
    labelled = subprocess.run(
        [sys.executable, "-m", "understudy", "label", "--limit", str(LABELS), "--who", "ann"],
        cwd=house.folder,
        input="x\n" + "3\n" * LABELS,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={"PATH": "/usr/bin:/bin", "HOME": str(house.folder)},
    )
    assert labelled.returncode == 0, labelled.stdout + labelled.stderr
    assert f"{LABELS} labelled." in labelled.stdout
    assert "1, 2, 3, 4, 5, s or q" in labelled.stdout
    moved = eventually(lambda: (one := view(house, "people/facts"))["share"] > 0 and one)
    assert moved["outcome"] == "human"
    replayed = understudy(house.folder, "parity", "replay")
    assert replayed.returncode == 0, replayed.stdout
    again = tell(house, f"labels/{question['id']}", {"choice": "first"})
    assert again[0] == 404
    assert tell(house, "labels/ex_nothing", {"choice": "tie"})[0] == 404
    assert tell(house, "labels/ex_nothing", {"choice": "left"})[0] == 400


def canary(house: Server) -> None:
    """Bring the users' slice to 5 %, with the approvals that it asks for."""
    ask(house, "users", 0)
    eventually(lambda: view(house, "users/facts"))
    eventually(lambda: "share" in ask(house, "users", 1)["x-understudy-reason"].replace("serves", "share"))
    for rung in (1, 5):
        for number in range(170):
            ask(house, "users", 1000 * rung + number)
        waits = eventually(lambda: (one := view(house, "users/facts"))["block"] == "approvals" and one)
        assert waits["next_rung"] == f"{rung} %"
        assert tell(house, "parity/users/facts/approve", {"rung": 25})[0] == 409
        status, told = tell(house, "parity/users/facts/approve", {"rung": rung, "note": "looked at the losses"})
        assert (status, told["done"]) == (200, True)
        eventually(lambda rung=rung: view(house, "users/facts")["share"] == rung / 100)


def test_thumbs_block_a_rung_and_take_it_back(house: Server) -> None:
    canary(house)
    for number in range(200):
        ask(house, "users", 10_000 + number)
    blocked = eventually(lambda: (one := view(house, "users/facts"))["block"] == "feedback" and one)
    assert "users must agree too" in blocked["blocked"]
    number, down = 20_000, 0
    while view(house, "users/facts")["status"] == "canary" and number < 24_000:
        number += 1
        headers = ask(house, "users", number)
        own = headers["x-understudy-model"] == "own"
        if own or number % 5 == 0:
            value = 0 if own else 1
            body = {"exchange_id": headers["x-understudy-request-id"], "signal": "thumb", "value": value}
            status, told = tell(house, "feedback", body)
            assert (status, told["counts"]) == (202, True)
            down += own
    fallen = view(house, "users/facts")
    assert fallen["status"] == "rolled back", (fallen, down)
    assert "rollback" in fallen["last_fall"]
    assert down < 60
    assert tell(house, "parity/users/facts/hold", {})[0] == 409
    retried = understudy(house.folder, "parity", "retry", "users/facts", "-m", "the cause was found")
    assert retried.returncode == 0, retried.stderr
    assert view(house, "users/facts")["attempt"] == 2
    assert understudy(house.folder, "parity", "replay").returncode == 0


def test_a_person_holds_lowers_and_releases(house: Server) -> None:
    canary(house)
    held = understudy(house.folder, "parity", "hold", "users/facts", "-m", "an audit")
    assert held.returncode == 0, held.stderr
    assert "held at 5 %" in held.stdout
    assert view(house, "users/facts")["block"] == "hold"
    assert understudy(house.folder, "parity", "release", "users/facts").returncode == 0
    lowered = understudy(house.folder, "parity", "lower", "users/facts", "1")
    assert lowered.returncode == 0
    assert view(house, "users/facts")["share"] == 0.01
    raised = understudy(house.folder, "parity", "lower", "users/facts", "25")
    assert raised.returncode == 1
    assert "cannot be lowered to 25 %" in raised.stderr
    unknown = understudy(house.folder, "parity", "hold", "users/nothing")
    assert unknown.returncode == 1
    shown = get(f"{house.url}/understudy/v1/parity/users/facts")
    assert [link["move"] for link in shown["transitions"]] == ["up", "up", "hold", "release", "lower"]
    assert shown["transitions"][2]["note"] == "an audit"
    assert [order["verb"] for order in shown["orders"] if order["done"]].count("approve") == 2
    assert understudy(house.folder, "parity", "replay").returncode == 0


def test_an_order_waits_for_a_server_that_is_down(scripted: Upstream, tmp_path: Path) -> None:
    with server(tmp_path, CONFIG.format(url=scripted.url, keys="")) as running:
        ask(running, "users", 0)
        eventually(lambda: view(running, "users/facts"))
    waits = understudy(tmp_path, "parity", "hold", "users/facts")
    assert waits.returncode == 0
    assert "waits in the spool" in waits.stdout
    with server(tmp_path, CONFIG.format(url=scripted.url, keys="")) as running:
        eventually(lambda: view(running, "users/facts").get("status") == "held")


def test_keys_steer_only_what_they_may(scripted: Upstream, tmp_path: Path) -> None:
    made = {}
    (tmp_path / "understudy.yaml").write_text(CONFIG.format(url=scripted.url, keys=""))
    for name in ("app", "other", "boss"):
        printed = understudy(tmp_path, "key", "create", name).stdout.split()
        made[name] = (printed[3], printed[printed.index("digest:") + 1])
    roles = {"app": "[]", "other": "[label]", "boss": "[operate]"}
    lines = "".join(f"  - {{name: {n}, digest: {made[n][1]}, roles: {roles[n]}}}\n" for n in made)
    key = {name: {"authorization": f"Bearer {made[name][0]}"} for name in made}
    with server(tmp_path, CONFIG.format(url=scripted.url, keys=f"keys:\n{lines}")) as house:
        exchange = ask(house, "users", 1, **key["app"])["x-understudy-request-id"]
        thumb = {"exchange_id": exchange, "signal": "thumb", "value": 1}
        assert tell(house, "feedback", thumb, **key["app"])[0] == 202
        assert tell(house, "feedback", thumb, **key["other"])[0] == 404
        assert tell(house, "feedback", thumb)[0] == 401
        for bad in ({"signal": "applause"}, {"value": 2}, {"value": None}, {"extra": 1}):
            assert tell(house, "feedback", thumb | bad, **key["app"])[0] == 400
        eventually(lambda: view(house, "users/facts", **key["boss"]))
        assert tell(house, "parity/users/facts/hold", {}, **key["app"])[0] == 403
        assert tell(house, "parity/users/facts/hold", {}, **key["other"])[0] == 403
        status, told = tell(house, "parity/users/facts/hold", {}, **key["boss"])
        assert (status, told["done"]) == (200, True)
        assert post(f"{house.url}/understudy/v1/labels/x", b'{"choice": "tie"}', **key["app"])[0] == 403
        assert get(f"{house.url}/understudy/v1/labels", **key["other"]) == {"questions": []}


def test_the_plan_and_the_report_are_read_in_terminal_and_api(house: Server) -> None:
    ask(house, "people", 0)
    eventually(lambda: view(house, "people/facts"))
    base = f"{house.url}/understudy/v1/parity"
    assert [one["slice"] for one in get(f"{base}/plan")["plans"]] == ["people/facts"]
    figures = get(f"{base}/report?format=json&slice=people/facts")
    assert figures["slices"][0]["view"]["slice"] == "people/facts"
    with urllib.request.urlopen(f"{base}/report", timeout=PATIENCE_S) as answer:
        assert answer.headers["content-type"].startswith("text/html")
        assert "people/facts" in answer.read().decode()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{base}/report?slice=people/nobody")
    done = understudy(house.folder, "parity", "report", "--html", "r.html", "--json", "r.json", "--no-words")
    assert "r.html: 1 slices" in done.stdout
    assert "people/facts" in (house.folder / "r.html").read_text(encoding="utf-8")
    assert json.loads((house.folder / "r.json").read_bytes())["words"] is False
    assert understudy(house.folder, "parity", "report", "people/nobody").returncode == 2
    assert understudy(house.folder, "parity", "report", "--html", "none/r.html").returncode == 2
    assert "1 %" in understudy(house.folder, "parity", "show", "people/facts").stdout


def test_an_order_for_what_is_no_slice_is_refused(house: Server) -> None:
    status, told = tell(house, "parity/no%20route/no%20kind/hold", {})
    assert (status, told["done"]) == (409, False)
    assert "there is no slice" in told["words"]
