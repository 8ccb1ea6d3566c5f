"""The coding upstream, asked by hand: in its own dialects, and through the running gateway in each of them."""

import asyncio
from typing import Any

import aiohttp
import pytest
from tests.conformance.clients.bodies import PATHS, errand

from understudy.conformance.answers import Heard, Wire
from understudy.conformance.clients.run import CODING_CONFIG, UPSTREAMS
from understudy.conformance.clients.tasks import COMMAND, grown, new_seed, report
from understudy.conformance.clients.upstream import coding_upstream
from understudy.conformance.own import own_gateway
from understudy.conformance.sse import read
from understudy.conformance.upstream import WIRES

MADE = grown(new_seed())


async def heard(url: str, wire: Wire, model: str, result: str | None) -> Heard:
    """What a client of this dialect hears of its errand."""
    path = PATHS[wire.name].replace("{model}", model)
    body: dict[str, Any] = errand(wire.name, model, result=result)
    async with aiohttp.ClientSession() as session, session.post(url + path, json=body) as response:
        assert response.status == 200, await response.text()
        return wire.listen(read(await response.read()))


async def errand_done(url: str, wire: Wire, model: str) -> None:
    asked = await heard(url, wire, model, None)
    assert (asked.answer.calls, asked.answer.stop, asked.ended) == ((("shell", {"command": COMMAND}),), "tools", True)
    told = await heard(url, wire, model, MADE)
    assert (told.answer.text, told.ended, told.failure) == (report(MADE), True, None)


@pytest.mark.parametrize("wire", [wire for wire in WIRES if wire.name in UPSTREAMS], ids=lambda wire: wire.name)
def test_each_dialect_is_answered_and_noted(wire: Wire) -> None:
    async def run() -> None:
        async with coding_upstream() as upstream:
            await errand_done(upstream.url, wire, "any")
            taken = upstream.taken()
            assert [name for name, _ in taken] == [wire.name] * 2
            assert [MADE in seen.results for _, seen in taken] == [False, True]
            assert upstream.taken() == []

    asyncio.run(run())


def test_the_errand_is_done_through_the_gateway_from_every_dialect_to_every_other() -> None:
    async def run() -> None:
        async with coding_upstream() as upstream, own_gateway(upstream.url, CODING_CONFIG) as url:
            for wire in WIRES:
                for name in UPSTREAMS if wire.name in UPSTREAMS else ():
                    await errand_done(url, wire, f"{name}-coding")
                    assert {asked for asked, _ in upstream.taken()} == {name}

    asyncio.run(run())


def test_a_tool_of_free_text_that_the_conversation_declares_gets_its_text_from_every_upstream() -> None:
    free = {"type": "custom", "name": "exec", "format": {"type": "text"}}
    declared = {"type": "additional_tools", "tools": [{"type": "namespace", "name": "functions", "tools": [free]}]}

    async def run() -> None:
        wire = next(wire for wire in WIRES if wire.name == "responses")
        async with coding_upstream() as upstream, own_gateway(upstream.url, CODING_CONFIG) as url:
            for name in UPSTREAMS:
                body = errand("responses", f"{name}-coding")
                body = {**body, "input": [declared, *body["input"]], "tools": []}
                async with aiohttp.ClientSession() as session, session.post(f"{url}/v1/responses", json=body) as told:
                    answer = wire.listen(read(await told.read())).answer
                ((called, text),) = answer.calls
                assert (called, answer.stop) == ("exec", "tools")
                assert text.startswith("text(await tools.exec_command(")
                ((asked, seen),) = upstream.taken()
                assert (asked, [tool.free for tool in seen.offered]) == (name, [name == "responses"])

    asyncio.run(run())


def test_a_path_of_no_dialect_is_not_found() -> None:
    async def run() -> int:
        async with (
            coding_upstream() as upstream,
            aiohttp.ClientSession() as session,
            session.post(f"{upstream.url}/v1/embeddings", json={}) as response,
        ):
            return response.status

    assert asyncio.run(run()) == 404
