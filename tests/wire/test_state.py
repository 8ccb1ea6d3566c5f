"""T69 and T70: answers that requests go on from, lists of models, and vectors."""

import base64
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.journeys.house import get, post, server, serving
from tests.wire.answers import TEXT, heard, streamed, whole
from tests.wire.asks import ASK, Call, Result, Text, read, results, user, written
from tests.wire.house import SOURCE, A, C, Dialect, G, L, R, Said, Upstream, V, Wire
from tests.wire.mutants import mutant
from understudy.policy.keys import digest

OSLO = Call("call_1", "weather", {"city": "Oslo"})


def kept(question: str, *tools: str, **fields: Any) -> dict[str, Any]:
    """A request whose answer is to be kept."""
    body = written(R, [user(question)], *tools, **fields)
    del body["store"]
    return body


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("upstream", [C, A, G, L, V])
@mutant("dialects/openai_responses/keeping.py", "before = [*kept.input, *msgspec", "before = [*msgspec")
def test_T69_a_conversation_goes_on_by_its_id_at_hosts_that_remember_nothing(
    wire: Wire, upstream: Dialect, stream: bool
) -> None:
    told = streamed(upstream, TEXT) if stream else whole(upstream, TEXT)
    model = wire.says(upstream, told)
    first = wire.ask(R, model, kept("How is the harbour?"), stream=stream)
    previous = first.events[-1]["response"]["id"] if stream else first.json["id"]
    second = wire.ask(R, model, kept("And the sea?", previous_response_id=previous), stream=stream)
    assert heard(second).text == TEXT
    said = [user("How is the harbour?"), ("assistant", [Text(TEXT)]), user("And the sea?")]
    assert read(upstream, wire.sent().json) == said
    third = wire.ask(
        R, wire.says(A, whole(A)), kept("Thanks.", previous_response_id=_id(second.events if stream else [second.json]))
    )
    assert third.status == 200
    assert [turn[0] for turn in read(A, wire.sent().json)] == ["user", "assistant"] * 2 + ["user"]


def _id(told: list[Any]) -> str:
    return str((told[-1].get("response") or told[-1])["id"])


@mutant(
    "dialects/openai_responses/keeping.py",
    "before = [*kept.input, *msgspec.json.decode(kept.response, type=_Said).output]",
    "before = [*kept.input]",
)
def test_T69_a_tool_loop_goes_on_by_its_id(wire: Wire) -> None:
    model = wire.says(A, whole(A, calls=[OSLO]), whole(A))
    first = wire.ask(R, model, kept("How is the harbour?", "weather")).json
    output = {"type": "function_call_output", "call_id": OSLO.id, "output": "Calm."}
    second = wire.ask(R, model, {"input": [output], "previous_response_id": first["id"]})
    assert heard(second).text == TEXT
    assert read(A, wire.sent().json)[1:] == [("assistant", [OSLO]), results(Result(OSLO.id, "Calm."))]


@pytest.mark.parametrize("upstream", [C, A, G])
@mutant("gateway/keeping.py", "        raise dialect.keeping.unknown(previous)\n", "        return\n")
def test_T69_an_answer_that_nobody_kept_is_404(wire: Wire, upstream: Dialect) -> None:
    model = wire.says(upstream, whole(upstream))
    unkept = wire.ask(R, model, written(R, ASK, store=False)).json["id"]
    for previous in ("resp_of_nobody", unkept):
        answer = wire.ask(R, model, kept("And?", previous_response_id=previous))
        assert answer.status == 404
        error = answer.json["error"]
        assert (error["code"], error["param"]) == ("previous_response_not_found", "previous_response_id")


@mutant(
    "gateway/keeping.py",
    "if dialect.keeping is None or model.dialect == dialect.name:",
    "if dialect.keeping is None:",
)
def test_T69_a_host_that_may_know_the_id_is_asked(wire: Wire) -> None:
    answer = wire.ask(R, wire.says(R, whole(R)), kept("And?", previous_response_id="resp_of_the_host"))
    assert answer.status == 200
    assert wire.sent().json["previous_response_id"] == "resp_of_the_host"


SECRET = "c0ffee" * 8
TENANTS = """\
server: {{host: 127.0.0.1, port: 0}}
secret: file:understudy.secret
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", auth: none}}
models:
  - {{name: plain, provider: chatty, model: plain}}
keys:
  - {{name: one, digest: {one}, tenant: one}}
  - {{name: two, digest: {two}, tenant: two}}
"""


