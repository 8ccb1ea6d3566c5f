"""T65 to T68: schemas of answers and of tools, in the form that each dialect takes them, with their order kept."""

import json
from typing import Any

import pytest

from tests.wire.answers import whole
from tests.wire.asks import ASK, offered, written
from tests.wire.house import ALL, A, C, Dialect, G, L, R, V, Wire
from tests.wire.mutants import mutant

# References, alternatives and closed objects; the names stand in no order that anything would sort them into.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "zeal": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "harbour": {"$ref": "#/$defs/place"},
        "answer": {"enum": ["calm", "rough"]},
    },
    "required": ["zeal", "harbour", "answer"],
    "additionalProperties": False,
    "$defs": {
        "place": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "lat": {"type": "number"}},
            "required": ["name", "lat"],
            "additionalProperties": False,
        }
    },
}


def formed(dialect: Dialect, schema: Any, *, strict: bool | None = None) -> dict[str, Any]:
    """The fields that ask for an answer of this schema."""
    kept = {} if strict is None else {"strict": strict}
    chat = {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, **kept}}}
    told: dict[Dialect, dict[str, Any]] = {
        C: chat,
        R: {"text": {"format": {"type": "json_schema", "name": "n", "schema": schema, **kept}}},
        A: {"output_config": {"format": {"type": "json_schema", "schema": schema}}},
        G: {"generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": schema}},
        L: chat,
        V: {"outputConfig": {"textFormat": {"type": "json_schema", "structure": _structure(schema)}}},
    }
    return told[dialect]


def _structure(schema: Any) -> dict[str, Any]:
    return {"jsonSchema": {"name": "n", "schema": json.dumps(schema)}}


def form_in(dialect: Dialect, body: Any) -> Any:
    """The schema of the answer in a body that reached the upstream."""
    if dialect in (C, L):
        return body["response_format"]["json_schema"]["schema"]
    if dialect == R:
        return body["text"]["format"]["schema"]
    if dialect == A:
        return body["output_config"]["format"]["schema"]
    if dialect == G:
        assert body["generationConfig"]["responseMimeType"] == "application/json"
        return body["generationConfig"]["responseJsonSchema"]
    return json.loads(body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"])


def tool_in(dialect: Dialect, body: Any) -> dict[str, Any]:
    """The tool in a body that reached the upstream: its schema under `schema`, whether it is strict under `strict`."""
    if dialect == V:
        spec = body["toolConfig"]["tools"][0]["toolSpec"]
        return {**spec, "schema": spec["inputSchema"]["json"]}
    tool = body["tools"][0]
    if dialect == G:
        tool = tool["functionDeclarations"][0]
        return {**tool, "schema": tool.get("parametersJsonSchema")}
    if dialect in (C, L):
        tool = tool["function"]
    return {**tool, "schema": tool.get("input_schema" if dialect == A else "parameters")}


@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
@mutant(
    "dialects/anthropic/schemas.py",
    "return dict(_fitted(schema, path, losses))",
    "return dict(sorted(_fitted(schema, path, losses).items()))",
)
def test_T65_T68_an_answers_schema_reaches_every_dialect_with_its_order(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), written(caller, ASK, **formed(caller, SCHEMA)))
    assert answer.status == 200, answer.body
    assert json.dumps(form_in(upstream, wire.sent().json)) == json.dumps(SCHEMA)


