"""Media at URLs on their way to a model: what is fetched, what is not, and how often; by the real fetcher."""

import asyncio
import base64
import dataclasses
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from tests.gateway.sites import BOARD, OWN, RENTED, Stage
from tests.journeys.house import Upstream, upstream
from tests.providers.loopback import serving
from understudy.canon.faults import Fault
from understudy.canon.messages import Message
from understudy.canon.parts import Document, Image, Inline, Remote, Text, ToolResult
from understudy.canon.request import Request
from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.contract import Dialect, Target
from understudy.dialects.converse import DIALECT as CONVERSE
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.gateway.corridor import Gateway
from understudy.gateway.media import Held, inlined
from understudy.gateway.site import Call, Site, Standing
from understudy.policy.keys import Keyring
from understudy.ports import Headers, Paired
from understudy.providers.aiohttp_fetcher import AiohttpFetcher
from understudy.providers.fast_transport import FastTransport
from understudy.providers.reach import MediaSpec
from understudy.routing.board import Endpoint, Model, Ramp, Route

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
PDF = b"%PDF-1.7\n" + bytes(50)
PICTURE = Inline("image/png", base64.b64encode(PNG).decode())
PAPER = Inline("application/pdf", base64.b64encode(PDF).decode())
ON_BEDROCK = msgspec.structs.replace(RENTED, dialect="converse")
ON_CHAT = msgspec.structs.replace(RENTED, dialect="openai_chat")
INLINE_CHAT = msgspec.structs.replace(ON_CHAT, media_urls=False)


@asynccontextmanager
async def pictures(stage: Stage) -> AsyncIterator[tuple[Site, str, list[str]]]:
    """A site whose fetcher may fetch from a server on this machine, its URL, and what it was asked for."""
    hits: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        hits.append(request.path)
        return web.Response(body=PDF if request.path.endswith(".pdf") else PNG)

    async with serving(handle) as url:
        spec = MediaSpec(fetch=(url.removeprefix("http://"),), private=("127.0.0.0/8",), http=True)
        async with AiohttpFetcher(spec) as fetcher:
            dialects = {dialect.name: dialect for dialect in (CHAT, CONVERSE, MESSAGES)}
            yield dataclasses.replace(stage.site, dialects=dialects, fetcher=fetcher), url, hits


def asked(*parts: Any, dialect: str = "openai_chat") -> Request:
    return Request(model="m", messages=(Message("system", (Text("Look."),)), Message("user", parts)), dialect=dialect)


def shown(request: Request) -> list[Any]:
    return [part.source for message in request.messages for part in message.parts if isinstance(part, Image | Document)]


def test_a_model_that_takes_no_url_gets_what_lies_there_fetched_once_a_request(tmp_path: Path) -> None:
    async def run() -> None:
        async with pictures(Stage(tmp_path)) as (site, url, hits):
            held: Held = {}
            picture, paper = Image(Remote(f"{url}/a.png"), "high"), Document(Remote(f"{url}/b.pdf"), "B")
            request = asked(Text("What?"), picture, paper, picture)
            for model in (ON_BEDROCK, ON_BEDROCK, INLINE_CHAT):
                made = await inlined(site, held, request, model)
                assert shown(made) == [PICTURE, PAPER, PICTURE]
                assert made.messages[1].parts[1:3] == (Image(PICTURE, "high"), Document(PAPER, "B"))
                assert CONVERSE.encode_request(made, Target("m", "anthropic")).body.count(PICTURE.data.encode()) == 2
            assert sorted(hits) == ["/a.png", "/b.pdf"]
            assert shown(request)[0] == Remote(f"{url}/a.png")

    asyncio.run(run())


def test_where_urls_are_taken_they_go_on_and_nothing_is_fetched(tmp_path: Path) -> None:
    async def run() -> None:
        async with pictures(Stage(tmp_path)) as (site, url, hits):
            picture, paper = Image(Remote(f"{url}/a.png")), Document(Remote(f"{url}/b.pdf"))
            for request, model in (
                (asked(picture, paper), RENTED),
                (asked(picture, paper), ON_CHAT),
                (asked(picture, dialect="anthropic"), ON_CHAT),
                (asked(Text("words")), ON_BEDROCK),
                (asked(Image(PICTURE), Document(PAPER)), ON_BEDROCK),
                (asked(Image(Remote("ms://file-1"))), INLINE_CHAT),
            ):
                assert await inlined(site, {}, request, model) is request
            assert hits == []
            # Chat has no document by its URL, whoever sends one.
            made = await inlined(site, {}, asked(picture, paper, dialect="anthropic"), ON_CHAT)
            assert shown(made) == [picture.source, PAPER]

    asyncio.run(run())


def test_what_a_tool_returned_is_looked_into(tmp_path: Path) -> None:
    async def run() -> None:
        async with pictures(Stage(tmp_path)) as (site, url, _):
            result = ToolResult("c", (Text("see"), Image(Remote(f"{url}/a.png"))))
            made = await inlined(site, {}, asked(result), ON_BEDROCK)
            assert made.messages[1].parts[0] == ToolResult("c", (Text("see"), Image(PICTURE)))
            broken = ToolResult("c", (Text("see"), Image(Remote("https://elsewhere.example/a.png"))))
            with pytest.raises(Fault) as caught:
                await inlined(site, {}, asked(broken), ON_BEDROCK)
            assert caught.value.param == "messages[1].content[0].content[1]"

    asyncio.run(run())