@mutant("gateway/keeping.py", "site.shelf.get(tenant, previous)", 'site.shelf.get("one", previous)')
def test_T69_another_tenants_answer_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "understudy.secret").write_text(SECRET, encoding="utf-8")
    digests = {name: digest(SECRET.encode(), f"sk-us-{name}") for name in ("one", "two")}
    application = web.Application()
    application.router.add_post("/{tail:.*}", Upstream({"plain": [Said((json.dumps(whole(C)).encode(),))]}).answer)
    with (
        serving(application) as url,
        server(tmp_path, TENANTS.format(url=url, **digests), PYTHONPATH=str(SOURCE)) as house,
    ):

        def ask(tenant: str, **fields: Any) -> tuple[int, Any]:
            body = json.dumps({"model": "chatty/plain", "input": "How is the harbour?", **fields}).encode()
            status, _, told = post(f"{house.url}/v1/responses", body, authorization=f"Bearer sk-us-{tenant}")
            return status, json.loads(told)

        status, first = ask("one")
        assert status == 200
        assert ask("one", previous_response_id=first["id"])[0] == 200
        assert ask("two", previous_response_id=first["id"])[0] == 404


@mutant(
    "dialects/anthropic/__init__.py",
    'markers: tuple[str, ...] = ("anthropic-version", "x-api-key")',
    'markers: tuple[str, ...] = ("x-api-key",)',
)
def test_T70_models_are_listed_in_the_callers_form(wire: Wire) -> None:
    url = wire.server.url
    names = ["fails-over", "first", "second", "priced"]
    chat = get(f"{url}/v1/models")
    assert (chat["object"], [one["id"] for one in chat["data"]]) == ("list", names)
    assert {one["object"] for one in chat["data"]} == {"model"}
    messages = get(f"{url}/v1/models?limit=1000", **{"anthropic-version": "2023-06-01"})
    assert [one["id"] for one in messages["data"]] == names
    ends = {"has_more": False, "first_id": names[0], "last_id": names[-1]}
    assert {name: messages[name] for name in ends} == ends
    assert {one["type"] for one in messages["data"]} == {"model"}
    for gemini in (get(f"{url}/v1beta/models"), get(f"{url}/v1/models?key=any")):
        assert [one["name"] for one in gemini["models"]] == [f"models/{name}" for name in names]
    llama = get(f"{url}/llama/v1/models")
    assert [(one["id"], one["object"]) for one in llama["data"]] == [(name, "model") for name in names]
    assert get(f"{url}/v1/models/first")["id"] == get(f"{url}/llama/v1/models/first")["id"] == "first"
    assert get(f"{url}/v1beta/models/first")["name"] == "models/first"


VECTOR = [0.5, -0.25, 1.0]
PACKED = base64.b64encode(struct.pack("<3f", *VECTOR)).decode()


def embedded(*embeddings: Any) -> dict[str, Any]:
    """An answer of OpenAI's embeddings."""
    data = [{"object": "embedding", "index": place, "embedding": one} for place, one in enumerate(embeddings)]
    return {"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}}


def embed(wire: Wire, path: str, body: dict[str, Any]) -> Any:
    """What a caller's request for vectors is answered."""
    status, _, told = post(wire.server.url + path, json.dumps(body).encode())
    assert status == 200, told
    return json.loads(told)


@pytest.mark.parametrize("form", ["base64", "float", None])
@pytest.mark.parametrize("upstream", [C, G])
@mutant("dialects/openai_embeddings.py", "if request.packed else vectors", "if not request.packed else vectors")
def test_T70_openais_clients_get_their_vectors_as_they_asked(wire: Wire, upstream: Dialect, form: str | None) -> None:
    told = (
        {"embeddings": [{"values": VECTOR}] * 2}
        if upstream == G
        else embedded(*[PACKED if form == "base64" else VECTOR] * 2)
    )
    model = wire.says(upstream, told)
    asked = {"model": model, "input": ["calm", "rough"], **({} if form is None else {"encoding_format": form})}
    data = embed(wire, "/v1/embeddings", asked)["data"]
    assert [one["embedding"] for one in data] == [PACKED if form == "base64" else VECTOR] * 2
    assert [one["index"] for one in data] == [0, 1]


@pytest.mark.parametrize("upstream", [C, G])
@mutant("dialects/gemini/embeddings.py", '{"embedding": told[0]} if', '{"embeddings": told} if')
def test_T70_geminis_clients_get_one_vector_or_several(wire: Wire, upstream: Dialect) -> None:
    def content(text: str) -> dict[str, Any]:
        return {"content": {"parts": [{"text": text}]}}

    one = {"embedding": {"values": VECTOR}} if upstream == G else embedded(VECTOR)
    model = wire.says(upstream, one)
    single = embed(wire, f"/v1beta/models/{model}:embedContent", content("calm"))
    assert single["embedding"]["values"] == VECTOR
    several = {"embeddings": [{"values": VECTOR}] * 2} if upstream == G else embedded(VECTOR, VECTOR)
    model = wire.says(upstream, several)
    asked = {"requests": [{"model": f"models/{model}", **content(text)} for text in ("calm", "rough")]}
    batch = embed(wire, f"/v1beta/models/{model}:batchEmbedContents", asked)
    assert [vector["values"] for vector in batch["embeddings"]] == [VECTOR, VECTOR]
