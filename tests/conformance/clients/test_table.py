"""The table of clients: each row says all that a run needs, at one version."""

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from understudy.conformance.clients.run import UPSTREAMS
from understudy.conformance.clients.table import CLIENTS, Client

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


def test_names_differ() -> None:
    assert len({client.name for client in CLIENTS}) == len({client.program for client in CLIENTS}) == len(CLIENTS) == 8
