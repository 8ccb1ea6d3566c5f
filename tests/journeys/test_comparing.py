"""Comparisons yield to what is served, and are given what time there is when the server is told to stop."""

import asyncio
import contextlib
import json
import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiohttp import web

from tests.cli.test_serve import understudy
from tests.journeys.house import PATIENCE_S, Server, completing, completion, eventually, get, post, server

CONFIG = """\
server: {{host: 127.0.0.1, port: 0, workers: {workers}}}
providers:
  small: {{dialect: openai_chat, base_url: "{url}", auth: none}}
models:
  - {{name: own, provider: small, model: counts, owned: true, slots: 2, price: {{input_usd: 0, output_usd: 0}}}}
  - {{name: rented, provider: small, model: writes, price: {{input_usd: 3, output_usd: 15}}}}
routes:
  - {{name: slice, incumbent: rented, candidate: own, parity: {{shadow: 1.0}}}}
  - {{name: pool, choose_from: [own, rented], parity: {{shadow: 1.0}}}}
"""
SLOTS = 2
CALLERS = 24
# One answer of the own model.
ANSWER_S = 0.25


class Engine:
    """An own model that answers two at a time and lets the rest wait, beside a rented one that answers at once."""

    def __init__(self) -> None:
        self.url = ""
        self.answer_s = ANSWER_S
        self.asked: Counter[str] = Counter()
        # Who found no slot free, by what was said.
        self.queued: Counter[str] = Counter()
        self._slots = asyncio.Semaphore(SLOTS)

    async def answer(self, request: web.Request) -> web.Response:
        """POST /chat/completions."""
        body = json.loads(await request.read())
        said = body["messages"][-1]["content"].split()[0]
        self.asked[f"{body['model']} {said}"] += 1
        if body["model"] == "counts":
            self.queued[said] += self._slots.locked()
            async with self._slots:
                await asyncio.sleep(self.answer_s)
        return completion(body["model"], "42")


@pytest.fixture
def engine() -> Iterator[Engine]:
    running = Engine()
    with completing(running.answer) as running.url:
        yield running


def ask(house: Server, model: str, said: str) -> float:
    """Ask once; the seconds that it took."""
    body = {"model": model, "messages": [{"role": "user", "content": said}], "metadata": {"expected": "42"}}
    begun = time.monotonic()
    status, _, answer = post(f"{house.url}/v1/chat/completions", json.dumps(body).encode())
    assert status == 200, answer
    return time.monotonic() - begun


