"""What lies at providers of each dialect, through the running server, with the official SDKs as clients.

Keys are declared: one has the role `account`, the other has not. The providers' own keys must never come back.
"""

import contextlib
import http.client
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anthropic
import llama_api_client
import pytest
from google import genai
from google.genai import types
from llama_api_client import LlamaAPIClient

from tests.journeys.house import Server, eventually, get, post, server, serving
from tests.journeys.stores import PICTURE, RESULTS, AnthropicStore, GeminiStore, LlamaStore
from understudy.policy.keys import digest

SECRET = "c0ffee" * 8
KEY, OTHER, NARROW, HOSTS_KEY = "sk-us-nightly-1", "sk-us-daily-1", "sk-us-narrow-1", "host-secret-7"
CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
secret: file:understudy.secret
providers:
  messagy: {{dialect: anthropic, base_url: "{messagy}/v1", api_key: "${{HOSTS_KEY}}", auth: x-api-key}}
  googly: {{dialect: gemini, base_url: "{googly}/v1beta", api_key: "${{HOSTS_KEY}}", auth: x-goog-api-key}}
  chatty: {{dialect: openai_chat, base_url: "{herd}/v1", api_key: "${{HOSTS_KEY}}"}}
  herd: {{dialect: llama, base_url: "{herd}/v1", api_key: "${{HOSTS_KEY}}"}}
models:
  - {{name: Llama-Guard, provider: herd, model: guard-4}}
  - {{name: film, provider: googly, model: veo-9}}
  - {{name: picture, provider: googly, model: imagen-9}}
  - {{name: secret, provider: googly, model: veo-9}}
keys:
  - {{name: nightly, digest: {nightly}, roles: [account, operate]}}
  - {{name: narrow, digest: {narrow}, routes: [film]}}
  - {{name: daily, digest: {daily}}}
"""


@dataclass
class Stage:
    """The server, and the hosts behind it."""

    house: Server
    messagy: AnthropicStore
    googly: GeminiStore
    herd: LlamaStore

    def rows(self, model: str) -> list[dict[str, Any]]:
        """The journal's rows of a model, the newest first."""
        told = get(f"{self.house.url}/understudy/v1/exchanges?limit=1000", authorization=f"Bearer {KEY}")
        return [row for row in told["exchanges"] if row["model"] == model]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("passthrough")) as running:
        yield running


@contextlib.contextmanager
def staged(folder: Path, server_says: str = "") -> Iterator[Stage]:
    """The server before its hosts, with more said of it."""
    (folder / "understudy.secret").write_text(SECRET, encoding="utf-8")
    stores = (AnthropicStore(), GeminiStore(), LlamaStore())
    keys = {"nightly": KEY, "daily": OTHER, "narrow": NARROW}
    with contextlib.ExitStack() as running:
        places = [running.enter_context(serving(store.application())) for store in stores]
        digests = {name: digest(SECRET.encode(), key) for name, key in keys.items()}
        config = CONFIG.format(**dict(zip(("messagy", "googly", "herd"), places, strict=True)), **digests)
        config = config.replace("port: 0", "port: 0" + server_says)
        yield Stage(running.enter_context(server(folder, config, HOSTS_KEY=HOSTS_KEY)), *stores)


def asked(stage: Stage, target: str, method: str = "GET", key: str = KEY) -> tuple[int, bytes]:
    """What the server says to a request target that no client library would write."""
    connection = http.client.HTTPConnection(str(urlsplit(stage.house.url).netloc), timeout=30)
    connection.putrequest(method, target, skip_accept_encoding=True)
    connection.putheader("authorization", f"Bearer {key}")
    connection.putheader("content-length", "0")
    connection.endheaders()
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told


@pytest.mark.parametrize("path", ["/passthrough/messagy", "/anthropic"])
def test_files_of_messages(stage: Stage, path: str) -> None:
    with anthropic.Anthropic(base_url=stage.house.url + path, api_key=KEY, max_retries=0) as client:
        made = client.beta.files.upload(file=("notes.txt", b"The harbour is calm.", "text/plain"), betas=["x-1"])
        assert (made.id, stage.messagy.kept) == ("file_1", {"file_1": b"The harbour is calm."})
        there = stage.messagy.asked[-1]
        assert (there.method, there.target) == ("POST", "/v1/files")
        assert (there.headers["x-api-key"], "x-1" in there.headers["anthropic-beta"]) == (HOSTS_KEY, True)
        assert KEY not in str(there)
        assert [one.id for one in client.beta.files.list(limit=7).data] == ["file_1"]
        assert stage.messagy.asked[-1].target == "/v1/files?limit=7"
        assert client.beta.files.download("file_1").read() == b"The harbour is calm."
        assert client.beta.files.delete("file_1").id == "file_1"
    assert stage.messagy.kept == {}


