"""Holding: what a request may come to, and that nothing stays held whatever becomes of it."""

import asyncio
import dataclasses
import json
from pathlib import Path

import msgspec
import pytest

from tests.gateway.sites import PRICE, RENTED, Heard, Stage
from tests.journeys.house import Upstream, upstream
from understudy.canon.embeddings import EmbedRequest
from understudy.canon.messages import Message
from understudy.canon.money import Price
from understudy.canon.parts import Text
from understudy.canon.request import Request, Sampling
from understudy.dialects.anthropic import DIALECT
from understudy.dialects.counting import estimate
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.gateway.corridor import Gateway
from understudy.gateway.holding import LONG_BYTES, budgeted, size_of, size_of_body, size_of_texts
from understudy.gateway.site import Call, Standing
from understudy.ledger.holds import WorkerHolds
from understudy.policy.budgets import GUESSED_OUT, NOTHING, Size
from understudy.policy.keys import ANYONE, Caller, Key, Keyring, digest
from understudy.providers.fast_transport import FastTransport
from understudy.routing.board import Board, Endpoint, Route

DEAR = Price(uncached_in=100 * (PRICE.uncached_in or 0), out=100 * (PRICE.out or 0))
SAID = Request(model="m", messages=(Message("user", (Text("Is the harbour calm?"),)),), dialect="anthropic")


def test_money_is_watched_where_a_key_or_a_route_has_a_budget() -> None:
    plain, capped = Route(name="r", incumbent="m"), Route(name="r", incumbent="m", budget_usd_per_day=0.0)
    team = Caller("team", "default", budget_usd_per_day=0.0)
    assert [budgeted(ANYONE, None), budgeted(ANYONE, plain)] == [False, False]
    assert [budgeted(team, None), budgeted(ANYONE, capped)] == [True, True]


def test_a_size_is_the_estimate_of_the_prompt_and_what_the_caller_takes_of_every_answer() -> None:
    long = msgspec.structs.replace(SAID, source=b"x" * (LONG_BYTES + 1), max_tokens=7, sampling=Sampling(n=3))
    assert asyncio.run(size_of(SAID)) == Size(estimate(SAID), None)
    assert asyncio.run(size_of(long)) == Size(estimate(SAID), 21)
    assert size_of_texts(EmbedRequest(model="m", dialect="openai_chat", inputs=("four", (1, 2, 3)))) == Size(4, 0)
    assert size_of_body(b"x" * 40, "application/json; charset=utf-8") == Size(10)
    assert size_of_body(b"x" * 40, "multipart/form-data; boundary=x") == Size(0)


class Witness(WorkerHolds):
    """Holds that remember what they held."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[int] = []

    def hold(self, exchange_id: str, key: str, route: str, nano: int) -> None:
        super().hold(exchange_id, key, route, nano)
        self.told.append(self.of_key(key).held)


def served(stage: Stage, holds: WorkerHolds, *, stream: bool, **scripts: str) -> None:
    """A request of a key with a budget, through the corridor: each model does as its script says, in this order."""
    key = Key(name="team", digest=digest(stage.site.server_secret, "k"), budget_usd_per_day=1.0)
    body = {"model": "r", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 900, "stream": stream}

    async def run(scripted: Upstream) -> None:
        models = {
            name: msgspec.structs.replace(RENTED, name=name, upstream=script, endpoints=(Endpoint(scripted.url),))
            for name, script in scripts.items()
        }
        models["dear"] = msgspec.structs.replace(models["first"], name="dear", price=DEAR)
        first, *rest = models
        board = Board(models=models, routes={"r": Route(name="r", incumbent=first, fallbacks=tuple(rest))})
        standing = Standing(board=board, keyring=Keyring({key.digest: key}))
        async with FastTransport({}) as transport, asyncio.TaskGroup() as group:
            site = dataclasses.replace(stage.site, upstream=transport, standing=lambda: standing, holds=holds)
            call = Call(DIALECT, {"x-api-key": "k"}, json.dumps(body).encode())
            asked = group.create_task(Gateway(site).answer(call, Heard()))
            if "silent" in scripts.values():
                await asyncio.to_thread(scripted.started.wait, 10)
                asked.cancel()

    with upstream() as scripted:
        asyncio.run(run(scripted))


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("script", ["plain", "status-500", "status-429", "cut", "eof", "inband", "html", "silent"])
def test_whatever_becomes_of_a_request_nothing_stays_held(tmp_path: Path, script: str, stream: bool) -> None:
    stage, holds = Stage(tmp_path), Witness()
    served(stage, holds, stream=stream, first=script)
    assert holds.told[0] > 900 * 8_000
    assert holds.of_key("team").held == 0
    # What it did cost counts until the books have it.
    assert holds.of_key("team").cost == sum(row.cost_nano_usd or 0 for row in stage.observed)
    holds.booked({row.id for row in stage.observed}, 0)
    assert (holds.of_key("team"), holds.of_route("r")) == (NOTHING, NOTHING)


def test_a_model_that_stands_in_is_held_at_its_own_price(tmp_path: Path) -> None:
    holds = Witness()
    served(Stage(tmp_path), holds, stream=False, first="status-500")
    assert holds.told[1] == 100 * holds.told[0]


def test_vectors_and_what_passes_as_it_is_are_held_too(tmp_path: Path) -> None:
    stage, holds = Stage(tmp_path), Witness()
    key = Key(name="team", digest=digest(stage.site.server_secret, "k"), budget_usd_per_day=1.0)

    async def run(scripted: Upstream) -> None:
        endpoints = (Endpoint(scripted.url),)
        model = msgspec.structs.replace(RENTED, upstream="plain", dialect=CHAT.name, endpoints=endpoints)
        standing = Standing(board=Board(models={"rented": model}), keyring=Keyring({key.digest: key}))
        async with FastTransport({}) as transport:
            dialects = {CHAT.name: CHAT}
            site = dataclasses.replace(
                stage.site, dialects=dialects, upstream=transport, standing=lambda: standing, holds=holds
            )
            for path, body in (("/v1/embeddings", {"input": "calm sea"}), ("/v1/completions", {"prompt": "calm"})):
                raw = json.dumps({"model": "rented", **body}).encode()
                gateway = Gateway(site)
                serve = gateway.embed if path.endswith("embeddings") else gateway.pass_on
                await serve(Call(CHAT, {"x-api-key": "k"}, raw, path), Heard())

    with upstream() as scripted:
        asyncio.run(run(scripted))
    assert [row.status for row in stage.observed] == ["ok", "ok"]
    # Two words; a body of some tokens and an answer whose length nobody told, beside what the first did cost.
    assert holds.told[0] == 2 * 2_000
    assert holds.told[1] == len(json.dumps({"model": "rented", "prompt": "calm"})) // 4 * 2_000 + GUESSED_OUT * 8_000
    assert holds.of_key("team").held == 0


def test_a_request_that_cannot_be_booked_holds_nothing_either(tmp_path: Path) -> None:
    stage = Stage(tmp_path)

    class Closes(WorkerHolds):
        def hold(self, exchange_id: str, key: str, route: str, nano: int) -> None:
            super().hold(exchange_id, key, route, nano)
            stage.site.journal.close()  # type: ignore[attr-defined]

    holds = Closes()
    served(stage, holds, stream=False, first="plain")
    assert (stage.observed, holds.of_key("team")) == ([], NOTHING)
