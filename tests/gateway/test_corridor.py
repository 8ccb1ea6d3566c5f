"""The corridor at both ends: what a name stands for, and a caller that hangs up with the last byte of its answer."""

import asyncio
import dataclasses
import gc
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.gateway.sites import BOARD, OWN, RENTED, Heard, Stage
from tests.journeys.house import Upstream, upstream
from understudy.canon.money import Price
from understudy.dialects.anthropic import DIALECT
from understudy.gateway.corridor import PAIR_GRACE_S, Gateway
from understudy.gateway.site import Call, Standing
from understudy.ledger.slots import PATIENCE_S, WorkerSlots
from understudy.policy.keys import Key, Keyring, digest
from understudy.ports import Compared, Exchange, Headers, Paired, Record
from understudy.providers.fast_transport import FastTransport
from understudy.routing.board import Board, Endpoint, Model, Ramp, Route


class HangsUp:
    """A caller that is gone as soon as it has the last byte, before the server knows that it was handed over."""

    async def start(self, status: int, headers: Headers) -> None:
        assert status == 200

    async def write(self, data: bytes) -> None:
        assert data

    async def end(self, data: bytes = b"") -> None:
        raise asyncio.CancelledError


def board(scripted: Upstream) -> Board:
    def at(model: Model) -> Model:
        return msgspec.structs.replace(model, upstream="plain", endpoints=(Endpoint(scripted.url),), auth="none")

    return msgspec.structs.replace(
        BOARD,
        models={"rented": at(RENTED), "own": at(OWN)},
        routes={"r": Route(name="r", incumbent="rented", candidate="own")},
        ramps={("default", "r", "chat"): Ramp(hypothesis="h", share=1.0, rate=1.0, canary=True)},
    )


def test_an_alias_is_permitted_served_and_booked_as_what_it_stands_for(tmp_path: Path) -> None:
    stage, sender = Stage(tmp_path), Heard()
    body = {"model": "claude-haiku-9", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9}
    key = Key(name="team", digest=digest(stage.site.server_secret, "k"), routes=("r",))

    async def run(scripted: Upstream) -> None:
        async with FastTransport({}) as transport:
            aliased = msgspec.structs.replace(board(scripted), ramps={}, aliases={"claude-*": "r"})
            standing = Standing(board=aliased, keyring=Keyring({key.digest: key}))
            site = dataclasses.replace(stage.site, upstream=transport, standing=lambda: standing)
            await Gateway(site).answer(Call(DIALECT, {"x-api-key": "k"}, json.dumps(body).encode()), sender)

    with upstream() as scripted:
        asyncio.run(run(scripted))
    assert (sender.status, json.loads(sender.body)["model"]) == (200, "claude-haiku-9")
    [row] = stage.observed
    assert (row.asked, row.route, row.model) == ("claude-haiku-9", "r", "rented")