@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
@mutant(
    "dialects/gemini/request_writer.py",
    'body["parametersJsonSchema"] = tool.parameters',
    'body["parametersJsonSchema"] = dict(reversed(tool.parameters.items()))',
)
def test_T65_T68_a_tools_schema_reaches_every_dialect_with_its_order(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    asked = {**written(caller, ASK), **offered(caller, ("weather", SCHEMA))}
    answer = wire.ask(caller, wire.says(upstream, whole(upstream)), asked)
    assert answer.status == 200, answer.body
    assert json.dumps(tool_in(upstream, wire.sent().json)["schema"]) == json.dumps(SCHEMA)


@pytest.mark.parametrize("strict", [True, False, None])
@mutant("dialects/openai_responses/request_writer.py", 'body["strict"] = bool(form.strict)', 'body["strict"] = False')
def test_T65_a_schema_is_kept_to_where_the_caller_said_so_and_nowhere_unasked(wire: Wire, strict: bool | None) -> None:
    wire.ask(C, wire.says(R, whole(R)), written(C, ASK, **formed(C, SCHEMA, strict=strict)))
    # A host of Responses is strict of itself, so it is told where the caller is not.
    assert wire.sent().json["text"]["format"]["strict"] is bool(strict)
    wire.ask(R, wire.says(C, whole(C)), written(R, ASK, **formed(R, SCHEMA, strict=strict)))
    assert wire.sent().json["response_format"]["json_schema"].get("strict") is strict
    for caller in (A, G):
        wire.ask(caller, wire.says(C, whole(C)), written(caller, ASK, **formed(caller, SCHEMA)))
        assert "strict" not in wire.sent().json["response_format"]["json_schema"]


@pytest.mark.parametrize("upstream", ALL)
@mutant(
    "dialects/converse/request_writer.py", '            losses.add(f"{path}.strict"', '            str(f"{path}.strict"'
)
def test_T65_a_strict_tool_is_strict_or_it_is_told(wire: Wire, upstream: Dialect) -> None:
    asked = {**written(C, ASK), **offered(C, ("weather", SCHEMA))}
    asked["tools"][0]["function"]["strict"] = True
    answer = wire.ask(C, wire.says(upstream, whole(upstream)), asked)
    kept = tool_in(upstream, wire.sent().json).get("strict")
    assert (kept is True) != any(name.endswith("strict") for name in answer.omitted)
    assert (kept is True) == (upstream in (C, R, A, L))


OLD = {
    "type": "OBJECT",
    "properties": {
        "name": {"type": "STRING", "nullable": True},
        "sky": {"type": "STRING", "enum": ["blue", "grey"]},
        "days": {"type": "ARRAY", "items": {"type": "INTEGER"}, "minItems": "1"},
    },
    "propertyOrdering": ["sky", "name"],
    "required": ["name"],
}
READ = {
    "type": "object",
    "properties": {
        "sky": {"type": "string", "enum": ["blue", "grey"]},
        "name": {"type": ["string", "null"]},
        "days": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
    },
    "required": ["name"],
}


@pytest.mark.parametrize("upstream", [C, R, A, L, V])
@mutant(
    "dialects/gemini/schemas.py",
    'order = told.pop("nullable", None), told.pop("propertyOrdering", None)',
    'order = told.pop("nullable", None), told.pop("propertyOrdering", None) and None',
)
def test_T65_T68_geminis_older_schemas_are_read_with_the_order_that_they_ask_for(wire: Wire, upstream: Dialect) -> None:
    config = {"responseMimeType": "application/json", "responseSchema": OLD}
    tools = [{"functionDeclarations": [{"name": "weather", "parameters": OLD}]}]
    wire.ask(G, wire.says(upstream, whole(upstream)), written(G, ASK, generationConfig=config, tools=tools))
    closed = {"additionalProperties": False} if upstream == A else {}
    assert json.dumps(form_in(upstream, wire.sent().json)) == json.dumps({**READ, **closed})
    assert json.dumps(tool_in(upstream, wire.sent().json)["schema"]) == json.dumps(READ)


EMPTY: dict[str, Any] = {"type": "object", "properties": {}}


@pytest.mark.parametrize("schema", [None, {}], ids=["missing", "empty"])
@mutant(
    "dialects/anthropic/request_writer.py",
    'parameters if "type" in parameters else {"type": "object", **parameters}',
    "parameters",
)
def test_T66_a_tool_without_parameters_has_the_schema_that_each_dialect_wants(wire: Wire, schema: Any) -> None:
    function = {"name": "now"} if schema is None else {"name": "now", "parameters": schema}
    asked = written(C, ASK, tools=[{"type": "function", "function": function}])
    for upstream, wanted in ((A, {"type": "object"}), (R, EMPTY), (G, None), (V, {"type": "object"}), (L, schema)):
        answer = wire.ask(C, wire.says(upstream, whole(upstream)), asked)
        assert answer.status == 200
        assert tool_in(upstream, wire.sent().json)["schema"] == wanted


@pytest.mark.parametrize("caller", [A, R, G, V])
@mutant(
    "dialects/gemini/request_writer.py",
    "    if tool.parameters:\n",
    "    if tool.parameters and tool.parameters.get('properties'):\n",
)
def test_T66_an_object_without_properties_goes_to_geminis_newer_field(wire: Wire, caller: Dialect) -> None:
    asked = {**written(caller, ASK), **offered(caller, ("now", EMPTY))}
    wire.ask(caller, wire.says(G, whole(G)), asked)
    (function,) = wire.sent().json["tools"][0]["functionDeclarations"]
    assert function == {"name": "now", "parametersJsonSchema": EMPTY}


@pytest.mark.parametrize("upstream", ALL)
@mutant("dialects/llama/request_writer.py", 'if form.kind == "json_object":', 'if form.kind == "json_objects":')
def test_T67_any_json_object_is_asked_for_or_told_as_left_out(wire: Wire, upstream: Dialect) -> None:
    asked = written(C, ASK, response_format={"type": "json_object"})
    answer = wire.ask(C, wire.says(upstream, whole(upstream)), asked)
    body = wire.sent().json
    told: dict[Dialect, Any] = {
        C: {"response_format": {"type": "json_object"}},
        R: {"text": {"format": {"type": "json_object"}}},
        G: {"generationConfig": {"responseMimeType": "application/json"}},
    }
    assert body.items() >= told.get(upstream, {}).items()
    lost = upstream in (A, L, V)
    assert answer.omitted == ({"response_format"} if lost else set())
    strict = wire.ask(C, wire.says(upstream, whole(upstream)), asked, x_understudy_strict="true")
    assert strict.status == (400 if lost else 200)


@pytest.mark.parametrize("upstream", [A, L, V])
@mutant(
    "dialects/anthropic/conversation.py",
    '    fields["messages"] = _paired(merged, losses)\n',
    '    fields["messages"] = _paired(merged, losses)\n    fields["system"] = "Answer in JSON."\n',
)
def test_T67_no_words_of_ours_ask_for_json(wire: Wire, upstream: Dialect) -> None:
    wire.ask(C, wire.says(upstream, whole(upstream)), written(C, ASK, response_format={"type": "json_object"}))
    assert b"json" not in wire.sent().body.lower()


BOUND: dict[str, Any] = {
    "type": "object",
    "properties": {"days": {"type": "integer", "minimum": 1}, "minimum": {"type": "string"}},
    "required": ["days"],
}


@pytest.mark.parametrize("caller", [C, R, G])
@mutant("dialects/anthropic/schemas.py", "if name in _BOUNDS or", "if")
def test_T65_messages_holds_answers_to_a_part_of_json_schema_and_the_rest_is_told(wire: Wire, caller: Dialect) -> None:
    taken = {**BOUND, "properties": {**BOUND["properties"], "days": {"type": "integer"}}, "additionalProperties": False}
    asked = written(caller, ASK, **formed(caller, BOUND))
    answer = wire.ask(caller, wire.says(A, whole(A)), asked)
    assert json.dumps(form_in(A, wire.sent().json)) == json.dumps(taken)
    assert {name.partition("schema.")[2] for name in answer.omitted} == {
        "properties.days.minimum",
        "additionalProperties",
    }
    assert wire.ask(caller, wire.says(A, whole(A)), asked, x_understudy_strict="true").status == 400
    tools = {**written(C, ASK), **offered(C, ("weather", BOUND))}
    # Nothing is held to the schema of a tool that is not strict.
    assert not wire.ask(C, wire.says(A, whole(A)), tools).omitted
    assert tool_in(A, wire.sent().json)["schema"] == BOUND
    tools["tools"][0]["function"]["strict"] = True
    assert wire.ask(C, wire.says(A, whole(A)), tools).omitted
    assert tool_in(A, wire.sent().json)["schema"] == taken


@mutant("dialects/anthropic/schemas.py", "            if ref in met:\n", "            if ref in met[:0]:\n")
def test_T65_messages_takes_no_schema_that_refers_to_itself(wire: Wire) -> None:
    tree = {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#"}}}}
    before = wire.reached()
    answer = wire.ask(C, wire.says(A, whole(A)), written(C, ASK, **formed(C, tree)))
    assert (answer.status, answer.json["error"]["param"]) == (400, "response_format.schema")
    assert wire.reached() == before
    assert wire.ask(C, wire.says(G, whole(G)), written(C, ASK, **formed(C, tree))).status == 200