def books(folder: Path, asked: str) -> list[sqlite3.Row]:
    """What the database says."""
    with contextlib.closing(sqlite3.connect(f"file:{folder / 'understudy.db'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(asked).fetchall()


@pytest.mark.parametrize(("route", "workers"), [("slice", 1), ("pool", 2)])
def test_what_is_served_never_waits_for_comparisons(engine: Engine, tmp_path: Path, route: str, workers: int) -> None:
    with server(tmp_path, CONFIG.format(url=engine.url, workers=workers)) as house:
        eventually(lambda: ask(house, route, "warm up") and engine.asked["counts warm"])
        with ThreadPoolExecutor(CALLERS) as callers:
            compared = [callers.submit(ask, house, route, f"compared {number}") for number in range(4 * CALLERS)]
            seconds = [ask(house, "own", f"served {number}") for number in range(12)]
            for one in compared:
                one.result()
        assert engine.queued["served"] == 0
        assert max(seconds) < 2 * ANSWER_S + 0.5
        made = engine.asked["counts compared"]
        assert 0 < made < 4 * CALLERS
        told = eventually(lambda: _finished(tmp_path, 4 * CALLERS) and books(tmp_path, REFUSED))
        left_out = sum(row["n"] for row in told)
        assert _counted(house) > 0
        _shown(tmp_path, house, route, left_out)
        if route == "slice":
            pairs = books(tmp_path, "SELECT * FROM pairs")
            # Each of them that was announced was asked: nothing is lost to the load.
            assert {(row["settled"], row["candidate_good"], row["propensity"]) for row in pairs} == {(1, 1, 1.0)}
            assert len(pairs) + left_out >= 4 * CALLERS
        else:
            _honest(tmp_path)


REFUSED = "SELECT model, count(*) AS n FROM exchanges WHERE purpose = 'shadow' AND status = 'refused' GROUP BY model"
DONE = "SELECT count(*) AS n FROM exchanges WHERE purpose = 'shadow' AND model = 'own' AND status = 'ok'"
LAST_SHADOW = "SELECT * FROM exchanges WHERE purpose = 'shadow' AND model = 'own' ORDER BY at_s DESC LIMIT 1"
SHADOWS = "SELECT count(*) AS n FROM exchanges WHERE purpose = 'shadow' AND asked IN ('slice', 'pool')"


def _finished(folder: Path, requests: int) -> bool:
    """Whether each request was compared or left out."""
    return bool(books(folder, SHADOWS)[0]["n"] >= requests)


def _counted(house: Server) -> float:
    """What /metrics counts as left out; of several workers only one is asked at a time."""
    pattern = r'understudy_requests_total\{model="own",purpose="shadow",route="\w+",status="refused"\} ([\d.]+)'
    found = eventually(lambda: re.search(pattern, str(get(f"{house.url}/metrics"))))
    return float(found[1])


def _shown(folder: Path, house: Server, route: str, left_out: int) -> None:
    """The slice and the pool say how many were left out, and what may be done."""
    config = ("--config", str(folder / "understudy.yaml"))
    words = f"{left_out:,} comparisons of the last day were left out: own had no slot for more"
    if route == "pool":
        shown = understudy(folder, "route", "status", *config).stdout
    else:
        (slice_,) = get(f"{house.url}/understudy/v1/parity")["slices"]
        assert slice_["left_out"].startswith(words)
        name = slice_["slice"].split("@")[0]
        shown = understudy(folder, "parity", "show", name, *config).stdout
    assert words in " ".join(shown.split())


def _honest(folder: Path) -> None:
    """A request that could not be compared had no chance of it, and the journal says so; every other one had."""
    rows = {row["id"]: row for row in books(folder, "SELECT * FROM exchanges")}
    out = {row["shadow_of"] for row in rows.values() if row["status"] == "refused"}
    told = [(name in out, json.loads(row["record"])) for name, row in rows.items() if row["purpose"] == "serve"]
    chances = {(left, row["decision"]["compared"]) for left, row in told if row.get("route") == "pool"}
    assert chances == {(True, 0.0), (False, 1.0)}


@pytest.mark.parametrize("route", ["slice", "pool"])
def test_a_comparison_that_ends_within_the_grace_is_booked(engine: Engine, tmp_path: Path, route: str) -> None:
    engine.answer_s = 2.0
    _stopped(engine, tmp_path, route)
    if route == "slice":
        (pair,) = books(tmp_path, "SELECT * FROM pairs ORDER BY at_s DESC LIMIT 1")
        assert (pair["settled"], pair["candidate"], pair["incumbent"], pair["missing"]) == (1, 1.0, 1.0, None)
    else:
        (lesson,) = books(tmp_path, "SELECT outcomes FROM lessons ORDER BY at_s DESC LIMIT 1")
        assert sorted(json.loads(lesson["outcomes"])) == ["own", "rented"]
    (shadow,) = books(tmp_path, LAST_SHADOW)
    assert (shadow["status"], shadow["out"]) == ("ok", 5)


@pytest.mark.parametrize("route", ["slice", "pool"])
def test_one_that_does_not_is_void_and_no_failure_of_the_candidate(engine: Engine, tmp_path: Path, route: str) -> None:
    engine.answer_s = 60.0
    _stopped(engine, tmp_path, route)
    if route == "slice":
        (pair,) = books(tmp_path, "SELECT * FROM pairs ORDER BY at_s DESC LIMIT 1")
        assert (pair["settled"], pair["candidate"], pair["incumbent"]) == (1, None, None)
        assert (pair["candidate_good"], pair["missing"]) == (1, "the server was stopped before both had answered")
    else:
        (lesson,) = books(tmp_path, "SELECT outcomes FROM lessons ORDER BY at_s DESC LIMIT 1")
        assert sorted(json.loads(lesson["outcomes"])) == ["rented"]
    (shadow,) = books(tmp_path, LAST_SHADOW)
    assert shadow["status"] == "cancelled"


def _stopped(engine: Engine, folder: Path, route: str) -> None:
    """A server that is told to stop while the own model answers for a comparison."""
    with server(folder, CONFIG.format(url=engine.url, workers=1)) as house:
        engine.answer_s, answer_s = 0.0, engine.answer_s
        # A slice is known from its first request on, and that takes a moment.
        eventually(lambda: ask(house, route, "warm up") and engine.asked["counts warm"])
        eventually(lambda: _quiet(engine, folder, route))
        engine.answer_s = answer_s
        ask(house, route, "compared 1")
        eventually(lambda: engine.asked["counts compared"])
        house.process.send_signal(signal.SIGTERM)
        assert house.process.wait(PATIENCE_S) == 0


def _quiet(engine: Engine, folder: Path, route: str) -> bool:
    """Whether every request so far is booked, and each that was to be compared has been."""
    served = "SELECT count(*) AS n FROM exchanges WHERE purpose = 'serve'"
    drawn = served if route == "pool" else "SELECT count(*) AS n FROM pairs"
    counts = [books(folder, asked)[0]["n"] for asked in (served, drawn, DONE)]
    return counts == [engine.asked["writes warm"], counts[1], counts[1]]
