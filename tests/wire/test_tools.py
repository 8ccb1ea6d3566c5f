"""T18 to T23: tools, choices among them, and what they give back."""

import json
import re
from typing import Any

import pytest

from tests.wire.answers import heard, streamed, whole
from tests.wire.asks import ASK, SCHEMA, Call, Result, assistant, offered, read, results, schemas, written
from tests.wire.house import ALL, A, C, Dialect, G, L, R, V, Wire
from tests.wire.mutants import mutant

STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
_NAMED_CHAT = {"type": "function", "function": {"name": "weather"}}
# How each dialect says that the model must call a tool, this tool, none, or whichever it likes; Converse has no none.
CHOICES: dict[str, dict[Dialect, Any]] = {
    "required": {
        C: {"tool_choice": "required"},
        R: {"tool_choice": "required"},
        A: {"tool_choice": {"type": "any"}},
        G: {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
        L: {"tool_choice": "required"},
        V: {"any": {}},
    },
    "named": {
        C: {"tool_choice": _NAMED_CHAT},
        R: {"tool_choice": {"type": "function", "name": "weather"}},
        A: {"tool_choice": {"type": "tool", "name": "weather"}},
        G: {"toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}}},
        L: {"tool_choice": _NAMED_CHAT},
        V: {"tool": {"name": "weather"}},
    },
    "none": {
        C: {"tool_choice": "none"},
        R: {"tool_choice": "none"},
        A: {"tool_choice": {"type": "none"}},
        G: {"toolConfig": {"functionCallingConfig": {"mode": "NONE"}}},
        L: {"tool_choice": "none"},
    },
    "auto": {
        C: {"tool_choice": "auto"},
        R: {"tool_choice": "auto"},
        A: {"tool_choice": {"type": "auto"}},
        G: {"toolConfig": {"functionCallingConfig": {"mode": "AUTO"}}},
        L: {"tool_choice": "auto"},
        V: {"auto": {}},
    },
}


def asking(caller: Dialect, mode: str) -> dict[str, Any]:
    """A question with two tools and a choice among them."""
    body = written(caller, ASK, "weather", "tides")
    if caller == V:
        body["toolConfig"]["toolChoice"] = CHOICES[mode][V]
        return body
    choice: dict[str, Any] = CHOICES[mode][caller]
    return body | choice


@mutant("dialects/anthropic/request_writer.py", '"required": "any"', '"required": "auto"')
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize(("mode", "caller"), [(mode, caller) for mode, said in CHOICES.items() for caller in said])
def test_T18_a_choice_of_tools_is_said_in_every_dialect(
    wire: Wire, mode: str, caller: Dialect, upstream: Dialect
) -> None:
    assert wire.ask(caller, wire.says(upstream, whole(upstream)), asking(caller, mode)).status == 200
    sent = wire.sent().json
    if upstream == V and mode == "none":
        # What cannot be forbidden is not offered.
        assert "toolConfig" not in sent
    elif upstream == V:
        assert sent["toolConfig"]["toolChoice"] == CHOICES[mode][V]
    else:
        ((field, said),) = CHOICES[mode][upstream].items()
        assert sent[field] == said


@mutant(
    "dialects/choices.py", "choice.mode in target.tool_choices:", "choice.mode in (*target.tool_choices, 'required'):"
)
@pytest.mark.parametrize("caller", ALL)
@pytest.mark.parametrize("mode", ["required", "named", "none"])
def test_T18_an_upstream_that_takes_auto_alone_gets_nothing_else(wire: Wire, caller: Dialect, mode: str) -> None:
    if caller not in CHOICES[mode]:
        return
    model, before = wire.says(C, whole(C), provider="meta"), wire.reached()
    answer = wire.ask(caller, model, asking(caller, mode))
    assert answer.status == 400
    # By the name that the caller has for it.
    name = {G: b"toolConfig.functionCallingConfig", V: b"toolConfig.toolChoice"}.get(caller, b"tool_choice")
    assert name in answer.body
    assert wire.reached() == before
    assert wire.ask(caller, model, asking(caller, "auto")).status == 200
    assert wire.sent().json["tool_choice"] == "auto"


def test_T18_converse_cannot_forbid_tools_that_the_conversation_used(wire: Wire) -> None:
    turns = [*ASK, assistant(Call("a", "weather", {})), results(Result("a", "mild"))]
    answer = wire.ask(C, wire.says(V, whole(V)), written(C, turns, "weather", tool_choice="none"))
    assert answer.status == 400
    assert b"tool_choice" in answer.body


@mutant("dialects/anthropic/request_writer.py", "= not parallel", "= parallel")
@pytest.mark.parametrize("caller", [C, R])
@pytest.mark.parametrize("parallel", [True, False])
def test_T19_one_call_at_a_time_has_the_inverse_sense_in_messages(wire: Wire, caller: Dialect, parallel: bool) -> None:
    body = written(caller, ASK, "weather", parallel_tool_calls=parallel)
    wire.ask(caller, wire.says(A, whole(A)), body)
    assert wire.sent().json["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": not parallel}


@mutant("dialects/anthropic/request_reader.py", "None if alone is None else not alone", "alone")
@pytest.mark.parametrize("upstream", [C, R])
@pytest.mark.parametrize("alone", [True, False])
def test_T19_and_back(wire: Wire, upstream: Dialect, alone: bool) -> None:
    choice = {"type": "any", "disable_parallel_tool_use": alone}
    wire.ask(A, wire.says(upstream, whole(upstream)), written(A, ASK, "weather", tool_choice=choice))
    assert wire.sent().json["parallel_tool_calls"] is not alone
    assert wire.sent().json["tool_choice"] == "required"


@mutant("dialects/gemini/request_writer.py", "if request.parallel_tools is False:", "if False:")
@pytest.mark.parametrize("upstream", [G, L, V])
@pytest.mark.parametrize("caller", [C, R])
def test_T19_one_call_at_a_time_is_an_omission_where_it_has_no_word(
    wire: Wire, caller: Dialect, upstream: Dialect
) -> None:
    model, body = wire.says(upstream, whole(upstream)), written(caller, ASK, "weather", parallel_tool_calls=False)
    assert "parallel_tool_calls" in wire.ask(caller, model, body).omitted
    before = wire.reached()
    assert wire.ask(caller, model, body, x_understudy_strict="true").status == 400
    assert wire.reached() == before


CALL = Call("call_1", "weather", {"city": "Oslo"})
FAILURE = Result("call_1", "no network", "weather", failed=True)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@mutant(
    "dialects/openai_chat/conversation.py",
    "        if result.is_error:\n            first",
    "        if False:\n            first",
)
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", [A, G, V])
def test_T20_a_failed_result_says_so(wire: Wire, caller: Dialect, upstream: Dialect) -> None:
    wire.ask(
        caller,
        wire.says(upstream, whole(upstream)),
        written(caller, [*ASK, assistant(CALL), results(FAILURE)], "weather"),
    )
    _, (told,) = read(upstream, wire.sent().json)[-1]
    assert isinstance(told, Result)
    if upstream in (A, G, V):
        assert (told.text, told.failed) == ("no network", True)
    else:
        assert told.text == "[The tool failed] no network"


@mutant(
    "dialects/gemini/pieces.py",
    "return ToolResult(call_id, (Text(text), *shown), True, True, body.rest)",
    "return ToolResult(call_id, (Text(text), *shown), False, True, body.rest)",
)
def test_T20_a_failure_of_gemini_is_one_to_messages(wire: Wire) -> None:
    wire.ask(G, wire.says(A, whole(A)), written(G, [*ASK, assistant(CALL), results(FAILURE)], "weather"))
    block = wire.sent().json["messages"][-1]["content"][0]
    assert (block["type"], block["is_error"], block["content"]) == ("tool_result", True, "no network")


def seen(caller: Dialect) -> dict[str, Any]:
    """A conversation whose tool gave back words and a picture."""
    body = written(caller, [*ASK, assistant(CALL), results(Result("call_1", "Look:", "weather"))], "weather")
    if caller == A:
        source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
        said = [{"type": "text", "text": "Look:"}, {"type": "image", "source": source}]
        body["messages"][-1]["content"][0]["content"] = said
    elif caller == R:
        said = [{"type": "input_text", "text": "Look:"}, {"type": "input_image", "image_url": url()}]
        body["input"][-1]["output"] = said
    else:
        picture = {"image": {"format": "png", "source": {"bytes": PIXEL}}}
        body["messages"][-1]["content"][0]["toolResult"]["content"].append(picture)
    return body


def url() -> str:
    """The picture as a data URL."""
    return f"data:image/png;base64,{PIXEL}"


@mutant("dialects/openai_chat/conversation.py", "                moved.append(body)", "                pass")
@pytest.mark.parametrize("caller", [A, R, V])
def test_T20_a_picture_in_a_result_moves_to_the_next_message_of_chat(wire: Wire, caller: Dialect) -> None:
    wire.ask(caller, wire.says(C, whole(C)), seen(caller))
    result, picture = wire.sent().json["messages"][-2:]
    assert result == {"role": "tool", "tool_call_id": "call_1", "content": "Look:"}
    assert picture == {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url()}}]}