def test_batches_of_messages_and_their_results(stage: Stage) -> None:
    """The batch names the place of its results, and the client goes there with its key: the place must lie here."""
    params: Any = {"model": "big-1", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
    with anthropic.Anthropic(base_url=f"{stage.house.url}/passthrough/messagy", api_key=KEY, max_retries=0) as client:
        batch = client.messages.batches.create(requests=[{"custom_id": "c1", "params": params}])
        here = f"{stage.house.url}/passthrough/messagy/v1/messages/batches/msgbatch_1/results"
        assert batch.results_url == here
        assert [one.results_url for one in client.messages.batches.list().data] == [here]
        told = [json.loads(line.to_json(indent=None)) for line in client.messages.batches.results("msgbatch_1")]
        assert told == [json.loads(line) for line in RESULTS.splitlines()]
        assert len(list(client.messages.batches.results("msgbatch_1"))) == 4
        last = client.messages.batches.with_raw_response.cancel("msgbatch_1")
        assert last.parse().id == "msgbatch_1"
    assert stage.messagy.asked[-1].target == "/v1/messages/batches/msgbatch_1/cancel"
    ids = [last.headers["x-request-id"]]
    eventually(lambda: ids == [row["id"] for row in stage.rows("messagy/account") if row["id"] in ids])
    for model, read, out in (("big-1", 40, 4), ("small-1", 20, 2)):
        (row,) = stage.rows(f"messagy/{model}")
        assert (row["usage"]["uncached_in"], row["usage"]["out"], row["cost_nano_usd"]) == (read, out, None)
        assert (row["key"], "results of a batch" in row["reason"]) == ("nightly", True)


def test_a_key_without_the_role_is_told_so_in_its_clients_words(stage: Stage) -> None:
    with (
        anthropic.Anthropic(base_url=f"{stage.house.url}/passthrough/messagy", api_key=OTHER, max_retries=0) as client,
        pytest.raises(anthropic.PermissionDeniedError, match="needs the role 'account'") as caught,
    ):
        client.beta.files.list()
    told: Any = caught.value.body
    assert (told["type"], told["error"]["type"]) == ("error", "permission_error")


def gemini(stage: Stage, key: str = KEY, path: str = "") -> genai.Client:
    """The official client, before the server."""
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=stage.house.url + path))


@pytest.mark.parametrize("path", ["/passthrough/googly", "/genai"])
def test_files_of_gemini_are_sent_to_a_place_that_the_answer_names(stage: Stage, path: str) -> None:
    """The client sends no key there: what is in the address must do."""
    client = gemini(stage, path=path)
    made = client.files.upload(file=io.BytesIO(b"The harbour is calm."), config={"mime_type": "text/plain"})
    assert (made.name, stage.googly.kept) == ("files/abc", {"abc": b"The harbour is calm."})
    announced, sent = stage.googly.asked[-2:]
    assert announced.target == "/upload/v1beta/files"
    assert announced.headers["x-goog-upload-header-content-type"] == "text/plain"
    assert sent.target == "/upload/v1beta/files?upload_id=u-1&upload_protocol=resumable"
    assert {one.headers["x-goog-api-key"] for one in (announced, sent)} == {HOSTS_KEY}
    assert KEY not in str(announced) + str(sent)
    assert [one.name for one in client.files.list()] == ["files/abc"]
    assert client.files.download(file="files/abc") == b"The harbour is calm."
    client.files.delete(name="files/abc")
    assert stage.googly.kept == {}