@pytest.mark.parametrize("bare", [False, True], ids=["in an object", "as a bare string"])
def test_a_callers_own_bytes_give_way_where_a_host_of_its_dialect_takes_no_url(tmp_path: Path, bare: bool) -> None:
    async def run() -> None:
        async with pictures(Stage(tmp_path)) as (site, url, hits):
            place: Any = f"{url}/a.png" if bare else {"url": f"{url}/a.png", "detail": "low"}
            content = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": place}]
            body = {"model": "m", "messages": [{"role": "user", "content": content}], "unheard_of": 1}
            request = CHAT.decode_request(json.dumps(body).encode())
            assert await inlined(site, {}, request, ON_CHAT) is request
            made = await inlined(site, {}, request, INLINE_CHAT)
            sent = json.loads(CHAT.encode_request(made, Target("up", "openai_chat")).body)
            inline = f"data:image/png;base64,{PICTURE.data}"
            told = sent["messages"][0]["content"][1]["image_url"]
            assert told == (inline if bare else {"url": inline, "detail": "low"})
            assert (sent["unheard_of"], sent["model"], hits) == (1, "up", ["/a.png"])

    asyncio.run(run())


@pytest.mark.parametrize(("caller", "field"), [(CHAT, "messages[1].content[1]"), (MESSAGES, "messages.0.content.1")])
def test_where_nothing_may_be_fetched_the_fault_names_the_field_and_the_key(
    tmp_path: Path, caller: Dialect, field: str
) -> None:
    url = "https://a.example/b.png?token=word"
    bodies: dict[str, Any] = {
        "openai_chat": {"type": "image_url", "image_url": {"url": url}},
        "anthropic": {"type": "image", "source": {"type": "url", "url": url}},
    }
    said = [{"role": "user", "content": [{"type": "text", "text": "What?"}, bodies[caller.name]]}]
    if caller is CHAT:
        body: dict[str, Any] = {"model": "m", "messages": [{"role": "system", "content": "Look."}, *said]}
    else:
        body = {"model": "m", "max_tokens": 9, "system": "Look.", "messages": said}
    request = caller.decode_request(json.dumps(body).encode())
    dialects = {dialect.name: dialect for dialect in (CHAT, CONVERSE, MESSAGES)}
    site = dataclasses.replace(Stage(tmp_path).site, dialects=dialects)
    with pytest.raises(Fault) as caught:
        asyncio.run(inlined(site, {}, request, ON_BEDROCK))
    assert (caught.value.param, caught.value.row.status) == (field, 400)
    assert caught.value.message.startswith(f"{field}: ")
    assert "media.fetch" in caught.value.message
    assert "token" not in caught.value.message


class Listens:
    """A caller who takes what it gets."""

    async def start(self, status: int, headers: Headers) -> None:
        assert status == 200

    async def write(self, data: bytes) -> None:
        assert data

    async def end(self, data: bytes = b"") -> None:
        assert data


def test_both_models_of_a_pair_see_the_same_bytes_and_the_books_keep_the_url(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    later: list[Coroutine[Any, Any, None]] = []

    async def run(scripted: Upstream) -> str:
        def at(model: Model) -> Model:
            place = (Endpoint(scripted.url),)
            return msgspec.structs.replace(model, upstream="plain", endpoints=place, auth="none", media_urls=False)

        board = msgspec.structs.replace(
            BOARD,
            models={"rented": at(RENTED), "own": at(OWN)},
            routes={"r": Route(name="r", incumbent="rented", candidate="own")},
            ramps={("default", "r", "chat"): Ramp(hypothesis="h", share=0.0, rate=1.0)},
        )
        standing = Standing(board=board, keyring=Keyring())
        async with pictures(stage) as (site, url, hits), FastTransport({}) as transport:
            site = dataclasses.replace(site, upstream=transport, standing=lambda: standing, spawn=later.append)
            image = {"type": "image", "source": {"type": "url", "url": f"{url}/a.png"}}
            body = {"model": "r", "messages": [{"role": "user", "content": [image]}], "max_tokens": 9}
            await Gateway(site).answer(
                Call(MESSAGES, {"x-understudy-kind": "chat"}, json.dumps(body).encode()), Listens()
            )
            for work in later:
                await work
            assert hits == ["/a.png"]
            return url

    with upstream() as scripted:
        url = asyncio.run(run(scripted))
    source = {"type": "base64", "media_type": "image/png", "data": PICTURE.data}
    assert [sent["messages"][0]["content"][0]["source"] for sent in scripted.bodies] == [source, source]
    [pair] = [record for record in stage.journal() if isinstance(record, Paired)]
    assert pair.candidate.reply is not None
    assert pair.request.messages[0].parts == (Image(Remote(f"{url}/a.png")),)