@pytest.mark.parametrize("caller", [A, R, V])
def test_T20_a_picture_stays_in_the_result_elsewhere(wire: Wire, caller: Dialect) -> None:
    wire.ask(caller, wire.says(A, whole(A)), seen(caller))
    block = wire.sent().json["messages"][-1]["content"][0]
    assert [piece["type"] for piece in block["content"]] == ["text", "image"]
    wire.ask(caller, wire.says(R, whole(R)), seen(caller))
    output = wire.sent().json["input"][-1]["output"]
    assert output[0] == {"type": "input_text", "text": "Look:"}
    assert (output[1]["type"], output[1]["image_url"]) == ("input_image", url())
    wire.ask(caller, wire.says(G, whole(G)), seen(caller))
    response = wire.sent().json["contents"][-1]["parts"][0]["functionResponse"]
    assert (response["response"], response["parts"][0]["inlineData"]["data"]) == ({"output": "Look:"}, PIXEL)
    wire.ask(caller, wire.says(V, whole(V)), seen(caller))
    content = wire.sent().json["messages"][-1]["content"][0]["toolResult"]["content"]
    assert content[1]["image"]["source"]["bytes"] == PIXEL
    # Llama has no place for it, and says so.
    assert wire.ask(caller, wire.says(L, whole(L)), seen(caller)).status == 400


