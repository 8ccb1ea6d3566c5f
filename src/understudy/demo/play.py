"""The traffic of the demo: a few thousand requests of every kind, played over HTTP as any client would.

Half of them are streamed. Each says its kind by header, as an application that knows what it asks would. The player
knows nothing of what is served by whom; it counts what came back right.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import aiohttp
import msgspec

from understudy.demo.tasks import KINDS, Task, make, right

ROUTE = "assistant"
# Callers at a time: enough to keep two cores busy, few enough that nothing queues.
CALLERS = 12
MAX_TOKENS = 48


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message | None = None
    delta: _Message | None = None


class _Body(msgspec.Struct):
    choices: list[_Choice] = []


_DECODER = msgspec.json.Decoder(_Body)


@dataclass
class Score:
    """What callers saw."""

    asked: int = 0
    right: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    recent: deque[bool] = field(default_factory=lambda: deque(maxlen=200))


def traffic(seed: int, kinds: tuple[str, ...] | None = None) -> Iterator[Task]:
    """An endless mix of tasks, each kind by its share of traffic; the same for the same seed."""
    rng = random.Random(seed)
    chosen = [kind for kind in KINDS if kinds is None or kind.id in kinds]
    weights = [kind.weight for kind in chosen]
    while True:
        yield make(rng.choices(chosen, weights)[0].id, rng)


class Player:
    """Plays tasks through the gateway at `url` (its OpenAI base URL)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self.score = Score()

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._session.close()

    async def play(self, tasks: Iterator[Task], count: int) -> None:
        """Play so many tasks, CALLERS at a time."""
        left = iter(range(count))

        async def caller() -> None:
            for number in left:
                await self._ask(next(tasks), streamed=number % 2 == 0)

        async with asyncio.TaskGroup() as group:
            for _ in range(CALLERS):
                group.create_task(caller())

    async def _ask(self, task: Task, *, streamed: bool) -> None:
        body = {
            "model": ROUTE,
            "messages": [{"role": "user", "content": task.prompt}],
            "temperature": 0,
            "max_tokens": MAX_TOKENS,
            "stream": streamed,
        }
        headers = {"x-understudy-kind": task.kind}
        self.score.asked += 1
        self.score.by_kind[task.kind] += 1
        async with self._session.post(f"{self._url}/chat/completions", json=body, headers=headers) as answer:
            data = await answer.read()
        if answer.status != 200:
            self.score.failed += 1
            return
        good = right(task.prompt, _streamed(data) if streamed else _whole(data))
        self.score.right[task.kind] += good
        self.score.recent.append(good)


def _whole(data: bytes) -> str:
    message = _DECODER.decode(data).choices[0].message
    return message.content or "" if message else ""


def _streamed(data: bytes) -> str:
    words = []
    for line in data.split(b"\n"):
        if line.startswith(b"data: {"):
            words += [choice.delta.content or "" for choice in _DECODER.decode(line[6:]).choices if choice.delta]
    return "".join(words)
