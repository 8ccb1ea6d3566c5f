"""A build as its server tells it: another one is another hypothesis, and a server that is down changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.journeys.house import Server, Upstream, eventually, get, post, server, serving

CONFIG = """\
server: {{host: 127.0.0.1, port: 0, workers: 1}}
providers:
  messagy: {{dialect: anthropic, base_url: "{url}", auth: none}}
  mine: {{dialect: openai_chat, base_url: "{own}/v1", auth: none}}
models:
  - {{name: rented, provider: messagy, model: plain, build: r1}}
  - {{name: own, provider: mine, model: {model}, owned: true}}
routes:
  - {{name: r, incumbent: rented, candidate: own, parity: {{shadow: 0.0, check: answered}}}}
"""


def tells(digest: str) -> web.Application:
    """A server that names its build as Ollama does, or fails."""

    async def models(request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "own", "owned_by": "library"}]})

    async def tags(request: web.Request) -> web.Response:
        if not digest:
            raise web.HTTPServiceUnavailable
        return web.json_response({"models": [{"name": "own:latest", "digest": digest}]})

    application = web.Application()
    application.router.add_get("/v1/models", models)
    application.router.add_get("/api/tags", tags)
    return application


def hypothesis_of(house: Server) -> Any:
    """The hypothesis of the one slice, shown by a request."""
    body = {"model": "r", "messages": [{"role": "user", "content": "x"}], "max_tokens": 9}
    assert post(f"{house.url}/v1/chat/completions", json.dumps(body).encode(), **{"x-understudy-kind": "k"})[0] == 200
    (found,) = eventually(lambda: get(f"{house.url}/understudy/v1/parity")["slices"])
    return found


@pytest.mark.parametrize(("digest", "same"), [("sha256:aaaa", True), ("", True), ("sha256:bbbb", False)])
def test_a_new_build_is_a_new_hypothesis_and_silence_is_none(
    scripted: Upstream, tmp_path: Path, digest: str, same: bool
) -> None:
    with (
        serving(tells("sha256:aaaa")) as own,
        server(tmp_path, CONFIG.format(url=scripted.url, own=own, model="own")) as house,
    ):
        first = hypothesis_of(house)
        assert first["candidate"] == "own:latest@ollama#aaaa"
    with (
        serving(tells(digest)) as own,
        server(tmp_path, CONFIG.format(url=scripted.url, own=own, model="own")) as house,
    ):
        again = eventually(
            lambda: (found := hypothesis_of(house)) and (found["hypothesis"] == first["hypothesis"]) is same and found
        )
        assert again["candidate"] == ("own:latest@ollama#aaaa" if same else "own:latest@ollama#bbbb")


def test_where_no_build_is_ever_told_another_id_upstream_is_another_hypothesis(
    scripted: Upstream, tmp_path: Path
) -> None:
    for model in ("first", "second"):
        config = CONFIG.format(url=scripted.url, own="http://127.0.0.1:9", model=model)
        with server(tmp_path, config) as house:
            eventually(lambda: hypothesis_of(house)["candidate"] == model)  # noqa: B023
