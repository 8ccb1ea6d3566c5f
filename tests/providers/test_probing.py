"""What servers say they run: the same pages always give the same build, another model another, trouble a reason."""

import asyncio
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.journeys.house import serving
from understudy.engines.llama_cpp import LlamaCpp
from understudy.providers.fast_transport import FastTransport
from understudy.providers.probing import (
    Answers,
    BuildsDiffer,
    NotTold,
    llama_cpp_build,
    ollama_build,
    probe,
    sglang_build,
    vllm_build,
    was_told,
)
from understudy.routing.board import Endpoint, Model

MODEL = Path(str(resources.files("understudy").joinpath("demo", "own.gguf")))
PROPS: dict[str, Any] = {
    "model_path": "/models/own.gguf",
    "build_info": "b100",
    "chat_template": "{{x}}",
    "default_generation_settings": {"n_ctx": 64, "params": {"seed": 7, "temperature": 0.8}},
    "media_marker": "<random>",
}
LISTED: dict[str, Any] = {"data": [{"id": "own", "owned_by": "llamacpp", "meta": {"n_params": 9, "size": 8}}]}


def raw(value: object) -> bytes:
    return json.dumps(value).encode()


def changed(pages: dict[str, Any], *path: str, value: object) -> dict[str, Any]:
    """The pages with one field of them changed."""
    if len(path) == 1:
        return {**pages, path[0]: value}
    return {**pages, path[0]: changed(pages[path[0]], *path[1:], value=value)}


def test_a_llama_cpp_build_names_file_and_server_and_keeps_over_a_restart() -> None:
    build = llama_cpp_build("own", raw(LISTED), raw(PROPS))
    assert build.startswith("own.gguf@llama.cpp-b100#")
    drawn_anew = changed(PROPS, "default_generation_settings", "params", "seed", value=8) | {"media_marker": "<other>"}
    assert llama_cpp_build("own", raw(LISTED), raw(drawn_anew)) == build


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("model_path",), "/other/own.gguf"),
        (("build_info",), "b101"),
        (("chat_template",), "{{y}}"),
        (("default_generation_settings", "n_ctx"), 128),
        (("default_generation_settings", "params", "temperature"), 0.1),
    ],
)
def test_whatever_shapes_the_answers_is_another_build(path: tuple[str, ...], value: object) -> None:
    before, after = raw(PROPS), raw(changed(PROPS, *path, value=value))
    assert llama_cpp_build("own", raw(LISTED), before) != llama_cpp_build("own", raw(LISTED), after)


def test_a_vllm_build_is_of_root_version_and_base_and_not_of_times() -> None:
    base = {"id": "base", "owned_by": "vllm", "root": "org/base", "max_model_len": 8192, "created": 1}
    adapter = {"id": "lora", "owned_by": "vllm", "root": "/adapters/one", "parent": "base", "created": 1}
    build = vllm_build("lora", raw({"data": [base, adapter]}), raw({"version": "0.11.0"}))
    assert build.startswith("one@vllm-0.11.0#")
    later = {"data": [base | {"created": 2}, adapter | {"created": 2}]}
    assert vllm_build("lora", raw(later), raw({"version": "0.11.0"})) == build
    other = {"data": [base | {"root": "org/base-2"}, adapter]}
    assert vllm_build("lora", raw(other), raw({"version": "0.11.0"})) != build
    assert vllm_build("base", raw(later), raw({"version": "0.11.0"})).startswith("org/base@vllm-0.11.0#")
    with pytest.raises(NotTold, match="nothing of 'else'"):
        vllm_build("else", raw(later), raw({"version": "0.11.0"}))


def test_an_sglang_build_knows_when_weights_were_updated_in_place() -> None:
    listed = {"data": [{"id": "own", "owned_by": "sglang", "max_model_len": 4096}]}
    pages = [raw({"model_path": "org/own", "weight_version": version}) for version in ("1", "2")]
    first, second = (sglang_build("own", raw(listed), page, raw({"version": "0.5"})) for page in pages)
    assert first.startswith("org/own@sglang-0.5#")
    assert first != second


@pytest.mark.parametrize("name", ["own", "own:latest"])
def test_an_ollama_build_is_its_digest_whatever_the_tag_is_written_like(name: str) -> None:
    tags = {"models": [{"name": "own:latest", "digest": "sha256:0123456789abcdef"}]}
    assert ollama_build(name, b"{}", raw(tags)) == "own:latest@ollama#0123456789ab"
    with pytest.raises(NotTold):
        ollama_build("own:8b", b"{}", raw(tags))


@pytest.mark.parametrize("page", [b"", b"[]", b"<html>", b'{"model_path": 7}', b"\xff"])
def test_a_page_that_cannot_be_read_is_a_reason_and_no_build(page: bytes) -> None:
    with pytest.raises(NotTold):
        llama_cpp_build("own", raw(LISTED), page)


def test_what_a_server_told_is_known_from_what_was_declared() -> None:
    assert was_told(llama_cpp_build("own", raw(LISTED), raw(PROPS)))
    assert not any(map(was_told, ("", "own", "2026-11-20", "gguf-sha256:b82bb4ff", "org/model@main")))


def model(*urls: str, owned: bool = True) -> Model:
    return Model(
        name="own",
        provider="p",
        upstream="own",
        dialect="openai_chat",
        endpoints=tuple(Endpoint(url, "${KEY}") for url in urls),
        maker="p",
        owned=owned,
    )


def asked(*models: Model, key: str = "word") -> list[Answers]:
    async def ask() -> list[Answers]:
        async with FastTransport({"${KEY}": key}) as upstream:
            return await probe(models, {"${KEY}": key}, upstream)

    return asyncio.run(ask())


def test_a_real_llama_cpp_tells_the_same_build_after_a_restart_and_nothing_to_a_stranger(tmp_path: Path) -> None:
    builds = []
    for _ in range(2):
        with LlamaCpp(MODEL, key="word", slots=1, context=64, threads=1) as engine:
            (told,) = asked(model(engine.url))
            builds.append(told.build)
            (refused,) = asked(model(engine.url), key="other")
            assert refused.build is None
    assert builds[0] is not None
    assert builds[0].startswith("own.gguf@llama.cpp-")
    assert builds[0] == builds[1]
    other = tmp_path / "own.gguf"
    other.write_bytes(MODEL.read_bytes())
    with LlamaCpp(other, key="word", slots=1, context=64, threads=1) as engine:
        assert asked(model(engine.url))[0].build != builds[0]


def test_a_server_that_is_down_is_a_reason_and_a_rented_model_is_not_asked() -> None:
    dead = "http://127.0.0.1:9/v1"
    (told,) = asked(model(dead), model(dead, owned=False))
    assert told.build is None
    assert told.words.startswith(f"build: not told by the server ({dead}: ")


def page_of(props: dict[str, Any]) -> web.Application:
    async def models(request: web.Request) -> web.Response:
        return web.json_response(LISTED)

    async def said(request: web.Request) -> web.Response:
        return web.json_response(props)

    application = web.Application()
    application.router.add_get("/v1/models", models)
    application.router.add_get("/props", said)
    return application


def test_two_builds_behind_one_name_are_refused_by_name() -> None:
    other = changed(PROPS, "model_path", value="/models/other.gguf")
    with serving(page_of(PROPS)) as one, serving(page_of(other)) as two:
        (told,) = asked(model(f"{one}/v1", f"{two}/v1"))
        with pytest.raises(BuildsDiffer, match=r"own\.gguf@.* and .*other\.gguf@"):
            _ = told.build
        (same,) = asked(model(f"{one}/v1"))
        assert same.words == f"build: {same.build}"