def test_a_sessions_call_to_another_route_does_not_take_its_conversation_along(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    headers = {"x-claude-code-session-id": "s"}

    async def run(scripted: Upstream) -> None:
        async with FastTransport({}) as transport:
            routes = {"small": Route(name="small", incumbent="own"), **board(scripted).routes}
            ramps = {("default", "r", "chat"): Ramp(hypothesis="h", share=0.0)}
            standing = Standing(
                board=msgspec.structs.replace(board(scripted), routes=routes, ramps=ramps), keyring=Keyring()
            )
            site = dataclasses.replace(stage.site, upstream=transport, standing=lambda: standing)
            for route in ("small", "r", "small"):
                body = {"model": route, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9}
                await Gateway(site).answer(Call(DIALECT, headers, json.dumps(body).encode()), Heard())

    with upstream() as scripted:
        asyncio.run(run(scripted))
    assert [row.model for row in stage.observed] == ["own", "rented", "own"]
    assert len({row.unit for row in stage.observed}) == 1


PRICED = Price(uncached_in=2_000_000_000, cache_read=1_000_000_000, out=8_000_000_000)
# What the scripted upstream tells before its first word, and at the end: 15 and 5 from the cache, then 1 or 7 written.
EARLY, WHOLE = 15 * 2_000 + 5 * 1_000 + 1 * 8_000, 15 * 2_000 + 5 * 1_000 + 7 * 8_000


def broken_off(tmp_path: Path, *scripts: str, route: Route) -> tuple[list[Exchange], list[Record]]:
    """What is booked of a streamed request, to models a and b that do as their scripts say; a is there twice."""
    stage = Stage(tmp_path)
    later: list[Coroutine[Any, Any, None]] = []
    body = {"model": "r", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9, "stream": True}

    async def run(scripted: Upstream) -> None:
        there = Endpoint(scripted.url)
        models = {
            name: msgspec.structs.replace(
                RENTED, name=name, upstream=script, endpoints=(there,) * places, auth="none", price=PRICED
            )
            for (name, places), script in zip((("a", 2), ("b", 1)), scripts, strict=False)
        }
        standing = Standing(board=Board(models=models, routes={"r": route}), keyring=Keyring())
        async with FastTransport({}) as transport:
            site = dataclasses.replace(stage.site, upstream=transport, standing=lambda: standing, spawn=later.append)
            await Gateway(site).answer(Call(DIALECT, {}, json.dumps(body).encode()), Heard())
            for work in later:
                await work

    with upstream() as scripted:
        asyncio.run(run(scripted))
    return stage.observed, stage.journal()


def test_what_a_broken_attempt_cost_is_booked_to_its_own_model(tmp_path: Path) -> None:
    rows, _ = broken_off(tmp_path, "early", "plain", route=Route(name="r", incumbent="a", fallbacks=("b",)))
    told = [(row.purpose, row.model, row.status, row.cost_nano_usd) for row in rows]
    assert told == [("attempt", "a", "failed", EARLY)] * 2 + [("serve", "b", "ok", WHOLE)]
    serve = rows[-1]
    assert {row.shadow_of for row in rows[:-1]} == {serve.id}
    assert {(row.key, row.route, row.fault) for row in rows[:-1]} == {("anonymous", "r", "overloaded")}
    assert [attempt.outcome for attempt in serve.attempts] == ["overloaded", "overloaded", "ok"]


def test_a_try_that_told_no_usage_has_none_of_another(tmp_path: Path) -> None:
    rows, _ = broken_off(tmp_path, "early", "status-500", route=Route(name="r", incumbent="a", fallbacks=("b",)))
    told = [(row.purpose, row.model, row.cost_nano_usd) for row in rows]
    assert told == [("attempt", "a", EARLY)] * 2 + [("serve", "b", None)]


def test_where_no_other_try_follows_the_request_itself_has_the_cost(tmp_path: Path) -> None:
    rows, _ = broken_off(tmp_path, "early", route=Route(name="r", incumbent="a"))
    assert [(row.purpose, row.cost_nano_usd) for row in rows] == [("attempt", EARLY), ("serve", EARLY)]


@pytest.mark.parametrize(("script", "cost", "whole"), [("falters", EARLY + WHOLE, True), ("early", 2 * EARLY, False)])
def test_a_lesson_hears_what_all_tries_of_a_model_cost(tmp_path: Path, script: str, cost: int, whole: bool) -> None:
    route = Route(name="r", incumbent="a", choose_from=("a", "b"))
    _, records = broken_off(tmp_path, script, "plain", route=route)
    [lesson] = [record for record in records if isinstance(record, Compared)]
    [answer] = lesson.answers
    assert (answer.model, answer.cost_nano_usd, answer.reply is not None) == ("a", cost, whole)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_caller_that_hangs_up_with_the_last_byte_costs_the_candidate_nothing(tmp_path: Path, stream: bool) -> None:
    stage = Stage(tmp_path)
    later: list[Coroutine[Any, Any, None]] = []
    body = {"model": "r", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9, "stream": stream}

    async def run(scripted: Upstream) -> None:
        async with FastTransport({}) as transport:
            standing = Standing(board=board(scripted), keyring=Keyring())
            site = dataclasses.replace(stage.site, upstream=transport, standing=lambda: standing, spawn=later.append)
            with pytest.raises(asyncio.CancelledError):
                await Gateway(site).answer(Call(DIALECT, {}, json.dumps(body).encode()), HangsUp())
            for work in later:
                await work

    with upstream() as scripted:
        asyncio.run(run(scripted))
    [pair] = [record for record in stage.journal() if isinstance(record, Paired)]
    assert (pair.candidate.missing, pair.incumbent.missing) == (None, None)
    assert pair.candidate.reply is not None
    assert [one.status for one in stage.observed if one.purpose == "serve"] == ["ok"]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("script", ["plain", "early", "nowhere"])
def test_what_a_request_held_is_let_go_with_it(tmp_path: Path, script: str, streamed: bool) -> None:
    """Workers let the collector look seldom, so that nothing may wait for it: a body has megabytes."""
    stage, left = Stage(tmp_path), list[str]()
    body = {"model": "r", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9, "stream": streamed}

    async def run(scripted: Upstream) -> None:
        models = {
            name: msgspec.structs.replace(RENTED, upstream=script, endpoints=(Endpoint(scripted.url),), auth="none")
            for name in ("rented", "own")
        }
        routes = {"r": Route(name="r", incumbent="rented", fallbacks=("own",))}
        standing = Standing(board=Board(models=models, routes=routes), keyring=Keyring())
        async with FastTransport({}) as transport:
            site = dataclasses.replace(stage.site, upstream=transport, standing=lambda: standing)
            gateway, call = Gateway(site), Call(DIALECT, {}, json.dumps(body).encode())
            gc.collect()
            gc.disable()
            await gateway.answer(call, Heard())
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            left.extend({type(one).__qualname__ for one in gc.garbage if type(one).__module__.startswith("understudy")})

    try:
        with upstream() as scripted:
            asyncio.run(run(scripted))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert len(stage.observed) >= 1
    assert left == []


class Noted(WorkerSlots):
    """Notes which calls begin and end."""

    def __init__(self) -> None:
        super().__init__(())
        self.calls: list[str] = []

    def begin(self, model: Model, endpoint: Endpoint) -> None:
        self.calls.append(f"{model.name} begins")

    def end(self, model: Model, endpoint: Endpoint) -> None:
        self.calls.append(f"{model.name} ends")


def test_each_call_for_a_caller_takes_a_slot_and_gives_it_back(tmp_path: Path) -> None:
    slots, body = Noted(), {"model": "r", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9}

    async def run(scripted: Upstream) -> None:
        there = {"endpoints": (Endpoint(scripted.url),), "auth": "none"}
        broken = msgspec.structs.replace(OWN, upstream="status-500", **there)
        models = {"own": broken, "rented": msgspec.structs.replace(RENTED, upstream="plain", **there)}
        route = Route(name="r", incumbent="own", fallbacks=("rented",))
        standing = Standing(board=Board(models=models, routes={"r": route}), keyring=Keyring())
        async with FastTransport({}) as transport:
            stage = Stage(tmp_path)
            site = dataclasses.replace(stage.site, upstream=transport, standing=lambda: standing, slots=slots)
            await Gateway(site).answer(Call(DIALECT, {}, json.dumps(body).encode()), Heard())

    with upstream() as scripted:
        asyncio.run(run(scripted))
    assert slots.calls == ["own begins", "own ends", "rented begins", "rented ends"]


def test_a_pair_is_not_lost_while_it_may_wait_for_a_slot() -> None:
    # The second half minute is that of the announcement's and the books' own ways.
    assert PAIR_GRACE_S >= PATIENCE_S + 30.0