HOSTED = [
    (A, {"type": "web_search_20250305", "name": "web_search"}, "web_search_20250305"),
    (A, {"type": "code_execution_20250522", "name": "code_execution"}, "code_execution_20250522"),
    (R, {"type": "web_search"}, "web_search"),
    (R, {"type": "mcp", "server_label": "x", "server_url": "https://x.test"}, "mcp"),
    (G, {"googleSearch": {}}, "googleSearch"),
    (G, {"codeExecution": {}}, "codeExecution"),
]


@mutant("dialects/offers.py", "        elif tool.optional:", "        elif True:")
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize(("caller", "tool", "name"), HOSTED)
def test_T21_a_tool_that_its_host_runs_is_refused_by_name_elsewhere(
    wire: Wire, caller: Dialect, tool: dict[str, Any], name: str, upstream: Dialect
) -> None:
    body = written(caller, ASK, "weather")
    body["tools"].append(tool)
    model, before = wire.says(upstream, whole(upstream)), wire.reached()
    answer = wire.ask(caller, model, body)
    if upstream == caller:
        assert wire.sent().json["tools"] == body["tools"]
        return
    assert answer.status == 400
    assert name.encode() in answer.body
    assert wire.reached() == before


@pytest.mark.parametrize("upstream", [C, A, G, L, V])
def test_T21_a_coding_client_does_without_it(wire: Wire, upstream: Dialect) -> None:
    body = written(R, ASK, "weather", client_metadata={"session": "1"})
    body["tools"].append({"type": "web_search"})
    answer = wire.ask(R, wire.says(upstream, whole(upstream)), body)
    assert answer.status == 200
    assert answer.omitted & {"tools[1]", "tools.1"}
    assert b"web_search" not in wire.sent().body


ODD = ["crm.find:all", "häuser suchen", "x" * 80, "weather"]
NAME_OF = {d: re.compile(r"[a-zA-Z0-9_-]{1,64}") for d in (C, R, A, L, V)} | {
    G: re.compile(r"[a-zA-Z_][\w.:-]{0,63}", re.ASCII)
}


@mutant("dialects/toolnames.py", "    if legal.fullmatch(name):", "    if True:")
@STREAM
@pytest.mark.parametrize("upstream", ALL)
@pytest.mark.parametrize("caller", ALL)
def test_T23_names_of_tools_are_legal_upstream_and_their_own_again_for_the_caller(
    wire: Wire, caller: Dialect, upstream: Dialect, stream: bool
) -> None:
    if caller == upstream:
        return
    say = streamed if stream else whole
    turns = [*ASK, assistant(*(Call(f"c{n}", name, {}) for n, name in enumerate(ODD)))]
    turns.append(results(*(Result(f"c{n}", "ok", name) for n, name in enumerate(ODD))))
    body = written(caller, turns) | offered(caller, *((name, SCHEMA) for name in ODD))
    first = wire.ask(caller, wire.says(upstream, say(upstream)), body, stream=stream)
    assert first.status == 200, first.body
    names = list(schemas(upstream, wire.sent().json))
    assert all(NAME_OF[upstream].fullmatch(name) for name in names), names
    assert len(set(names)) == len(ODD)
    assert names[3] == "weather"
    assert (names[0] == ODD[0]) is (upstream == G)
    # The conversation names its calls alike.
    called = [piece.name for _, ps in read(upstream, wire.sent().json) for piece in ps if isinstance(piece, Call)]
    assert called == names
    # What the model calls by these names is told to the caller by its own.
    model = wire.says(upstream, say(upstream, calls=[Call(f"d{n}", name, {}) for n, name in enumerate(names)]))
    assert [call.name for call in heard(wire.ask(caller, model, body, stream=stream)).calls] == ODD


@pytest.mark.parametrize("upstream", [C, R, A, L])
def test_T23_a_choice_of_one_tool_names_it_alike(wire: Wire, upstream: Dialect) -> None:
    body = written(G, ASK) | offered(G, ("crm.find:all", SCHEMA))
    body["toolConfig"] = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["crm.find:all"]}}
    wire.ask(G, wire.says(upstream, whole(upstream)), body)
    (name,) = schemas(upstream, wire.sent().json)
    assert f'"name":"{name}"' in json.dumps(wire.sent().json["tool_choice"], separators=(",", ":"))
