"""A route learns which of two models answers what, on the real server: shadow, check, belief, choice, and back."""

import contextlib
import json
import re
import sqlite3
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.cli.test_serve import understudy
from tests.engines.tables import vectors_in
from tests.journeys.described import wrong
from tests.journeys.house import Server, completing, completion, eventually, get, post, server
from understudy.engines.vectors import load_vectors
from understudy.routing.forecast import SETTLE_S, WINDOW

CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
providers:
  small: {{dialect: openai_chat, base_url: "{url}", auth: none}}
models:
  - {{name: own, provider: small, model: counts, owned: true, price: {{input_usd: 0, output_usd: 0}}}}
  - {{name: rented, provider: small, model: writes, price: {{input_usd: 3, output_usd: 15}}}}
routes:
  - name: auto
    choose_from: [own, rented]
    parity: {{shadow: 1.0}}
"""
EXPECTED = {"sums": "42", "letters": "Dear neighbour", "thanks": "welcome"}
WORDS = {
    "sums": "Compute the sum of these numbers",
    "letters": "Write to my neighbour about the fence",
    "thanks": "Thank you for your help",
}


class Two:
    """An upstream with two models: one counts, the other writes; once `broken`, the other counts too.

    Both are thanked in vain as often as not, each by its own lot.
    """

    def __init__(self) -> None:
        self.url = ""
        self.broken = False

    async def answer(self, request: web.Request) -> web.Response:
        """POST /chat/completions."""
        body = json.loads(await request.read())
        model, sums = body["model"], "sum" in body["messages"][-1]["content"]
        right = "42" if sums else "Dear neighbour"
        text = ("no idea" if self.broken else "42") if model == "counts" else right
        text = "no idea" if model == "writes" and sums and not self.broken else text
        if "Thank" in (said := body["messages"][-1]["content"]):
            text = ("welcome", "no idea")[zlib.crc32(f"{model}: {said}".encode()) % 2]
        return completion(model, text)


@pytest.fixture
def two() -> Iterator[Two]:
    upstream = Two()
    with completing(upstream.answer) as upstream.url:
        yield upstream


PRIORS = "choose_from: [own, rented]\n    priors: {{own: {{mean: 0.9, kinds: {{sums: 0.8, smus: 0.8}}}}}}"
EXPECTING = CONFIG.replace("choose_from: [own, rented]", PRIORS)
HALF = CONFIG.replace("input_usd: 0, output_usd: 0", "input_usd: 3, output_usd: 15").replace("1.0", "0.5")
# By the time that a belief is learned there is traffic enough for a forecast, too.
SELDOM = HALF.replace("0.5", "0.3")
SPENT = HALF.replace("0.5", "0.5, shadow_budget_usd_per_day: 0.00001")


def ask(house: Server, what: str, number: int, kind: str = "") -> dict[str, str]:
    """What a caller is told who asks for this, under a kind of the same name unless it has another."""
    body = {
        "model": "auto",
        "messages": [{"role": "user", "content": f"{WORDS[what]}, number {number}"}],
        "metadata": {"expected": EXPECTED[what]},
    }
    told = {"x-understudy-kind": kind or what}
    status, headers, answer = post(f"{house.url}/v1/chat/completions", json.dumps(body).encode(), **told)
    assert status == 200, answer
    return headers


def journal(house: Server) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(f"{house.url}/understudy/v1/exchanges")["exchanges"]
    return found


def pool_of(house: Server) -> dict[str, Any]:
    """What is told of the one pool, once anything is."""
    found: dict[str, Any] = eventually(lambda: get(f"{house.url}/understudy/v1/pools")["pools"])[0]
    return found


def test_a_route_learns_which_model_answers_what_and_forgets_it_when_it_breaks(two: Two, tmp_path: Path) -> None:
    with server(tmp_path, EXPECTING.format(url=two.url)) as house:
        first = ask(house, "sums", 0)
        assert first["x-understudy-model"] == "rented"
        assert first["x-understudy-reason"] == "nothing is learned of this kind yet: the incumbent answers"
        _expected(tmp_path, house, first["x-understudy-request-id"])
        for number in range(1, 240):
            ask(house, ("sums", "letters")[number % 2], number)
        served = eventually(lambda: (h := ask(house, "sums", 999))["x-understudy-model"] == "own" and h)
        assert "more than the incumbent here" in served["x-understudy-reason"]
        assert ask(house, "letters", 999)["x-understudy-model"] == "rented"
        _explained(tmp_path, house, served["x-understudy-request-id"])
        two.broken = True
        fallen = eventually(lambda: (h := ask(house, "sums", 1))["x-understudy-model"] == "rented" and h)
        words = "taken back: own has become worse than it was believed to be; the incumbent answers"
        assert fallen["x-understudy-reason"] == words
        assert f"{words} everything" in understudy(tmp_path, "route", "status", "--config", "understudy.yaml").stdout


def nothing_at(url: str) -> str:
    """What is said of an address where there is nothing."""
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(url, timeout=10)
    with raised.value as answer:
        assert answer.code == 404
        return str(answer.read(), "utf-8")


def _expected(folder: Path, house: Server, exchange_id: str) -> None:
    """What is expected of a model is in the journal and told, and lets it answer nothing."""
    row = eventually(lambda: next((row for row in journal(house) if row["id"] == exchange_id), None))
    (own, rented) = row["decision"]["options"]
    assert own["start"]["mean"] == 0.8
    assert "start" not in rented
    told = understudy(folder, "route", "explain", exchange_id, "--config", "understudy.yaml")
    assert "own: own, nothing learned of it on this kind yet; starts at 0.800, as the route's priors say" in told.stdout
    # Asked is what a lesson was made of, once the other model has answered, too.
    words = "priors name kinds of which nothing was asked: smus; asked were: sums"
    eventually(lambda: words in understudy(folder, "route", "status", "--config", "understudy.yaml").stdout)


def _explained(folder: Path, house: Server, exchange_id: str) -> None:
    """The same reasons in the journal, at the terminal for a prompt, and for an exchange."""
    row = eventually(lambda: next((row for row in journal(house) if row["id"] == exchange_id), None))
    assert row["decision"]["chosen"] == "own"
    assert {option["model"] for option in row["decision"]["options"]} == {"own", "rented"}
    config = ("--config", str(folder / "understudy.yaml"))
    told = understudy(folder, "route", "explain", exchange_id, *config)
    assert told.returncode == 0, told.stderr
    assert "own answers: worth +" in told.stdout
    asked = understudy(folder, "route", "explain", WORDS["letters"], "--kind", "letters", *config, "--json", "why.json")
    assert asked.returncode == 0, asked.stderr
    assert "auto / letters (by declared)" in asked.stdout
    assert "rented answers: the incumbent is worth most here" in asked.stdout
    assert json.loads((folder / "why.json").read_text(encoding="utf-8"))["decision"]["chosen"] == "rented"
    status = understudy(folder, "route", "status", *config)
    assert status.returncode == 0, status.stderr
    for words in ("auto (default; incumbent rented): wins over", "letters", "no dial"):
        assert words in status.stdout, words
    # What serves may have been learned from the first of all that was asked.
    pool = eventually(lambda: (one := pool_of(house))["lessons"]["letters"] >= 100 and one)
    page = get(f"{house.url}/understudy/v1/pools")
    described = get(f"{house.url}/understudy/v1/openapi.json")
    assert not wrong(described, "GET", "/understudy/v1/pools", 200, "application/json", page)
    sums = pool["records"]["sums"]
    assert sums["own"]["mean"] > sums["rented"]["mean"] + 0.05
    assert "texts" not in pool
    _drawn(folder, house)
    one = get(f"{house.url}/understudy/v1/exchanges/{exchange_id}")
    assert one["exchange"] == row
    assert one["explanation"][0].startswith("own answers: worth +")
    for path, words in (("exchanges/ex_none", "x-understudy-request-id"), ("pool", "/understudy/v1/pools")):
        assert words in nothing_at(f"{house.url}/understudy/v1/{path}")
    unknown = understudy(folder, "route", "explain", "ex_none", *config)
    assert unknown.returncode == 2
    assert "x-understudy-request-id" in unknown.stderr


def _drawn(folder: Path, house: Server) -> None:
    """The same as a page: at the terminal, at the server, and behind the slices."""
    made = understudy(folder, "route", "report", "auto", "--html", "r.html", "--json", "r.json")
    assert made.returncode == 0, made.stderr
    assert "r.html: 1 pools" in made.stdout
    (pool,) = json.loads((folder / "r.json").read_text(encoding="utf-8"))["pools"]
    assert {kind: choice["chosen"] for kind, choice in pool["choices"].items()} == {"sums": "own", "letters": "rented"}
    base = f"{house.url}/understudy/v1"
    (live,) = get(f"{base}/pools/report?route=auto&format=json")["pools"]
    assert live["choices"].keys() == {"sums", "letters"}
    assert live["lately"]["letters"].keys() == {"rented"}
    assert sum(row["exchanges"] for row in live["spending"] if row["purpose"] == "shadow") > 200
    for page in (
        (folder / "r.html").read_text(encoding="utf-8"),
        get(f"{base}/pools/report"),
        get(f"{base}/parity/report"),
    ):
        for words in ("Who answered", "<b>letters</b>", "answers: worth +", "always rented", "saved so far"):
            assert words in page, words
    assert "there is no pool" in nothing_at(f"{base}/pools/report?route=none")
    assert understudy(folder, "route", "report", "none").returncode == 2
    assert understudy(folder, "route", "report", "--html", "none/r.html").returncode == 2


def test_what_prompts_mean_by_word_vectors_counts_and_other_vectors_are_learned_anew(two: Two, tmp_path: Path) -> None:
    words = ("sum", "numbers", "neighbour", "fence", "Compute", "Write")
    for seed in range(2):
        vectors_in(tmp_path / f"table{seed}", seed=seed, words=words)
    config = CONFIG.format(url=two.url) + "routing: {vectors: ./table0}\n"

    def explained() -> str:
        told = understudy(tmp_path, "route", "explain", WORDS["sums"], "--kind", "mixed", "--config", "understudy.yaml")
        assert told.returncode == 0, told.stderr
        return told.stdout

    def served(house: Server) -> bool:
        return ask(house, "sums", 2, kind="mixed")["x-understudy-model"] == "own"

    with server(tmp_path, config) as house:
        for number in range(240):
            ask(house, ("sums", "letters")[number % 2], number, kind="mixed")
        eventually(lambda: served(house))
        assert "the text speaks" in explained()
        assert "what it means (vectors)" in explained()
        status = understudy(tmp_path, "route", "status", "--config", "understudy.yaml")
        loaded = load_vectors(tmp_path / "table0").id
        assert f"the text of a prompt speaks here too, where the word vectors {loaded} are loaded" in status.stdout
        asked = ask(house, "letters", 2, kind="mixed")
        assert asked["x-understudy-model"] == "rented"
        _near(tmp_path, house, asked["x-understudy-request-id"])
    (tmp_path / "understudy.yaml").write_text(
        (tmp_path / "understudy.yaml").read_text(encoding="utf-8").replace("table0", "table1"), encoding="utf-8"
    )
    assert "the text does not speak here: it was learned with other word vectors" in explained()
    with server(tmp_path, config.replace("table0", "table1")) as house:
        eventually(lambda: served(house))
        assert "what it means (vectors)" in explained()


def _near(folder: Path, house: Server, exchange_id: str) -> None:
    """The nearest past prompts of the tenant are shown to whoever may open the books, and nowhere else."""

    def explained(what: str, *more: str) -> tuple[str, list[dict[str, Any]]]:
        words = ("--config", "understudy.yaml", "--json", "why.json", *more)
        told = understudy(folder, "route", "explain", what, *words)
        assert told.returncode == 0, told.stderr
        return told.stdout, json.loads((folder / "why.json").read_text(encoding="utf-8"))["nearest"]

    lines, found = explained("Please compute the sum of my numbers")
    assert "nearest past prompts of the tenant on this route, and what came of them:" in lines
    assert len(found) == 3
    for one in found:
        assert one["begins"].startswith(WORDS["sums"])
        assert one["outcomes"] == {"own": 1.0, "rented": 0.0}
        assert f'{one["cosine"]:.3f}  "{one["begins"]}" (mixed, {one["exchange_id"]}): own 1.000, rented 0.000' in lines
    lines, found = explained("Please compute the sum of my numbers", "--tenant", "another")
    assert found == []
    assert "no past prompt is near" in lines

    def booked() -> list[dict[str, Any]] | None:
        row = next((row for row in journal(house) if row["id"] == exchange_id), None)
        near = explained(exchange_id)[1] if row is not None else []
        assert not any(exchange_id == one["exchange_id"] for one in near)
        return near or None

    assert all(one["begins"].startswith(WORDS["letters"]) for one in eventually(booked))
    pages = [get(f"{house.url}/understudy/v1/{page}") for page in ("exchanges", "pools")]
    assert not any(words in json.dumps(pages) for words in WORDS.values())


def test_comparisons_go_to_what_is_undecided_as_far_as_the_days_money_goes(two: Two, tmp_path: Path) -> None:
    with server(tmp_path, HALF.format(url=two.url)) as house:
        for number in range(600):
            ask(house, ("sums", "letters", "thanks")[number % 3], number)

        def rates() -> dict[str, float] | None:
            found: dict[str, float] = pool_of(house)["compared"]
            return found if found.get("thanks", 0.0) > 2 * found.get("sums", 0.0) > 0 else None

        eventually(rates)
        id_, rate = _compared_as_told(house)
        explained = understudy(tmp_path, "route", "explain", id_, "--config", "understudy.yaml")
        assert f"all models answer {rate:.1%} of such requests" in explained.stdout
    with server(tmp_path, SPENT.format(url=two.url)) as house:
        eventually(lambda: not any(pool_of(house)["compared"].values()))
        assert _compared_as_told(house)[1] == 0.0


def _compared_as_told(house: Server) -> tuple[str, float]:
    """The first exchange whose decision was made at the rate of comparison that is told, and that rate.

    Boards follow the books by a moment, and the rate follows what is asked.
    """

    def asked() -> tuple[str, float] | None:
        id_ = ask(house, "thanks", 999)["x-understudy-request-id"]
        row: dict[str, Any] = eventually(lambda: next((one for one in journal(house) if one["id"] == id_), None))
        rate: float = pool_of(house)["compared"]["thanks"]
        return (id_, rate) if abs(row["decision"].get("compared", 0.0) - rate) < 1e-6 else None

    found: tuple[str, float] = eventually(asked)
    return found


def test_other_traffic_is_learned_from_anew_and_said_everywhere(two: Two, tmp_path: Path) -> None:
    config = ("--config", str(tmp_path / "understudy.yaml"))
    with server(tmp_path, SELDOM.format(url=two.url)) as house:
        _ask_all(house, ["sums", "letters"] * 220)
        eventually(lambda: ask(house, "sums", 999)["x-understudy-model"] == "own")
        eventually(lambda: sum(pool_of(house)["lessons"].values()) > 440)
        assert 0.4 < pool_of(house)["forecast"]["share"] < 0.6
        # What is answered at once after a belief may have been decided by the one before.
        time.sleep(SETTLE_S)
        other = ["sums"] * 9 + ["letters"]
        _ask_all(house, other * ((WINDOW + 100) // 10))

        def told() -> str | None:
            # Such traffic goes on: a window is no shorter than what the belief was learned from took.
            _ask_all(house, other)
            words: str = pool_of(house)["words"]
            return words if words.startswith("drift: ") else None

        words = eventually(told)
        assert words.startswith("drift: prompts no longer look like those it was learned from (PSI 0.")
        assert "; learned anew, it wins over" in words
        status = understudy(tmp_path, "route", "status", *config).stdout
        assert words in status
        assert re.search(r"forecast: (9|10)\.\d% of calls to rented, as of [\d,]+ prompts in effect", status)

        def explained() -> str | None:
            exchange_id = ask(house, "sums", 999)["x-understudy-request-id"]
            eventually(lambda: next((row for row in journal(house) if row["id"] == exchange_id), None))
            lines = understudy(tmp_path, "route", "explain", exchange_id, *config).stdout
            return lines if "learned anew because of drift: prompts no longer look like" in lines else None

        assert "own answers: worth +" in eventually(explained)
    with contextlib.closing(sqlite3.connect(f"file:{tmp_path / 'understudy.db'}?mode=ro", uri=True)) as books:
        lessons, units = books.execute("SELECT count(*), count(DISTINCT nullif(unit, '')) FROM lessons").fetchone()
    assert units == lessons > WINDOW, "each of these is a conversation of its own"


def _ask_all(house: Server, kinds: list[str]) -> None:
    with ThreadPoolExecutor(4) as threads:
        assert len(list(threads.map(ask, [house] * len(kinds), kinds, range(len(kinds))))) == len(kinds)
