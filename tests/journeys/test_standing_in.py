"""Where the model that a pool chose fails before its first words the next best answers, over two dialects."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_serve import understudy
from tests.journeys.house import WORDS, Server, Upstream, eventually, get, post, server, upstream

CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", auth: none}}
  messagy: {{dialect: anthropic, base_url: "{url}", auth: none}}
models:
  - {{name: first, provider: chatty, model: status-500, tags: [eu]}}
  - {{name: second, provider: messagy, model: status-502}}
  - {{name: breaks, provider: chatty, model: early}}
  - {{name: drops, provider: messagy, model: cut}}
  - {{name: chat-model, provider: chatty, model: plain}}
  - {{name: messages-model, provider: messagy, model: plain}}
routes:
  - {{name: to-messages, choose_from: [first, messages-model], parity: {{shadow: 0.0, check: expected}}}}
  - {{name: to-chat, choose_from: [second, chat-model], parity: {{shadow: 0.0, check: expected}}}}
  - {{name: compared, choose_from: [first, messages-model], parity: {{shadow: 1.0, check: expected}}}}
  - {{name: alone, choose_from: [first, messages-model], fallbacks: [], parity: {{shadow: 0.0}}}}
  - {{name: kept, choose_from: [first, messages-model], only_tags: [eu], parity: {{shadow: 0.0}}}}
  - {{name: begins, choose_from: [breaks, messages-model], parity: {{shadow: 0.0}}}}
  - {{name: begun, choose_from: [drops, chat-model], parity: {{shadow: 0.0}}}}
"""
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


@pytest.fixture
def scripted() -> Iterator[Upstream]:
    with upstream() as running:
        yield running


@pytest.fixture
def house(scripted: Upstream, tmp_path: Path) -> Iterator[Server]:
    with server(tmp_path, CONFIG.format(url=scripted.url)) as running:
        yield running


def ask(house: Server, path: str, route: str, *, stream: bool = False) -> tuple[int, dict[str, str], bytes]:
    body: dict[str, Any] = {"model": route, "messages": [{"role": "user", "content": "How is the harbour?"}]}
    body |= {"stream": stream, "max_tokens": 50}
    if path == CHAT:
        body["metadata"] = {"expected": "".join(WORDS)}
    return post(house.url + path, json.dumps(body).encode())


def row(house: Server, exchange_id: str) -> dict[str, Any]:
    def found() -> Any:
        rows = get(f"{house.url}/understudy/v1/exchanges")["exchanges"]
        return next((one for one in rows if one["id"] == exchange_id), None)

    told: dict[str, Any] = eventually(found)
    return told


def lessons(folder: Path, route: str, count: int) -> list[tuple[str, dict[str, list[float | None]]]]:
    """Who was chosen, and what came of each model's answer: the outcome, and the chance of seeing it."""

    def found() -> Any:
        with sqlite3.connect(folder / "understudy.db") as books:
            told = books.execute("SELECT served, outcomes FROM lessons WHERE route = ?", (route,)).fetchall()
        return len(told) == count and told

    return [(served, json.loads(outcomes)) for served, outcomes in eventually(found)]


@pytest.mark.parametrize(
    ("route", "chosen", "answers"),
    [("to-messages", "first", "messages-model"), ("to-chat", "second", "chat-model")],
)
def test_the_next_best_of_the_pool_answers_and_teaches_nothing(
    house: Server, tmp_path: Path, route: str, chosen: str, answers: str
) -> None:
    for number, path in enumerate((CHAT, MESSAGES)):
        status, headers, body = ask(house, path, route, stream=number == 1)
        assert status == 200, body
        assert body.count(WORDS[0].encode()) == 1
        assert headers["x-understudy-model"] == answers
        words = f"nothing is learned of this kind yet: the incumbent answers; {chosen} failed first"
        assert headers["x-understudy-reason"] == words
    told = row(house, headers["x-understudy-request-id"])
    decision = told["decision"]
    assert (told["model"], decision["chosen"], decision["stand_ins"]) == (answers, chosen, [answers])
    assert decision.get("propensity", 1.0) == 1.0
    assert [(one["model"], one["outcome"] == "ok") for one in told["attempts"]] == [(chosen, False), (answers, True)]
    shown = understudy(tmp_path, "route", "explain", told["id"], "--config", "understudy.yaml").stdout
    assert f"if it fails before its first words, in turn: {answers}" in shown
    assert f"but {answers} answered: {chosen} failed first" in shown
    # What the choice came to is the failure; the stand-in was not chosen, and its right answer says nothing of it.
    for served, outcomes in lessons(tmp_path, route, 2):
        assert (served, {name: seen[:2] for name, seen in outcomes.items()}) == (chosen, {chosen: [0.0, 1.0]})


def test_where_all_are_compared_a_stand_ins_answer_counts_as_any_other_and_is_asked_once(
    house: Server, scripted: Upstream, tmp_path: Path
) -> None:
    assert ask(house, CHAT, "compared")[1]["x-understudy-model"] == "messages-model"
    [(served, outcomes)] = lessons(tmp_path, "compared", 1)
    assert served == "first"
    assert {name: seen[:2] for name, seen in outcomes.items()} == {"first": [0.0, 1.0], "messages-model": [1.0, 1.0]}
    assert [body["model"] for body in scripted.bodies] == ["status-500", "plain"]


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_a_route_that_wants_no_stand_in_has_none_and_nobody_stands_in_who_may_not(
    house: Server, scripted: Upstream, path: str
) -> None:
    for route in ("alone", "kept"):
        status, headers, body = ask(house, path, route)
        assert status == 500, body
        assert row(house, headers["x-understudy-request-id"])["decision"].get("stand_ins", []) == []
    assert [body["model"] for body in scripted.bodies] == ["status-500"] * 2


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_an_answer_that_breaks_is_made_up_for_before_its_first_word_and_never_after(house: Server, path: str) -> None:
    status, headers, body = ask(house, path, "begins", stream=True)
    assert (status, headers["x-understudy-model"]) == (200, "messages-model")
    assert body.count(WORDS[0].encode()) == 1
    status, _, body = ask(house, path, "begun", stream=True)
    assert status == 200
    assert body.count(WORDS[0].encode()) == 1
    assert b'"error"' in body
