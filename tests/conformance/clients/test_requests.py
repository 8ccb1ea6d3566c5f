"""Requests of four dialects say the same to their reader."""

from typing import Any

import pytest
from tests.conformance.clients.bodies import PATHS, TOOL, errand

from understudy.conformance.clients.requests import ENDS, Offered, Seen
from understudy.conformance.clients.tasks import ERRAND


def seen(dialect: str, body: dict[str, Any], path: str = "") -> Seen:
    path = path or PATHS[dialect].split("?")[0]
    name, read = next(ENDS[end] for end in ENDS if path.endswith(end))
    assert name == dialect
    return read(body, path)


@pytest.mark.parametrize("dialect", PATHS)
def test_words_tools_and_results_are_found(dialect: str) -> None:
    first = seen(dialect, errand(dialect))
    assert first.said.split("\n") == ["Be brief.", ERRAND]
    assert (first.results, first.offered, first.form, first.streamed) == ("", (Offered("shell", TOOL),), None, True)
    second = seen(dialect, errand(dialect, result="it grew"))
    assert "it grew" in second.results
    assert "it grew" not in second.said


FORM = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}


@pytest.mark.parametrize(
    ("dialect", "asked"),
    [
        ("chat", {"response_format": {"type": "json_schema", "json_schema": {"name": "t", "schema": FORM}}}),
        ("responses", {"text": {"format": {"type": "json_schema", "name": "t", "schema": FORM}}}),
        ("messages", {"output_config": {"format": {"type": "json_schema", "schema": FORM}}}),
        ("gemini", {"generationConfig": {"responseJsonSchema": FORM}}),
    ],
)
def test_a_form_is_found(dialect: str, asked: dict[str, Any]) -> None:
    whole = "/v1beta/models/m:generateContent" if dialect == "gemini" else ""
    found = seen(dialect, {**errand(dialect), "stream": False, **asked}, whole)
    assert (found.form, found.streamed) == (FORM, False)


def test_the_models_own_words_are_not_its_clients() -> None:
    body = errand("chat")
    body["messages"].append({"role": "assistant", "content": "It grew."})
    assert "It grew." not in seen("chat", body).said
    body = {**errand("responses"), "input": "Bare words"}
    body.pop("instructions")
    assert seen("responses", body).said == "Bare words"
