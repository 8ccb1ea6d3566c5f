"""The corridor at both ends: what a name stands for, and a caller that hangs up with the last byte of its answer."""

import asyncio
import dataclasses
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.gateway.sites import BOARD, OWN, RENTED, Heard, Stage
from tests.journeys.house import Upstream, upstream
from understudy.dialects.anthropic import DIALECT
from understudy.gateway.corridor import Gateway
from understudy.gateway.site import Call, Standing
from understudy.policy.keys import Key, Keyring, digest
from understudy.ports import Headers, Paired
from understudy.providers.aiohttp_transport import AiohttpTransport
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
        ramps={("r", "chat"): Ramp(hypothesis="h", share=1.0, rate=1.0, canary=True)},
    )


def test_an_alias_is_permitted_served_and_booked_as_what_it_stands_for(tmp_path: Path) -> None:
    stage, sender = Stage(tmp_path), Heard()
    body = {"model": "claude-haiku-9", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9}
    key = Key(name="team", digest=digest(stage.site.server_secret, "k"), routes=("r",))

    async def run(scripted: Upstream) -> None:
        async with AiohttpTransport({}) as transport:
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
        async with AiohttpTransport({}) as transport:
            routes = {"small": Route(name="small", incumbent="own"), **board(scripted).routes}
            ramps = {("r", "chat"): Ramp(hypothesis="h", share=0.0)}
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


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_caller_that_hangs_up_with_the_last_byte_costs_the_candidate_nothing(tmp_path: Path, stream: bool) -> None:
    stage = Stage(tmp_path)
    later: list[Coroutine[Any, Any, None]] = []
    body = {"model": "r", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9, "stream": stream}

    async def run(scripted: Upstream) -> None:
        async with AiohttpTransport({}) as transport:
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
