"""T22: tools that take free text, which OpenAI's two dialects have and nobody else."""

from typing import Any

import pytest

from tests.wire.answers import chunk, halves, heard, streamed, whole
from tests.wire.asks import ASK, Call, Result, read, schemas, written
from tests.wire.house import DONE, A, Answer, C, Dialect, G, L, R, V, Wire
from tests.wire.mutants import mutant

STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
PATCH = {"type": "custom", "name": "patch", "description": "Apply a patch."}


@mutant(
    "dialects/freetext.py",
    "    return text if isinstance(text, str) else arguments",
    "    return arguments",
)
@STREAM
@pytest.mark.parametrize("upstream", [C, A, G, L, V])
def test_T22_a_tool_of_free_text_is_a_function_elsewhere_and_free_text_again_on_the_way_back(
    wire: Wire, upstream: Dialect, stream: bool
) -> None:
    words = '*** Begin "patch"\n+ä'
    say = streamed if stream else whole
    model = wire.says(upstream, say(upstream, calls=[Call("call_1", "patch", {"input": words})]), say(upstream))
    answer = wire.ask(R, model, written(R, ASK, tools=[PATCH]), stream=stream)
    schema = schemas(upstream, wire.sent().json)["patch"]
    assert (schema["required"], schema["properties"]["input"]["type"]) == (["input"], "string")
    output = (answer.events[-1]["response"] if stream else answer.json)["output"]
    (call,) = [item for item in output if item["type"] == "custom_tool_call"]
    assert (call["name"], call["input"]) == ("patch", words)
    if stream:
        told = [event for event in answer.events if event["type"] == "response.custom_tool_call_input.delta"]
        assert "".join(event["delta"] for event in told) == words
    done = {"type": "custom_tool_call_output", "call_id": call["call_id"], "output": "done"}
    history = [{"role": "user", "content": "Patch it."}, call, done]
    wire.ask(R, model, {"input": history, "tools": [PATCH]}, stream=stream)
    (_, (asked,)), (_, (given,)) = read(upstream, wire.sent().json)[-2:]
    assert isinstance(asked, Call)
    assert isinstance(given, Result)
    assert (asked.arguments, given.text) == ({"input": words}, "done")


FREE = {"type": "custom", "custom": {"name": "patch", "description": "Apply a patch."}}


@mutant("dialects/openai_chat/blocks.py", "    if call.name in free:", "    if False:")
@STREAM
@pytest.mark.parametrize("upstream", [R, A, G, L, V])
def test_T22_a_chat_callers_tool_of_free_text_is_a_function_elsewhere_and_free_text_again(
    wire: Wire, upstream: Dialect, stream: bool
) -> None:
    words = '*** Begin "patch"\n+ä'
    say = streamed if stream else whole
    model = wire.says(upstream, say(upstream, calls=[Call("call_1", "patch", {"input": words})]), say(upstream))
    answer = wire.ask(C, model, written(C, ASK, tools=[FREE]), stream=stream)
    assert schemas(upstream, wire.sent().json)["patch"]["required"] == ["input"]
    call = free_call(answer, stream=stream)
    assert call == {"id": call["id"], "type": "custom", "custom": {"name": "patch", "input": words}}
    history = [
        {"role": "user", "content": "Patch it."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": "done"},
    ]
    wire.ask(C, model, {"messages": history, "tools": [FREE]}, stream=stream)
    (_, (asked,)), (_, (given,)) = read(upstream, wire.sent().json)[-2:]
    assert isinstance(asked, Call)
    assert isinstance(given, Result)
    assert (asked.arguments, given.text) == ({"input": words}, "done")


def free_call(answer: Answer, *, stream: bool) -> dict[str, Any]:
    """The one call with free text that a Chat caller got."""
    if not stream:
        (call,) = answer.json["choices"][0]["message"]["tool_calls"]
        return dict(call)
    deltas = [event["choices"][0]["delta"] for event in answer.events if event.get("choices")]
    first, *rest = [piece for delta in deltas for piece in delta.get("tool_calls", ())]
    text = first["custom"]["input"] + "".join(piece["custom"]["input"] for piece in rest)
    return {"id": first["id"], "type": first["type"], "custom": {"name": first["custom"]["name"], "input": text}}


def free_answer(words: str, *, stream: bool) -> Any:
    """What a Chat host says that calls a tool of free text."""
    call = {"id": "call_1", "type": "custom", "custom": {"name": "patch", "input": words}}
    if not stream:
        body = whole(C, calls=[Call("call_1", "patch", {})])
        body["choices"][0]["message"]["tool_calls"] = [call]
        return body
    begun = {**call, "custom": {"name": "patch", "input": ""}}
    pieces = [{"index": 0, "custom": {"input": piece}} for piece in halves(words)]
    told = [chunk({"tool_calls": [piece]}) for piece in ({"index": 0, **begun}, *pieces)]
    return [chunk({"role": "assistant", "content": None}), *told, chunk({}, "tool_calls"), DONE]


@mutant(
    "dialects/openai_chat/stream_reader.py",
    "            text = escaped(text) if call.pieces else OPENING + escaped(text)",
    "            text = text",
)
@STREAM
@pytest.mark.parametrize("caller", [R, A, G, L, V])
def test_T22_a_chat_hosts_call_with_free_text_is_a_functions_elsewhere(
    wire: Wire, caller: Dialect, stream: bool
) -> None:
    words = 'say "a"\n'
    model = wire.says(C, free_answer(words, stream=stream))
    answer = wire.ask(caller, model, written(caller, ASK, "patch"), stream=stream)
    (call,) = heard(answer).calls
    assert (call.name, call.arguments) == ("patch", {"input": words})
