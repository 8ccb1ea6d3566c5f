"""What the demo knows of the server while it runs: polled over HTTP, kept for the table and the report."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp

# Twice a second is what eyes can follow.
POLL_S = 0.5


@dataclass
class Sight:
    """One look at every slice, so many requests into the run."""

    asked: int
    slices: list[dict[str, Any]]
    spent_nano: int
    saved_nano: int
    shadow_nano: int


@dataclass
class Watcher:
    """Polls the server and keeps every look. `asked` tells how many requests have been played."""

    url: str
    sights: list[Sight] = field(default_factory=list)

    async def look(self, session: aiohttp.ClientSession, asked: int) -> Sight:
        """One look, kept."""
        async with session.get(f"{self.url}/understudy/v1/parity") as answer:
            slices = (await answer.json())["slices"]
        async with session.get(f"{self.url}/understudy/v1/money") as answer:
            money = (await answer.json())["money"]
        serve = [row for row in money if row["purpose"] == "serve"]
        spent = sum(row["cost_nano_usd"] or 0 for row in serve)
        rented = sum(row["incumbent_cost_nano_usd"] or 0 for row in serve)
        shadow = sum(row["cost_nano_usd"] or 0 for row in money if row["purpose"] == "shadow")
        for one in slices:
            mine = [row for row in serve if row["kind"] == one["kind"]]
            one["saved_nano"] = sum((row["incumbent_cost_nano_usd"] or 0) - (row["cost_nano_usd"] or 0) for row in mine)
        sight = Sight(asked, sorted(slices, key=lambda one: str(one["slice"])), spent, rented - spent, shadow)
        self.sights.append(sight)
        return sight

    async def settle(self, session: aiohttp.ClientSession, asked: int, *, looks: int = 20) -> Sight:
        """Look until the books have taken everything in: two looks alike in a row."""
        before = await self.look(session, asked)
        for _ in range(looks):
            await asyncio.sleep(POLL_S)
            after = await self.look(session, asked)
            if [one["pairs"] + one["watched"] for one in after.slices] == [
                one["pairs"] + one["watched"] for one in before.slices
            ]:
                return after
            before = after
        return before
