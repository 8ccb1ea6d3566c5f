"""The judge is judged: a simulated client passes through the running gateway, and every way to fail is found."""

import asyncio
import dataclasses
import json
import urllib.request
from pathlib import Path

import pytest
from tests.conformance.clients import simulated

from understudy.conformance.clients.requests import Seen
from understudy.conformance.clients.run import CODING_CONFIG, COLUMNS, Cell, judged, wrong_with
from understudy.conformance.clients.running import Ran
from understudy.conformance.clients.table import CLIENTS
from understudy.conformance.clients.tasks import TASKS, TEXT, grown, new_seed, report
from understudy.conformance.clients.upstream import coding_upstream
from understudy.conformance.own import own_gateway

CLAUDE = next(client for client in CLIENTS if client.name == "claude-code")


def cells(folder: Path, named: str = "{}-coding") -> list[Cell]:
    async def asked() -> list[Cell]:
        async with coding_upstream() as upstream, own_gateway(upstream.url, CODING_CONFIG) as url:
            return [cell async for cell in judged([CLAUDE], folder, upstream, url, named.format)]

    return asyncio.run(asked())


def test_a_client_passes_with_every_upstream_and_with_a_name_that_it_has_built_in(tmp_path: Path) -> None:
    simulated.install(tmp_path)
    found = cells(tmp_path)
    assert [(cell.upstream, cell.task) for cell in found] == [(column, task) for column in COLUMNS for task in TASKS]
    assert [cell.wrong for cell in found] == [""] * len(found)
    assert {(cell.task, cell.requests) for cell in found} == {("text", 1), ("tool", 2)}


def test_a_model_that_the_gateway_does_not_know_is_told(tmp_path: Path) -> None:
    simulated.install(tmp_path)
    wrong = {cell.upstream: cell.wrong for cell in cells(tmp_path, "no-{}")}
    assert wrong.pop("built-in") == ""
    assert all("exit status 1; the upstream was not asked" in words and "404" in words for words in wrong.values())


def test_what_is_not_installed_is_told_with_the_remedy(tmp_path: Path) -> None:
    absent = dataclasses.replace(CLAUDE, program="no-such-program")

    async def asked() -> list[Cell]:
        async with coding_upstream() as upstream:
            return [cell async for cell in judged([absent], tmp_path, upstream, "http://127.0.0.1:9", str)]

    found = asyncio.run(asked())
    assert len(found) == len(COLUMNS) * len(TASKS)
    assert all(cell.wrong.startswith(f"not installed; npm install -g {CLAUDE.package}") for cell in found)


SEED = new_seed()
MADE = grown(SEED)
GOOD = Ran(0, f"# {report(MADE)}\n", MADE + "\n")
RESULT = [("chat", Seen("", "", (), None, True)), ("chat", Seen("", f"exit 0\n{MADE}", (), None, True))]


@pytest.mark.parametrize(
    ("ran", "asked", "wrong"),
    [
        (GOOD, RESULT, ""),
        (dataclasses.replace(GOOD, status=None), RESULT, "not done within 120 s"),
        (dataclasses.replace(GOOD, status=7), RESULT, "exit status 7"),
        (dataclasses.replace(GOOD, made=""), RESULT, "its tool did not run"),
        (dataclasses.replace(GOOD, made=grown(new_seed())), RESULT, "its tool did not run"),
        (GOOD, RESULT[:1], "the tool's result did not come back"),
        (GOOD, [("gemini", seen) for _, seen in RESULT], "the upstream was not asked"),
        (dataclasses.replace(GOOD, printed=MADE), RESULT, f"the answer was not told: {MADE!r}"),
    ],
)
def test_every_fault_of_an_errand_is_found(ran: Ran, asked: list[tuple[str, Seen]], wrong: str) -> None:
    assert wrong_with(ran, asked, "chat", "tool", SEED) == wrong


def test_a_question_needs_its_answer_alone() -> None:
    assert wrong_with(Ran(0, f"> {TEXT}", ""), RESULT[:1], "built-in", "text", SEED) == ""
    assert wrong_with(Ran(0, "", ""), RESULT[:1], "built-in", "text", SEED) == "the answer was not told: ''"


def test_W11_what_clients_look_up_before_they_ask_is_there() -> None:
    """Names that they have built in are no 404, and neither is the greeting."""

    def answers(url: str) -> list[int]:
        counted = {"model": "claude-haiku-9", "messages": [{"role": "user", "content": "Hello"}]}
        asked = [
            urllib.request.Request(f"{url}/api/hello", method="HEAD"),
            urllib.request.Request(f"{url}/v1/models?limit=1000", headers={"anthropic-version": "2023-06-01"}),
            urllib.request.Request(f"{url}/v1/models/claude-haiku-9", headers={"anthropic-version": "2023-06-01"}),
            urllib.request.Request(f"{url}/v1/messages/count_tokens", json.dumps(counted).encode()),
        ]
        return [urllib.request.urlopen(one, timeout=120).status for one in asked]

    async def looked_up() -> list[int]:
        async with coding_upstream() as upstream, own_gateway(upstream.url, CODING_CONFIG) as url:
            return await asyncio.to_thread(answers, url)

    assert asyncio.run(looked_up()) == [200] * 4
