"""How good is the own model really? Fresh played prompts, asked of the running model itself, nothing in between."""

import asyncio
import random

import aiohttp

from understudy.demo.tasks import KINDS, make, right

AT_ONCE = 8
MAX_TOKENS = 48


async def measure(url: str, model: str, seed: int, n: int, *, key: str) -> dict[str, tuple[int, int]]:
    """Right answers of `n` prompts of every kind, by kind; `url` is the model's OpenAI base URL. Greedy."""
    rng = random.Random(seed)
    tasks = [make(kind.id, rng) for kind in KINDS for _ in range(n)]
    found = {kind.id: 0 for kind in KINDS}
    left = iter(tasks)

    async def caller(session: aiohttp.ClientSession) -> None:
        for task in left:
            body = {
                "model": model,
                "messages": [{"role": "user", "content": task.prompt}],
                "temperature": 0,
                "max_tokens": MAX_TOKENS,
            }
            async with session.post(f"{url}/chat/completions", json=body) as answer:
                answer.raise_for_status()
                told = (await answer.json())["choices"][0]["message"]["content"] or ""
            found[task.kind] += right(task.prompt, told)

    headers = {"authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(headers=headers) as session, asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(caller(session))
    return {kind: (good, n) for kind, good in found.items()}
