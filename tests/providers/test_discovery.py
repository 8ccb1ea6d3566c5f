"""Discovery against real servers on loopback: who is asked, who is left out, and what trouble looks like."""

import asyncio
import json

import msgspec
import pytest
from aiohttp import web

from tests.providers.loopback import closed_url, serving
from understudy.providers import discovery
from understudy.providers.catalogue import ProviderRow
from understudy.providers.discovery import Found, declared, discover
from understudy.providers.fast_transport import FastTransport
from understudy.providers.models import ModelSpec

KEY = {"${KEY}": "word"}
LISTS: dict[str, tuple[int, bytes]] = {
    "two": (200, json.dumps({"object": "list", "data": [{"id": "a", "more": 1}, {"id": "b/c"}]}).encode()),
    "none": (200, b'{"data": []}'),
    "turned-away": (401, b'{"error": "who are you?"}'),
    "no-json": (200, b"<html>"),
    "other-json": (200, b'{"models": ["a"]}'),
}


def found(script: str, *, probe: bool, key: bool = True) -> tuple[list[Found], list[dict[str, str]]]:
    """What discovery finds at a server with that script, and the headers of what it was asked."""
    asked: list[dict[str, str]] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append({name.lower(): value for name, value in request.headers.items()})
        assert (request.method, request.path) == ("GET", "/v1/models")
        status, body = LISTS[script]
        return web.Response(status=status, body=body)

    async def run() -> list[Found]:
        async with serving(handle) as url, FastTransport(KEY) as transport:
            row = ProviderRow(
                dialect="d", base_url=url + "/v1/", probe=probe, api_key=None if probe else "${KEY}", auth="x-api-key"
            )
            return await discover({"here": row}, KEY if key else {}, transport)

    return asyncio.run(run()), asked


def test_a_provider_with_a_key_is_asked_with_it() -> None:
    seen, asked = found("two", probe=False)
    assert seen == [Found("here", ("a", "b/c"))]
    assert [headers["x-api-key"] for headers in asked] == ["word"]


def test_a_provider_without_a_key_is_never_called() -> None:
    assert found("two", probe=False, key=False) == ([], [])


def test_a_server_of_this_machine_is_asked_without_a_key() -> None:
    seen, asked = found("two", probe=True)
    assert seen == [Found("here", ("a", "b/c"))]
    assert [headers for headers in asked if "x-api-key" in headers] == []


@pytest.mark.parametrize("probe", [False, True])
def test_an_empty_list_is_no_trouble(probe: bool) -> None:
    assert found("none", probe=probe)[0] == [Found("here")]


@pytest.mark.parametrize(
    ("script", "words"), [("turned-away", "answered 401"), ("no-json", "malformed"), ("other-json", "data")]
)
def test_trouble_is_told_of_hosted_ones_and_other_servers_on_a_usual_port_are_left_out(script: str, words: str) -> None:
    [trouble] = found(script, probe=False)[0]
    assert (trouble.provider, trouble.models) == ("here", ())
    assert words in (trouble.trouble or "")
    assert found(script, probe=True)[0] == []


def test_a_silent_port_is_left_out_and_a_hosted_one_that_is_down_is_told() -> None:
    async def run() -> list[Found]:
        local = ProviderRow(dialect="d", base_url=closed_url(), probe=True)
        hosted = ProviderRow(dialect="d", base_url=closed_url(), api_key="${KEY}")
        async with FastTransport(KEY) as transport:
            return await discover({"local": local, "hosted": hosted}, KEY, transport)

    [down] = asyncio.run(run())
    assert down.provider == "hosted"
    assert "failed" in (down.trouble or "")


def test_one_that_hangs_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "HOSTED_TIMEOUT_S", 0.05)

    async def run() -> list[Found]:
        given_up = asyncio.Event()

        async def handle(request: web.Request) -> web.Response:
            if request.path == "/slow/models":
                await given_up.wait()
            return web.Response(body=LISTS["two"][1])

        async with serving(handle) as url, FastTransport(KEY) as transport:
            row = ProviderRow(dialect="d", base_url=url + "/fast", api_key="${KEY}")
            slow = msgspec.structs.replace(row, base_url=url + "/slow")
            entries = await discover({"slow": slow, "fast": row}, KEY, transport)
            given_up.set()
            return entries

    slow, fast = asyncio.run(run())
    assert slow.trouble is not None
    assert "in time" in slow.trouble
    assert fast.models == ("a", "b/c")


def test_models_are_declared_under_their_own_ids_and_the_first_provider_keeps_one() -> None:
    specs = declared([Found("one", ("a", "b")), Found("down", trouble="x"), Found("two", ("b", "c"))])
    assert specs == (
        ModelSpec(name="a", provider="one", model="a"),
        ModelSpec(name="b", provider="one", model="b"),
        ModelSpec(name="c", provider="two", model="c"),
    )