def test_a_ticket_opens_the_place_that_it_was_made_for_and_no_other(stage: Stage) -> None:
    target = "/passthrough/googly/upload/v1beta/files"
    start = {"x-goog-upload-command": "start", "x-goog-upload-protocol": "resumable", "x-forwarded-proto": "https"}
    status, headers, _ = post(stage.house.url + target, b"{}", **start, **{"x-goog-api-key": KEY})
    place = urlsplit(headers["x-goog-upload-url"])
    assert (status, place.scheme, place.path) == (200, "https", target)
    assert HOSTS_KEY not in str(headers)
    assert KEY not in str(headers)
    here = f"{stage.house.url}{target}?{place.query}"
    for number, (command, piece) in enumerate((("upload", b"calm"), ("upload, finalize", b" sea"))):
        told = {"x-goog-upload-command": command, "x-goog-upload-offset": str(4 * number)}
        assert post(here, piece, **told)[0] == 200
    assert stage.googly.kept.pop("abc") == b"calm sea"
    before = len(stage.googly.asked)
    for wrong in (
        here.replace("u-1", "u-2"),
        here.replace("/upload/v1beta/files", "/v1beta/files"),
        here.replace("nightly", "daily"),
        here[:-1] + ("0" if here[-1] != "0" else "1"),
        here.partition("&understudy-ticket")[0],
    ):
        assert post(wrong, b"x", **{"x-goog-upload-command": "upload"})[0] == 401
    assert len(stage.googly.asked) == before


@pytest.mark.parametrize("trusted", ["[]", "[10.0.0.0/8]", "['*']", "[127.0.0.0/8]"])
def test_only_a_trusted_proxy_is_believed_how_callers_came(tmp_path: Path, trusted: str) -> None:
    start = {"x-goog-upload-command": "start", "x-goog-upload-protocol": "resumable", "x-forwarded-proto": "https"}
    with staged(tmp_path, f", trusted_proxies: {trusted}") as running:
        target = running.house.url + "/passthrough/googly/upload/v1beta/files"
        _, headers, _ = post(target, b"{}", **start, **{"x-goog-api-key": KEY})
    scheme = urlsplit(headers["x-goog-upload-url"]).scheme
    assert scheme == ("https" if trusted in ("['*']", "[127.0.0.0/8]") else "http")


def test_caches_and_batches_of_gemini(stage: Stage) -> None:
    client = gemini(stage, path="/passthrough/googly")
    cache = client.caches.create(model="deep", config={"contents": "The harbour is calm."})
    assert (cache.name, stage.googly.asked[-1].target) == ("cachedContents/c-1", "/v1beta/cachedContents")
    client.caches.update(name="cachedContents/c-1", config={"ttl": "60s"})
    assert (stage.googly.asked[-1].method, json.loads(stage.googly.asked[-1].body)["ttl"]) == ("PATCH", "60s")
    asked_of: Any = [{"contents": [{"parts": [{"text": "x"}]}]}]
    batch = client.batches.create(model="deep", src=asked_of)
    assert stage.googly.asked[-1].target == "/v1beta/models/deep:batchGenerateContent"
    done = client.batches.get(name=str(batch.name))
    assert done.dest is not None
    assert done.dest.inlined_responses is not None
    assert done.dest.inlined_responses[0].response is not None
    assert done.dest.inlined_responses[0].response.text == "calm"


def test_pictures_and_films_are_made_for_any_key_by_the_model_that_the_path_names(stage: Stage) -> None:
    # This client begins them on the cloud's other host alone; older ones do here.
    prompt = b'{"instances": [{"prompt": "a harbour"}]}'
    assert post(f"{stage.house.url}/v1beta/models/picture:predict?key={OTHER}", prompt)[2] == PICTURE
    assert stage.googly.asked[-1].body == prompt
    assert stage.googly.asked[-1].target == "/v1beta/models/imagen-9:predict"
    assert OTHER not in str(stage.googly.asked[-1])
    told = json.loads(post(f"{stage.house.url}/v1beta/models/film:predictLongRunning?key={OTHER}", prompt)[2])
    assert told == {"name": "models/film/operations/op-1"}
    client = gemini(stage, OTHER)
    done = client.operations.get(types.GenerateVideosOperation.model_validate(told))
    assert stage.googly.asked[-1].target == "/v1beta/models/veo-9/operations/op-1"
    assert (done.name, done.done) == ("models/film/operations/op-1", True)
    assert done.result
    assert done.result.generated_videos
    row = eventually(lambda: stage.rows("picture"))[0]
    assert (row["key"], row["status"], row["cost_nano_usd"]) == ("daily", "ok", None)
    assert "no usage" in row["reason"]
    assert len(eventually(lambda: found if len(found := stage.rows("film")) == 2 else None)) == 2


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/v1beta/models/picture:predict", 403),
        ("/v1beta/models/secret:predictLongRunning", 403),
        ("/v1beta/models/googly/..:predict", 403),
        ("/v1beta/models/film/operations/..:predict", 403),
        ("/passthrough/googly/v1beta/files", 403),
        ("/genai/v1beta/batches", 403),
        ("/genai/v1beta/models/film:batchGenerateContent", 403),
        ("/llama/v1/uploads", 403),
    ],
)
def test_a_key_reaches_no_other_model_and_no_account(stage: Stage, target: str, status: int) -> None:
    before = len(stage.googly.asked)
    told, body = asked(stage, target, "POST", NARROW)
    assert (told, len(stage.googly.asked)) == (status, before), body


