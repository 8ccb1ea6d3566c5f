"""The OpenAPI document: a valid one, of exactly the operations that are served, with who may call them."""

import json
from typing import Any, cast

import msgspec
import pytest
from openapi_spec_validator import validate
from starlette.routing import Route
from tests.journeys.described import wrong

from understudy.app import load_dialects
from understudy.web.back import Back
from understudy.web.house import HOUSE
from understudy.web.openapi import document
from understudy.web.operations import BASE
from understudy.web.rest import rest


class Dialects:
    """As much of the house as its routes are made of."""

    dialects = tuple(load_dialects().values())


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The document as it goes over the wire."""
    found: dict[str, Any] = json.loads(msgspec.json.encode(document(HOUSE)))
    return found


def test_it_is_a_valid_document(described: dict[str, Any]) -> None:
    validate(described)
    names = [one["operationId"] for path in described["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) == len(HOUSE)


def test_what_is_served_is_described_and_the_other_way_round(described: dict[str, Any]) -> None:
    routes = [one for one in rest(cast("Back", cast("Any", Dialects()))).routes if isinstance(one, Route)]
    served = {
        (one.path, method)
        for one in routes
        for method in one.methods or ()
        if one.path.startswith("/understudy") and method != "HEAD"
    }
    told = {(path, method.upper()) for path, methods in described["paths"].items() for method in methods}
    assert served == told
    assert (f"{BASE}/openapi.json", "GET") in told


def test_it_says_which_roles_may(described: dict[str, Any]) -> None:
    paths = described["paths"]
    assert described["security"] == [{"key": []}]
    assert "security" not in paths[f"{BASE}/money"]["get"]
    assert paths[f"{BASE}/labels"]["get"]["security"] == [{"key": ["label"]}, {"key": ["operate"]}]
    assert paths[f"{BASE}/parity/{{route}}/{{kind}}/hold"]["post"]["security"] == [{"key": ["operate"]}]


def test_it_says_what_is_taken_and_given(described: dict[str, Any]) -> None:
    paths, schemas = described["paths"], described["components"]["schemas"]
    limit, route = paths[f"{BASE}/exchanges"]["get"]["parameters"]
    assert (limit["name"], limit["in"], limit["required"], limit["schema"]["default"]) == ("limit", "query", False, 100)
    assert "1,000 at most" in limit["description"]
    assert route["name"] == "route"
    lowered = paths[f"{BASE}/parity/{{route}}/{{kind}}/lower"]["post"]
    assert [(one["name"], one["in"], one["required"]) for one in lowered["parameters"]] == [
        ("route", "path", True),
        ("kind", "path", True),
    ]
    assert lowered["responses"].keys() == {"200", "202", "409", "default"}
    assert lowered["requestBody"]["required"] is False
    assert paths[f"{BASE}/labels/{{id}}"]["post"]["requestBody"]["required"] is True
    report = paths[f"{BASE}/parity/report"]["get"]["responses"]["200"]["content"]
    assert report.keys() == {"application/json", "text/html"}
    assert "tie" in schemas["LabelBody"]["properties"]["choice"]["enum"]
    assert schemas["Row"]["properties"].keys() >= {"decision", "attempts", "cost_nano_usd"}
    assert "type" not in schemas["Row"]["required"]


@pytest.mark.parametrize(
    ("method", "below", "kind", "body", "words"),
    [
        ("GET", "/nowhere", "application/json", {}, "is not described"),
        ("POST", "/money", "application/json", {}, "is not described"),
        ("GET", "/money", "text/html", "", "is said to answer application/json"),
        ("GET", "/money", "application/json", {"money": [{}]}, "'tenant' is a required property"),
        ("GET", "/exchanges/ex_1", "application/json", {"exchange": {"id": 1}, "explanation": []}, "exchange"),
        ("GET", "/money", "application/json", {"money": []}, ""),
    ],
)
def test_an_answer_that_is_not_as_described_is_noticed(
    described: dict[str, Any], method: str, below: str, kind: str, body: Any, words: str
) -> None:
    found = wrong(described, method, BASE + below, 200, kind, body)
    assert words in found if words else not found
