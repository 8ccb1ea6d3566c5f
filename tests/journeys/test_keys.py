"""Keys on the real server: who may call, what they may call, and that no secret is written down anywhere."""

import json
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from tests.journeys.house import Upstream, eventually, get, post, server
from understudy.policy.keys import digest

SECRET = "c0ffee" * 8
KEY, OTHER = "sk-us-payments-1", "sk-us-search-1"
UPSTREAM_KEY = "sk-upstream-secret-7"
CONFIG = """\
server: {{host: 127.0.0.1, port: {{port}}}}
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
