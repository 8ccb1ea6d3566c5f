"""The table of clients: each row says all that a run needs, at one version."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from understudy.conformance.clients.run import UPSTREAMS
from understudy.conformance.clients.table import CLIENTS, Client
from understudy.conformance.clients.tasks import PROMPTS

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "coding-clients.md"
FILLED = ("{url}", "{key}", "{model}", "{prompt}", "{home}")


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_row_is_whole(client: Client) -> None:
    assert client.dialect in UPSTREAMS
    assert re.search(r"(@|==)\d+\.\d+\.\d+$", client.package)
    assert client.package in client.remedy
    texts = [*client.command, *client.setup, *client.environ.values(), *client.files.values()]
    assert set(re.findall(r"\{[a-z]+\}", " ".join(texts))) <= set(FILLED)
    assert any("{url}" in text for text in texts)
    assert any("{model}" in text for text in texts)
    assert any("{prompt}" in word for word in client.command)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_its_files_are_what_they_are_called(client: Client) -> None:
    readers: dict[str, Callable[[str], Any]] = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load}
    for name, text in client.files.items():
        text = text.replace("{url}", "http://gateway").replace("{model}", "m").replace("{key}", "k")
        assert readers[name.rsplit(".", 1)[-1]](text)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_page_shows_what_is_run(client: Client) -> None:
    """How a client is pointed at the gateway stands in the page as in the table, but for what keeps it quiet."""
    shown = {"{url}": "http://localhost:4000", "{key}": "sk-…", "{model}": "coding", "{prompt}": PROMPTS["text"]}
    texts = [*client.environ.items(), *(("", line) for text in client.files.values() for line in text.splitlines())]
    texts += [("", word) for word in (*client.command, *client.setup)]
    told = [(name, text) for name, text in texts if any(mark in text for mark in shown)]
    page = PAGE.read_text(encoding="utf-8")
    for name, text in told:
        for mark, word in shown.items():
            text = text.replace(mark, word)
        assert f"{name}={text}" in page if name else text.strip() in page


def test_names_differ() -> None:
    assert len({client.name for client in CLIENTS}) == len({client.program for client in CLIENTS}) == len(CLIENTS) == 8
