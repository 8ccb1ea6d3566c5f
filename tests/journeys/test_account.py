"""What lies at a provider, through the running server: files and batches by the official SDK, for those who may."""

import io
import json
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.journeys.house import Server, Upstream, eventually, get, server
from tests.journeys.test_keys import CONFIG, KEY, OTHER, SECRET, UPSTREAM_KEY
from understudy.policy.keys import digest

LINES = b'{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "plain"}}\n'


def test_files_and_batches_pass_to_the_provider_that_the_path_names(house: Server, scripted: Upstream) -> None:
    with openai.OpenAI(base_url=f"{house.url}/passthrough/chatty", api_key="any", max_retries=0) as client:
        made = client.files.with_raw_response.create(file=("lines.jsonl", LINES), purpose="batch")
        assert made.parse().id == "file-1"
        assert scripted.kept == {"file-1": LINES}
        assert [file.id for file in client.files.list().data] == ["file-1"]
        assert client.files.content("file-1").read() == LINES
        batch = client.batches.create(input_file_id="file-1", endpoint="/v1/chat/completions", completion_window="24h")
        assert (batch.id, scripted.bodies[-1]["input_file_id"]) == ("batch_1", "file-1")
        assert client.files.delete("file-1").deleted
    assert scripted.kept == {}

    def booked() -> Any:
        rows = get(f"{house.url}/understudy/v1/exchanges?limit=1000")["exchanges"]
        return next((row for row in rows if row["id"] == made.headers["x-request-id"]), None)

    row = eventually(booked)
    assert (row["model"], row["status"], row["cost_nano_usd"]) == ("chatty/account", "ok", None)


@pytest.mark.parametrize(
    ("provider", "error", "why"),
    [
        ("nobody", openai.NotFoundError, "'nobody' is not reachable"),
        ("messagy/v2/organizations", openai.NotFoundError, "nothing at '/v2/organizations/files' passes to 'messagy'"),
        ("chatty/%2e%2e", openai.BadRequestError, "say plainly what is wanted"),
    ],
)
def test_where_nothing_passes_it_is_said(house: Server, provider: str, error: Any, why: str) -> None:
    with (
        openai.OpenAI(base_url=f"{house.url}/passthrough/{provider}", api_key="any", max_retries=0) as client,
        pytest.raises(error, match=why),
    ):
        client.files.list()


def test_an_account_is_for_keys_with_its_role_alone(scripted: Upstream, tmp_path: Path) -> None:
    (tmp_path / "understudy.secret").write_text(SECRET, encoding="utf-8")
    digests = {name: digest(SECRET.encode(), key) for name, key in (("payments", KEY), ("search", OTHER))}
    config = CONFIG.format(url=scripted.url, **digests).replace("name: search,", "name: search, roles: [account],")
    with server(tmp_path, config, UPSTREAM_KEY=UPSTREAM_KEY) as house:
        base = f"{house.url}/passthrough/chatty"
        with (
            openai.OpenAI(base_url=base, api_key=KEY, max_retries=0) as client,
            pytest.raises(openai.PermissionDeniedError, match="needs the role 'account'"),
        ):
            client.files.list()
        with openai.OpenAI(base_url=base, api_key=OTHER, max_retries=0) as client:
            assert json.loads(client.files.with_raw_response.list().content)["object"] == "list"
            client.files.create(file=io.BytesIO(LINES), purpose="batch")
    assert scripted.headers[-1]["authorization"] == f"Bearer {UPSTREAM_KEY}"
