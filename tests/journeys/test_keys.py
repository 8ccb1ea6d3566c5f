"""Keys on the real server: who may call, what they may call, and that no secret is written down anywhere."""

import json
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from tests.journeys.house import Server, Upstream, eventually, get, post, server
from understudy.policy.keys import digest

SECRET = "c0ffee" * 8
KEY, OTHER = "sk-us-payments-1", "sk-us-search-1"
UPSTREAM_KEY = "sk-upstream-secret-7"
CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
secret: file:understudy.secret
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", api_key: "${{UPSTREAM_KEY}}"}}
models:
  - {{name: plain, provider: chatty, model: plain}}
routes:
  - {{name: assistant, incumbent: plain}}
keys:
  - {{name: payments, digest: {payments}, routes: [assistant]}}
  - {{name: search, digest: {search}}}
"""
ASK: Any = [{"role": "user", "content": "x"}]


def test_keys_open_what_they_may_and_secrets_stay_where_they_belong(scripted: Upstream, tmp_path: Path) -> None:
    (tmp_path / "understudy.secret").write_text(SECRET, encoding="utf-8")
    digests = {name: digest(SECRET.encode(), key) for name, key in (("payments", KEY), ("search", OTHER))}
    config = CONFIG.format(url=scripted.url, **digests)
    with server(tmp_path, config, UPSTREAM_KEY=UPSTREAM_KEY) as house:
        with (
            openai.OpenAI(base_url=f"{house.url}/v1", api_key="sk-us-nobody", max_retries=0) as chat,
            pytest.raises(openai.AuthenticationError),
        ):
            chat.chat.completions.create(model="assistant", messages=ASK)
        with (
            anthropic.Anthropic(base_url=house.url, api_key="sk-us-nobody", max_retries=0) as messages,
            pytest.raises(anthropic.AuthenticationError),
        ):
            messages.messages.create(model="assistant", max_tokens=9, messages=ASK)
        with openai.OpenAI(base_url=f"{house.url}/v1", api_key=KEY, max_retries=0) as chat:
            assert chat.chat.completions.create(model="assistant", messages=ASK).choices
            with pytest.raises(openai.PermissionDeniedError, match="may not use 'plain'"):
                chat.chat.completions.create(model="plain", messages=ASK)
        with anthropic.Anthropic(base_url=house.url, api_key=OTHER, max_retries=0) as messages:
            assert messages.messages.create(model="plain", max_tokens=9, messages=ASK).content
        assert scripted.headers[-1]["authorization"] == f"Bearer {UPSTREAM_KEY}"
        status, _, body = post(
            f"{house.url}/v1/chat/completions", json.dumps({"model": "plain", "messages": ASK}).encode()
        )
        assert status == 401
        assert b"no API key was sent" in body
        path = f"{house.url}/understudy/v1/exchanges"
        rows = eventually(lambda: len(r := get(path, authorization=f"Bearer {OTHER}")["exchanges"]) >= 6 and r)
        assert {row["key"] for row in rows} >= {"payments", "search", ""}
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.suffix != ".secret")
    for secret in (KEY, OTHER, UPSTREAM_KEY, SECRET):
        assert secret.encode() not in written


def test_a_key_reads_its_own_tenants_rows_unless_it_may_operate(scripted: Upstream, tmp_path: Path) -> None:
    (tmp_path / "understudy.secret").write_text(SECRET, encoding="utf-8")
    keys = {"payments": KEY, "search": OTHER, "boss": "sk-us-boss-1"}
    digests = {name: digest(SECRET.encode(), key) for name, key in keys.items()}
    config = CONFIG.format(url=scripted.url, payments=digests["payments"], search=digests["search"])
    config = config.replace("name: search,", "name: search, tenant: other,")
    config += f"  - {{name: boss, digest: {digests['boss']}, tenant: third, roles: [operate]}}\n"
    with server(tmp_path, config, UPSTREAM_KEY=UPSTREAM_KEY) as house:
        bearer = {name: {"authorization": f"Bearer {key}"} for name, key in keys.items()}
        asked = json.dumps({"model": "assistant", "messages": ASK}).encode()
        ids = {}
        for name in ("payments", "search"):
            status, headers, _ = post(f"{house.url}/v1/chat/completions", asked, **bearer[name])
            assert status == 200
            ids[name] = headers["x-understudy-request-id"]

        def read(by: str) -> set[str]:
            return {row["id"] for row in get(f"{house.url}/understudy/v1/exchanges", **bearer[by])["exchanges"]}

        eventually(lambda: read("boss") == set(ids.values()))
        assert read("payments") == {ids["payments"]}
        assert read("search") == {ids["search"]}
        bills = {by: get(f"{house.url}/understudy/v1/money", **bearer[by])["money"] for by in keys}
        asked_by = {by: {row["tenant"]: row["exchanges"] for row in rows} for by, rows in bills.items()}
        assert asked_by == {"payments": {"default": 1}, "search": {"other": 1}, "boss": {"default": 1, "other": 1}}

        def status_of(by: str, whose: str) -> int:
            try:
                get(f"{house.url}/understudy/v1/exchanges/{ids[whose]}", **bearer[by])
            except urllib.error.HTTPError as refused:
                with refused:
                    return refused.code
            return 200

        for by, whose, seen in (("payments", "payments", 200), ("payments", "search", 404), ("boss", "search", 200)):
            assert status_of(by, whose) == seen


@pytest.mark.parametrize(
    ("model", "key", "headers", "status"),
    [
        ("assistant", KEY, {}, 200),
        ("assistant", KEY, {"x-understudy-strict": "1"}, 400),
        ("exact", KEY, {}, 400),
        # Whoever asks may be stricter than its key, and not laxer.
        ("assistant", OTHER, {"x-understudy-strict": "false"}, 400),
    ],
)
def test_strict_mode_is_the_requests_the_keys_or_the_routes(
    strict_house: Server, model: str, key: str, headers: dict[str, str], status: int
) -> None:
    asked = {"model": model, "max_tokens": 9, "top_k": 4, "messages": [{"role": "user", "content": "x"}]}
    got, _, answer = post(
        f"{strict_house.url}/v1/messages", json.dumps(asked).encode(), **{"x-api-key": key}, **headers
    )
    assert got == status
    assert (b"top_k" in answer and b"strict mode" in answer) is (status == 400)


@pytest.fixture(scope="module")
def strict_house(scripted: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("strict")
    (folder / "understudy.secret").write_text(SECRET, encoding="utf-8")
    digests = {name: digest(SECRET.encode(), key) for name, key in (("payments", KEY), ("search", OTHER))}
    config = CONFIG.format(url=scripted.url, **digests)
    config = config.replace("name: search,", "name: search, strict: true,")
    config = config.replace("routes: [assistant]", "routes: [assistant, exact]")
    config = config.replace("keys:", "  - {name: exact, incumbent: plain, strict: true}\nkeys:")
    with server(folder, config, UPSTREAM_KEY=UPSTREAM_KEY) as running:
        yield running