@pytest.mark.parametrize("target", ["/v1beta/models/googly/..:predict", "/v1beta/models/googly/%2e%2e/files:predict"])
def test_no_models_name_leads_elsewhere(stage: Stage, target: str) -> None:
    before = len(stage.googly.asked)
    told, body = asked(stage, target, "POST", OTHER)
    assert (told, len(stage.googly.asked)) == (400, before), body


def test_moderations_of_the_llama_api(stage: Stage) -> None:
    told: Any = [{"role": "user", "content": "A storm is coming."}]
    with LlamaAPIClient(base_url=f"{stage.house.url}/llama/v1", api_key=OTHER, max_retries=0) as client:
        answer = client.moderations.create(messages=told)
        assert (answer.model, answer.results[0].flagged_categories) == ("Llama-Guard", ["storms"])
        assert json.loads(stage.herd.asked[-1].body) == {"messages": told, "model": "guard-4"}
        assert client.moderations.create(messages=told, model="herd/guard-5").model == "herd/guard-5"
        with pytest.raises(llama_api_client.BadRequestError, match="speaks the gemini dialect"):
            client.moderations.create(messages=told, model="film")
    assert stage.herd.asked[-1].headers["authorization"] == f"Bearer {HOSTS_KEY}"
    assert eventually(lambda: stage.rows("Llama-Guard"))[0]["cost_nano_usd"] is None


def test_a_key_in_the_address_stays_here(stage: Stage) -> None:
    asks = f"{stage.house.url}/v1/moderations?key={OTHER}&detail=1"
    assert post(asks, b'{"model": "chatty/guard", "input": "calm"}')[0] == 200
    assert stage.herd.asked[-1].target == "/v1/moderations?detail=1"


@pytest.mark.parametrize("path", ["/llama/v1", "/passthrough/herd"])
def test_uploads_of_the_llama_api(stage: Stage, path: str) -> None:
    with LlamaAPIClient(base_url=stage.house.url + path, api_key=KEY, max_retries=0) as client:
        begun = client.uploads.create(bytes=8, filename="a.txt", mime_type="text/plain", purpose="attachment")
        for number, piece in enumerate((b"calm", b" sea")):
            told = client.uploads.part(begun.id, data=piece, x_upload_offset=4 * number, x_api_version="1.0.0")
        assert (told.offset, client.uploads.get(begun.id).offset) == (8, 8)
    assert stage.herd.kept.pop("up-1") == b"calm sea"
    assert stage.herd.asked[-2].headers["x-api-version"] == "1.0.0"
    assert stage.herd.asked[-2].target == "/v1/uploads/up-1"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/passthrough/messagy/v1/files/../messages", 400),
        ("/passthrough/messagy/v1/files/%2e%2e/messages", 400),
        ("/passthrough/messagy/v1/files/%252e%252e/messages", 400),
        ("/passthrough/messagy/v1/files%2F..%2Fmessages", 400),
        ("/passthrough/messagy/v1/files/a%2Fcontent", 400),
        ("/passthrough/messagy/v1/files/a%3Fbeta=true", 400),
        ("/passthrough/messagy/v1/files//evil.invalid/x", 400),
        ("/passthrough/messagy//evil.invalid/v1/files", 400),
        ("/passthrough/messagy/http://evil.invalid/v1/files", 400),
        ("/passthrough/messagy/v1/files/.", 400),
        ("/passthrough/messagy/v1/files/a\\..\\b", 400),
        ("/passthrough/messagy/v1/organizations/api_keys", 404),
        ("/passthrough/messagy/v1/messages", 404),
        ("/passthrough/messagy@evil.invalid/v1/files", 404),
        ("/passthrough/https:%2F%2Fevil.invalid/v1/files", 404),
        ("/passthrough/messagy", 400),
        ("http://evil.invalid/passthrough/messagy/v1/messages", 404),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_path_leads_anywhere_else(stage: Stage, target: str, method: str, status: int) -> None:
    before = len(stage.messagy.asked)
    told, body = asked(stage, target, method)
    assert (told, len(stage.messagy.asked)) == (status, before), body
    assert HOSTS_KEY.encode() not in body
    assert KEY.encode() not in body
