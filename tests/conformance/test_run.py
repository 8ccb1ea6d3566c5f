"""The run is judged: by the script itself, and by gateways that pass its words on and do one thing wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from understudy.conformance.run import Cell, cases, judged
from understudy.conformance.scenarios import SCENARIOS, chosen
from understudy.conformance.upstream import WIRES, scripted

# What a test waits for an answer that comes, and for one that does not.
PATIENCE_S, HASTE_S = 60.0, 1.0
# Faults in which the script says nothing more and keeps the connection.
HELD = ["stall", "slow", "pings", "inband"]
ENDED = ["cut", "eof", "garbage", "inband-first", "halftool", "page"]
Names = Callable[[str, str], str]


def plain(upstream: str, scenario: str) -> str:
    return f"any-{scenario}"


async def own_words(
    url: str | None, only: list[str], model: Names = plain, patience_s: float = PATIENCE_S
) -> list[Cell]:
    """What clients hear of a gateway that passes bytes on, or of the script: each in its own dialect alone."""
    told = [one for one in cases(WIRES, chosen(only)) if one.client is one.upstream]
    async with scripted(0, 2 * patience_s) as script:
        return await judged(script, url or script.url, model, told, patience_s=patience_s)


def words(cells: list[Cell], scenario: str) -> set[str]:
    return {cell.wrong for cell in cells if cell.scenario == scenario}


def test_every_dialect_hears_what_it_says_itself() -> None:
    cells = asyncio.run(own_words(None, ["said", "nodone", "hangup"]))
    assert [cell for cell in cells if cell.wrong] == []
    assert {cell.client for cell in cells} == {wire.name for wire in WIRES}


def test_what_breaks_on_its_way_is_told_apart() -> None:
    cells = asyncio.run(own_words(None, ENDED))
    assert words(cells, "eof") == {"the stream stops without an error"}
    assert words([cell for cell in cells if cell.streamed], "cut") == {"the stream stops without an error"}
    assert all("200" in one for one in words(cells, "page") | words(cells, "inband-first"))
    assert all("JSON" in one or "Expecting" in one for one in words(cells, "garbage"))
    assert words(cells, "halftool") == {"the stream stops without an error"}


def test_what_never_ends_is_told_apart() -> None:
    cells = asyncio.run(own_words(None, HELD, patience_s=HASTE_S))
    assert words(cells, "stall") == words(cells, "slow") == words(cells, "pings") == {"no answer: TimeoutError"}
    # A failure in its own dialect's words is right as it is, but for the connection that the script left open.
    assert all("still open" in one or "TimeoutError" in one for one in words(cells, "inband"))


def test_a_gateway_that_is_not_there_is_wrong_and_not_apart() -> None:
    cells = asyncio.run(own_words("http://127.0.0.1:9", ["text"]))
    assert words(cells, "text") == {"no answer: ClientConnectorError"}
    assert all(cell.served for cell in cells)


def test_a_model_that_is_unknown_is_wrong_once_any_other_is_known() -> None:
    def some(upstream: str, scenario: str) -> str:
        return scenario if scenario == "text" else "nothing"

    cells = asyncio.run(own_words(None, ["text", "length"], some))
    assert all(cell.served for cell in cells)
    assert words(cells, "text") == {""}
    assert all(one.startswith("status 404") for one in words(cells, "length"))


@asynccontextmanager
async def gateway(upstream: str, *, lacks: str = " ", leaks: bool = False) -> AsyncIterator[str]:
    """A gateway that passes bytes on: it may have no endpoint of a name, or hold on to upstreams that nobody needs."""
    kept: set[asyncio.Task[None]] = set()

    async def answer(request: web.Request) -> web.StreamResponse:
        if lacks in request.path:
            raise web.HTTPNotFound
        response = web.StreamResponse()
        read = group.create_task(passed(await request.read(), request, response))
        kept.add(read)
        await (asyncio.shield(read) if leaks else read)
        return response

    async def passed(body: bytes, request: web.Request, response: web.StreamResponse) -> None:
        async with session.post(upstream + request.raw_path, data=body) as told:
            response.set_status(told.status)
            response.content_type = told.content_type
            await response.prepare(request)
            async for data in told.content.iter_any():
                await response.write(data)
            await response.write_eof()

    application = web.Application()
    application.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()
        for task in kept:
            task.cancel()


async def through(only: list[str], *, lacks: str = " ", leaks: bool = False) -> list[Cell]:
    told = [one for one in cases(WIRES, chosen(only)) if one.client is one.upstream]
    async with (
        scripted(0, 2 * PATIENCE_S) as script,
        gateway(script.url, lacks=lacks, leaks=leaks) as url,
    ):
        return await judged(script, url, plain, told, patience_s=PATIENCE_S)


@pytest.mark.parametrize("leaks", [False, True])
def test_a_gateway_that_holds_on_to_upstreams_is_found(leaks: bool) -> None:
    cells = asyncio.run(through(["hangup"], leaks=leaks))
    kept = "the upstream's connection was still open 250 ms after the end"
    assert words(cells, "hangup") == ({kept} if leaks else {""})


def test_a_dialect_that_has_no_endpoint_is_apart() -> None:
    cells = asyncio.run(through(["text", "error-404"], lacks="/model/"))
    assert {cell.client for cell in cells if not cell.served} == {"converse"}
    assert {cell.wrong for cell in cells if cell.client == "converse"} == {"not served"}
    assert {cell.wrong for cell in cells if cell.client != "converse"} == {""}


def test_all_is_asked_of_all_but_what_cannot_be_said() -> None:
    told = cases(WIRES, SCENARIOS)
    named = {(one.client.name, one.upstream.name, one.scenario.name, one.streamed) for one in told}
    assert len(told) == len(named) == 1_649
    assert {one.name for one in SCENARIOS} == {one.scenario.name for one in told}
