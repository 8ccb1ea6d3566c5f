"""kill -9 of the whole tree at random instants under load: every answer whose ending a client got is in the books.

The clients' own list is the truth. Streams are open all the time; the instants are drawn from a printed seed.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import aiohttp

from tests.journeys.house import Server, Upstream, free_port, get, start

CONFIG = """\
server: {{host: 127.0.0.1, port: {port}}}
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", auth: none}}
models:
  - {{name: plain, provider: chatty, model: plain}}
"""
INSTANTS = 20
CALLERS = 24
# The load is asked for per second of the time that the server was really up and taking requests.
RATE = 200
SHORTEST_S, LONGEST_S = 0.2, 0.9


class Client:
    """Callers that note every answer whose terminal bytes they got."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.acknowledged: list[str] = []
        self.asked = 0
        self.stop = asyncio.Event()

    async def call(self, session: aiohttp.ClientSession, number: int) -> None:
        streamed = number % 2 == 0
        body = {"model": "plain", "messages": [{"role": "user", "content": "ask"}], "stream": streamed}
        while not self.stop.is_set():
            self.asked += 1
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with session.post(f"{self.url}/v1/chat/completions", json=body) as answer:
                    data = await answer.read()
                    if answer.status == 200 and (b"[DONE]" in data if streamed else json.loads(data)):
                        self.acknowledged.append(answer.headers["x-understudy-request-id"])
                        continue
            await asyncio.sleep(0.002)

    async def run(self, kill_after_s: float, server: Server) -> float:
        """Load the server, kill its tree at the instant, and let every caller see it; the seconds of load."""
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
            asyncio.TaskGroup() as group,
        ):
            for number in range(CALLERS):
                group.create_task(self.call(session, number))
            begun = time.monotonic()
            await asyncio.sleep(kill_after_s)
            os.killpg(server.pid, signal.SIGKILL)
            seconds = time.monotonic() - begun
            self.stop.set()
        return seconds


def test_nothing_acknowledged_is_lost_by_kill_9(scripted: Upstream, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    port = free_port()
    path = tmp_path / "understudy.yaml"
    path.write_text(CONFIG.format(url=scripted.url, port=port), encoding="utf-8")
    acknowledged: list[str] = []
    asked, seconds = 0, 0.0
    for _ in range(INSTANTS):
        server = start(tmp_path, path, port, {})
        client = Client(server.url)
        seconds += asyncio.run(client.run(rng.uniform(SHORTEST_S, LONGEST_S), server))
        server.process.wait(10)
        acknowledged += client.acknowledged
        asked += client.asked
    server = start(tmp_path, path, port, {})
    try:
        assert get(f"{server.url}/readyz")["status"] == "ok"
        booked = _booked(tmp_path / "understudy.db", len(acknowledged))
    finally:
        server.process.terminate()
        server.process.wait(20)
    print(f"{len(acknowledged)} acknowledged of {asked} asked in {seconds:.1f} s, {len(booked)} booked")
    assert len(set(acknowledged)) == len(acknowledged)
    assert not set(acknowledged) - booked
    assert len(acknowledged) / seconds >= RATE


def _booked(database: Path, at_least: int) -> set[str]:
    """The ids in the journal, once the spool has been drained."""
    deadline, before = time.monotonic() + 30, -1
    found: set[str] = set()
    while time.monotonic() < deadline and (len(found) < at_least or len(found) != before):
        before = len(found)
        time.sleep(0.5)
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            found = {row[0] for row in connection.execute("select id from exchanges")}
    return found
