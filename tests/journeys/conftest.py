"""One scripted upstream and two real servers, one of them impatient, for all journeys that do not break them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.house import Server, Upstream, server, upstream

CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", auth: none}}
  messagy: {{dialect: anthropic, base_url: "{url}", auth: none}}
  googly: {{dialect: gemini, base_url: "{url}", auth: none}}
models:
  - {{name: chat-model, provider: chatty, model: plain, price: {{input_usd: 1, output_usd: 2, cache_read_usd: 0.5}}}}
  - name: messages-model
    provider: messagy
    model: plain
    price: {{input_usd: 1, output_usd: 2, cache_read_usd: 0.5}}
  - {{name: broken, provider: chatty, model: status-500}}
  - {{name: cut, provider: chatty, model: cut}}
  - {{name: dead, provider: chatty, model: plain, base_url: "http://127.0.0.1:9/v1"}}
  - {{name: vectors, provider: chatty, model: plain, price: {{input_usd: 2, output_usd: 0}}}}
routes:
  - {{name: to-chat, incumbent: chat-model}}
  - {{name: to-messages, incumbent: messages-model}}
  - {{name: falls-back, incumbent: broken, fallbacks: [dead, messages-model]}}
  - {{name: cut-falls-not-back, incumbent: cut, fallbacks: [chat-model]}}
"""


# For what never comes. Everything else is asked of a server that waits: the machine may hold up the upstream, too.
HASTY = "timeouts: {{first_token_s: 2.0, idle_s: 1.0, total_s: 5.0, keep_alive_s: 0.5}}\n" + CONFIG


@pytest.fixture(scope="session")
def scripted() -> Iterator[Upstream]:
    """The scripted upstream."""
    with upstream() as running:
        yield running


@pytest.fixture(scope="session")
def house(scripted: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server before it."""
    folder: Path = tmp_path_factory.mktemp("house")
    with server(folder, CONFIG.format(url=scripted.url)) as running:
        yield running


@pytest.fixture(scope="session")
def hasty(scripted: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that loses patience soon."""
    folder: Path = tmp_path_factory.mktemp("hasty")
    with server(folder, HASTY.format(url=scripted.url)) as running:
        yield running
