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
from pathlib import Path

import aiohttp

from tests.journeys.house import PATIENCE_S, Server, Upstream, eventually, get, post, start

CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", auth: none}}
models:
  - {{name: plain, provider: chatty, model: plain}}
"""
ASK = {"model": "plain", "messages": [{"role": "user", "content": "ask"}]}
INSTANTS = 20
CALLERS = 24
# An instant is drawn as so many answers that were acknowledged, and so long after the last of them, which is about as
# long as an answer takes: so there is a load however slow the machine is.
FEWEST, MOST = 40, 200
AFTER_S = 0.02


class Client:
    """Callers that note every answer whose terminal bytes they got."""

    def __init__(self, url: str, enough: int) -> None:
        self.url = url
        self.enough = enough
        self.acknowledged: list[str] = []
        self.asked = 0
        self.plenty = asyncio.Event()
        self.stop = asyncio.Event()

    async def call(self, session: aiohttp.ClientSession, number: int) -> None:
        streamed = number % 2 == 0
        body = {**ASK, "stream": streamed}
        while not self.stop.is_set():
            self.asked += 1
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with session.post(f"{self.url}/v1/chat/completions", json=body) as answer:
                    data = await answer.read()
                    if answer.status == 200 and (b"[DONE]" in data if streamed else json.loads(data)):
                        self.acknowledged.append(answer.headers["x-understudy-request-id"])
                        if len(self.acknowledged) >= self.enough:
                            self.plenty.set()
                        continue
            await asyncio.sleep(0.002)

    async def run(self, then_s: float, server: Server) -> None:
        """Load the server, kill its tree a moment after enough answers, and let every caller see it."""
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
            asyncio.TaskGroup() as group,
        ):
            for number in range(CALLERS):
                group.create_task(self.call(session, number))
            await self.plenty.wait()
            await asyncio.sleep(then_s)
            os.killpg(server.pid, signal.SIGKILL)
            self.stop.set()


def test_nothing_acknowledged_is_lost_by_kill_9(scripted: Upstream, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    path = tmp_path / "understudy.yaml"
    path.write_text(CONFIG.format(url=scripted.url), encoding="utf-8")
    acknowledged: list[str] = []
    asked = 0
    for _ in range(INSTANTS):
        server = start(tmp_path, path, {})
        client = Client(server.url, rng.randint(FEWEST, MOST))
        asyncio.run(client.run(rng.uniform(0.0, AFTER_S), server))
        server.process.wait(PATIENCE_S)
        acknowledged += client.acknowledged
        asked += client.asked
    server = start(tmp_path, path, {})
    try:
        assert get(f"{server.url}/readyz")["status"] == "ok"
        # A worker's answers are booked in their order: once the last one is, all that were spooled before are.
        _, headers, _ = post(f"{server.url}/v1/chat/completions", json.dumps(ASK).encode())
        eventually(lambda: headers["x-understudy-request-id"] in _booked(tmp_path / "understudy.db"))
        booked = _booked(tmp_path / "understudy.db")
    finally:
        server.process.terminate()
        server.process.wait(PATIENCE_S)
    print(f"{len(acknowledged)} acknowledged of {asked} asked, {len(booked)} booked")
    assert len(set(acknowledged)) == len(acknowledged)
    assert not set(acknowledged) - booked


def _booked(database: Path) -> set[str]:
    """The ids in the journal."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return {row[0] for row in connection.execute("select id from exchanges")}
