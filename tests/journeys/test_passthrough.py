"""What lies at providers of each dialect, through the running server, with the official SDKs as clients.

Keys are declared: one has the role `account`, the other has not. The providers' own keys must never come back.
"""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anthropic
import pytest

from tests.journeys.house import Server, eventually, get, server, serving
from tests.journeys.stores import RESULTS, AnthropicStore
from understudy.policy.keys import digest

SECRET = "c0ffee" * 8
KEY, OTHER, HOSTS_KEY = "sk-us-nightly-1", "sk-us-daily-1", "host-secret-7"
CONFIG = """\
server: {{host: 127.0.0.1, port: {{port}}}}
secret: file:understudy.secret
providers:
  messagy: {{dialect: anthropic, base_url: "{messagy}/v1", api_key: "${{HOSTS_KEY}}", auth: x-api-key}}
keys:
  - {{name: nightly, digest: {nightly}, roles: [account, operate]}}
  - {{name: daily, digest: {daily}}}
"""


@dataclass
class Stage:
    """The server, and the hosts behind it."""

    house: Server
    messagy: AnthropicStore = field(default_factory=AnthropicStore)

    def rows(self, model: str) -> list[dict[str, Any]]:
        """The journal's rows of a model, the newest first."""
        told = get(f"{self.house.url}/understudy/v1/exchanges?limit=1000", authorization=f"Bearer {KEY}")
        return [row for row in told["exchanges"] if row["model"] == model]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("passthrough")
    (folder / "understudy.secret").write_text(SECRET, encoding="utf-8")
    messagy = AnthropicStore()
    digests = {"nightly": digest(SECRET.encode(), KEY), "daily": digest(SECRET.encode(), OTHER)}
    with serving(messagy.application()) as url:
        config = CONFIG.format(messagy=url, **digests)
        with server(folder, config, HOSTS_KEY=HOSTS_KEY) as house:
            yield Stage(house, messagy)


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
        assert client.messages.batches.cancel("msgbatch_1").id == "msgbatch_1"
    assert stage.messagy.asked[-1].target == "/v1/messages/batches/msgbatch_1/cancel"
    assert eventually(lambda: stage.rows("messagy/account"))[0]["status"] == "ok"


def test_a_key_without_the_role_is_told_so_in_its_clients_words(stage: Stage) -> None:
    with (
        anthropic.Anthropic(base_url=f"{stage.house.url}/passthrough/messagy", api_key=OTHER, max_retries=0) as client,
        pytest.raises(anthropic.PermissionDeniedError, match="needs the role 'account'") as caught,
    ):
        client.beta.files.list()
    told: Any = caught.value.body
    assert (told["type"], told["error"]["type"]) == ("error", "permission_error")


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
