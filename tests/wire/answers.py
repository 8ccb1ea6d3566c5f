"""Answers as upstreams give them and as callers hear them, in six dialects, whole and streamed.

`whole` and `streamed` write the plain form of an answer: words, calls, a word for why it stopped, usage. `heard` reads
what a caller got back into the same four. Stop words and usage are the dialect's own.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from tests.wire.asks import Call, parsed
from tests.wire.house import DONE, A, Answer, C, Dialect, G, L, R, V

TEXT = "The harbour is calm."
STOP = {C: "stop", R: "completed", A: "end_turn", G: "STOP", L: "stop", V: "end_turn"}
TOOLS = {C: "tool_calls", R: "completed", A: "tool_use", G: "STOP", L: "tool_calls", V: "tool_use"}
LENGTH = {C: "length", R: "max_output_tokens", A: "max_tokens", G: "MAX_TOKENS", L: "length", V: "max_tokens"}
REFUSAL = {C: "content_filter", R: "content_filter", A: "refusal", G: "SAFETY", V: "content_filtered"}
# Nine tokens read, four written.
USAGE: dict[Dialect, Any] = {
    C: {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13},
    R: {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 4,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 13,
    },
    A: {"input_tokens": 9, "output_tokens": 4},
    G: {"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13},
    L: [{"metric": "num_prompt_tokens", "value": 9}, {"metric": "num_completion_tokens", "value": 4}],
    V: {"inputTokens": 9, "outputTokens": 4, "totalTokens": 13},
}


class Heard(NamedTuple):
    """What a caller got: words, calls, why it stopped and usage in its own dialect's words."""

    text: str
    calls: list[Call]
    stop: str | None
    usage: Any


def whole(
    dialect: Dialect, text: str = "", calls: Sequence[Call] = (), stop: str | None = None, usage: Any = None
) -> dict[str, Any]:
    """A whole answer."""
    text = text or ("" if calls else TEXT)
    stop = stop or (TOOLS if calls else STOP)[dialect]
    usage = USAGE[dialect] if usage is None else usage
    if dialect == C:
        message: dict[str, Any] = {"role": "assistant", "content": text or None}
        if calls:
            message["tool_calls"] = [_chat_call(call) for call in calls]
        choice = {"index": 0, "message": message, "finish_reason": stop}
        return {**_chat_head("chat.completion"), "choices": [choice], "usage": usage}
    if dialect == R:
        return _response(_items(text, calls), stop, usage)
    if dialect == A:
        return {**_MESSAGE, "content": _blocks(text, calls), "stop_reason": stop, "usage": usage}
    if dialect == G:
        return _candidate(_parts(text, calls), stop, usage)
    if dialect == L:
        told: dict[str, Any] = {"role": "assistant", "content": {"type": "text", "text": text}, "stop_reason": stop}
        if calls:
            told["tool_calls"] = [{"id": one.id, "function": _function(one)} for one in calls]
        return {"id": "l_1", "completion_message": told, "metrics": usage}
    content: list[dict[str, Any]] = [{"text": text}] if text else []
    content += [{"toolUse": {"toolUseId": one.id, "name": one.name, "input": one.arguments}} for one in calls]
    message = {"role": "assistant", "content": content}
    return {"output": {"message": message}, "stopReason": stop, "usage": usage, "metrics": {"latencyMs": 1}}


def streamed(
    dialect: Dialect, text: str = "", calls: Sequence[Call] = (), stop: str | None = None, usage: Any = None
) -> list[Any]:
    """The same answer as a stream: a text in two pieces, the arguments of a call too where the dialect cuts them."""
    text = text or ("" if calls else TEXT)
    stop = stop or (TOOLS if calls else STOP)[dialect]
    usage = USAGE[dialect] if usage is None else usage
    return list(_STREAMS[dialect](text, calls, stop, usage))


def halves(text: str) -> list[str]:
    """A text in two pieces, or none."""
    middle = len(text) // 2
    return [piece for piece in (text[:middle], text[middle:]) if piece]


def _function(call: Call) -> dict[str, Any]:
    spelt = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
    return {"name": call.name, "arguments": spelt}


def _chat_call(call: Call) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": _function(call)}


def _chat_head(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl_1", "object": kind, "created": 1, "model": "m"}


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One chunk of a stream of OpenAI Chat."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**_chat_head("chat.completion.chunk"), "choices": [choice], **more}


def _chat_events(text: str, calls: Sequence[Call], stop: str, usage: Any) -> list[Any]:
    events = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": piece}) for piece in halves(text))]
    for index, call in enumerate(calls):
        told = _chat_call(call)
        spelt, told["function"]["arguments"] = told["function"]["arguments"], ""
        events.append(chunk({"tool_calls": [{"index": index, **told}]}))
        events += [
            chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}) for piece in halves(spelt)
        ]
    last = {**_chat_head("chat.completion.chunk"), "choices": [], "usage": usage}
    return [*events, chunk({}, stop), last, DONE]


def _items(text: str, calls: Sequence[Call]) -> list[dict[str, Any]]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    head = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant"}
    items: list[dict[str, Any]] = [{**head, "content": content}] if text else []
    for number, call in enumerate(calls):
        item = {"type": "function_call", "id": f"fc_{number}", "status": "completed", "call_id": call.id}
        items.append(item | _function(call))
    return items


def _response(output: list[dict[str, Any]], stop: str, usage: Any) -> dict[str, Any]:
    status = stop if stop in ("completed", "in_progress", "failed") else "incomplete"
    told = {"status": status, "incomplete_details": {"reason": stop} if status == "incomplete" else None}
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "error": None}
    return {**head, **told, "output": output, "usage": usage}


def _response_events(text: str, calls: Sequence[Call], stop: str, usage: Any) -> list[Any]:
    items = _items(text, calls)
    events: list[dict[str, Any]] = [{"type": "response.created", "response": _response([], "in_progress", None)}]
    for index, item in enumerate(items):
        at = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            empty: dict[str, Any] = {**item, "content": []}
            deltas = [{"type": "response.output_text.delta", "content_index": 0, "delta": one} for one in halves(text)]
            part = {"type": "output_text", "text": "", "annotations": []}
            begun = [{"type": "response.content_part.added", "content_index": 0, "part": part, **at}]
            closed = [{"type": "response.output_text.done", "content_index": 0, "text": text, **at}]
        else:
            empty = {**item, "arguments": ""}
            begun = []
            kind = "response.function_call_arguments"
            deltas = [{"type": f"{kind}.delta", "delta": one} for one in halves(item["arguments"])]
            closed = [{"type": f"{kind}.done", "arguments": item["arguments"], **at}]
        events.append({"type": "response.output_item.added", "output_index": index, "item": empty})
        events += [*begun, *({**delta, **at} for delta in deltas), *closed]
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    last = _response(items, stop, usage)
    events.append({"type": f"response.{last['status']}", "response": last})
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


_MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_sequence": None}


def _blocks(text: str, calls: Sequence[Call]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    return blocks + [{"type": "tool_use", "id": one.id, "name": one.name, "input": one.arguments} for one in calls]


def _message_events(text: str, calls: Sequence[Call], stop: str, usage: Any) -> list[Any]:
    begun: dict[str, Any] = {**_MESSAGE, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[Any] = [{"type": "message_start", "message": begun}]
    for index, block in enumerate(_blocks(text, calls)):
        if block["type"] == "text":
            empty = {**block, "text": ""}
            deltas = [{"type": "text_delta", "text": piece} for piece in halves(text)]
        else:
            # A text in place of arguments is what the model wrote before it was cut off.
            spelt = block["input"] if isinstance(block["input"], str) else json.dumps(block["input"])
            empty = {**block, "input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in halves(spelt)]
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    stopped = {"stop_reason": stop, "stop_sequence": None}
    events.append({"type": "message_delta", "delta": stopped, "usage": {"output_tokens": usage["output_tokens"]}})
    return [*events, {"type": "message_stop"}]


def _parts(text: str, calls: Sequence[Call]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"text": text}] if text else []
    for call in calls:
        named = {"name": call.name, "args": call.arguments}
        parts.append({"functionCall": named if call.id is None else {"id": call.id, **named}})
    return parts


def _candidate(parts: list[dict[str, Any]], stop: str | None, usage: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if stop is not None:
        candidate["finishReason"] = stop
    told = {} if usage is None else {"usageMetadata": usage}
    return {"candidates": [candidate], **told, "modelVersion": "m", "responseId": "g_1"}


def _gemini_events(text: str, calls: Sequence[Call], stop: str, usage: Any) -> list[Any]:
    parts = [{"text": piece} for piece in halves(text)] + _parts("", calls)
    return [*(_candidate([part], None, None) for part in parts[:-1]), _candidate(parts[-1:], stop, usage)]


def _llama_events(text: str, calls: Sequence[Call], stop: str, usage: Any) -> list[Any]:
    none = {"type": "text", "text": ""}
    events: list[dict[str, Any]] = [{"event_type": "start", "delta": none}]
    events += [{"event_type": "progress", "delta": {"type": "text", "text": piece}} for piece in halves(text)]
    for call in calls:
        function = _function(call)
        first, *rest = halves(function["arguments"]) or [""]
        begun = {"type": "tool_call", "id": call.id, "function": {"name": call.name, "arguments": first}}
        events.append({"event_type": "progress", "delta": begun})
        for piece in rest:
            events.append({"event_type": "progress", "delta": {"type": "tool_call", "function": {"arguments": piece}}})
    events.append({"event_type": "complete", "delta": none, "stop_reason": stop})
    events.append({"event_type": "metrics", "delta": none, "metrics": usage})
    return [{"id": "l_1", "event": event} for event in events]


def _converse_events(text: str, calls: Sequence[Call], stop: str, usage: Any) -> list[Any]:
    events: list[dict[str, Any]] = [{"messageStart": {"role": "assistant"}}]
    pieces: list[tuple[dict[str, Any] | None, list[dict[str, Any]]]] = []
    if text:
        pieces.append((None, [{"text": piece} for piece in halves(text)]))
    for call in calls:
        spelt = _function(call)["arguments"]
        pieces.append(
            ({"toolUseId": call.id, "name": call.name}, [{"toolUse": {"input": one}} for one in halves(spelt)])
        )
    for index, (begun, deltas) in enumerate(pieces):
        if begun is not None:
            events.append({"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": begun}}})
        events += [{"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}} for delta in deltas]
        events.append({"contentBlockStop": {"contentBlockIndex": index}})
    return [*events, {"messageStop": {"stopReason": stop}}, {"metadata": {"usage": usage, "metrics": {"latencyMs": 1}}}]


_STREAMS = {
    C: _chat_events,
    R: _response_events,
    A: _message_events,
    G: _gemini_events,
    L: _llama_events,
    V: _converse_events,
}


def heard(answer: Answer) -> Heard:
    """What an answer says, whole or streamed."""
    assert answer.status == 200, answer.body
    if answer.headers["content-type"].startswith("application/json") and answer.body[:1] != b"[":
        return _HEARD[answer.dialect](answer.json)
    return _HEARD_STREAMED[answer.dialect](answer.events)


def _chat_heard(body: Any) -> Heard:
    choice = body["choices"][0]
    message = choice["message"]
    functions = [(one["id"], one["function"]) for one in message.get("tool_calls") or ()]
    calls = [Call(call_id, one["name"], parsed(one["arguments"])) for call_id, one in functions]
    return Heard(message.get("content") or "", calls, choice["finish_reason"], body.get("usage"))


def _chat_heard_streamed(events: list[Any]) -> Heard:
    text, stop, usage = "", None, None
    calls: dict[int, list[str]] = {}
    for event in events:
        usage = event.get("usage") or usage
        for choice in event["choices"]:
            text += choice["delta"].get("content") or ""
            stop = choice["finish_reason"] or stop
            for one in choice["delta"].get("tool_calls") or ():
                call = calls.setdefault(one["index"], ["", "", ""])
                function = one.get("function") or {}
                for place, piece in enumerate((one.get("id"), function.get("name"), function.get("arguments"))):
                    call[place] += piece or ""
    found = [Call(call_id, name, parsed(arguments)) for call_id, name, arguments in calls.values()]
    return Heard(text, found, stop, usage)


def _response_heard(body: Any) -> Heard:
    text, calls = "", []
    for item in body["output"]:
        if item["type"] == "message":
            text += "".join(part.get("text", "") for part in item["content"])
        elif item["type"] == "function_call":
            calls.append(Call(item["call_id"], item["name"], parsed(item["arguments"])))
    details = body.get("incomplete_details")
    return Heard(text, calls, details["reason"] if details else body["status"], body.get("usage"))


def _response_heard_streamed(events: list[Any]) -> Heard:
    told = _response_heard(events[-1]["response"])
    deltas = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    assert deltas == told.text
    return told


def _message_heard(body: Any) -> Heard:
    text = "".join(block["text"] for block in body["content"] if block["type"] == "text")
    used = [block for block in body["content"] if block["type"] == "tool_use"]
    calls = [Call(block["id"], block["name"], block["input"]) for block in used]
    return Heard(text, calls, body["stop_reason"], body["usage"])


def _message_heard_streamed(events: list[Any]) -> Heard:
    blocks: dict[int, Any] = {}
    spelt: dict[int, str] = {}
    told: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    for event in events:
        match event["type"]:
            case "message_start":
                usage |= event["message"]["usage"]
            case "content_block_start":
                blocks[event["index"]] = dict(event["content_block"])
            case "content_block_delta" if event["delta"]["type"] == "text_delta":
                blocks[event["index"]]["text"] += event["delta"]["text"]
            case "content_block_delta" if event["delta"]["type"] == "input_json_delta":
                spelt[event["index"]] = spelt.get(event["index"], "") + event["delta"]["partial_json"]
            case "message_delta":
                told |= event["delta"]
                usage |= event["usage"]
    for index, text in spelt.items():
        blocks[index]["input"] = parsed(text) if text else {}
    return _message_heard({"content": list(blocks.values()), "usage": usage, **told})


def _gemini_heard(body: Any) -> Heard:
    return _gemini_heard_streamed([body])


def _gemini_heard_streamed(events: list[Any]) -> Heard:
    text, calls, stop, usage = "", [], None, None
    for event in events:
        usage = event.get("usageMetadata") or usage
        for candidate in event.get("candidates", ()):
            stop = candidate.get("finishReason") or stop
            for part in candidate.get("content", {}).get("parts", ()):
                text += part.get("text", "") if not part.get("thought") else ""
                if call := part.get("functionCall"):
                    calls.append(Call(call.get("id"), call["name"], call.get("args")))
    return Heard(text, calls, stop, usage)


def _llama_heard(body: Any) -> Heard:
    message = body["completion_message"]
    content = message.get("content") or ""
    functions = [(one["id"], one["function"]) for one in message.get("tool_calls") or ()]
    calls = [Call(call_id, one["name"], parsed(one["arguments"])) for call_id, one in functions]
    metrics = {one["metric"]: one["value"] for one in body.get("metrics", ())}
    return Heard(content if isinstance(content, str) else content["text"], calls, message["stop_reason"], metrics)


def _llama_heard_streamed(events: list[Any]) -> Heard:
    text, stop = "", None
    calls: list[list[str]] = []
    metrics: dict[str, Any] = {}
    for told in events:
        event = told["event"]
        stop = event.get("stop_reason") or stop
        metrics |= {one["metric"]: one["value"] for one in event.get("metrics") or ()}
        delta = event["delta"]
        if delta["type"] == "text":
            text += delta["text"]
            continue
        function = delta["function"]
        # A new id begins a new call.
        if delta.get("id") and delta["id"] not in {call[0] for call in calls}:
            calls.append([delta["id"], function["name"], function.get("arguments", "")])
        else:
            calls[-1][2] += function.get("arguments", "")
    return Heard(text, [Call(call_id, name, parsed(spelt)) for call_id, name, spelt in calls], stop, metrics)


def _converse_heard(body: Any) -> Heard:
    content = body["output"]["message"]["content"]
    used = [block["toolUse"] for block in content if "toolUse" in block]
    calls = [Call(one["toolUseId"], one["name"], one["input"]) for one in used]
    return Heard("".join(block.get("text", "") for block in content), calls, body["stopReason"], body.get("usage"))


def _converse_heard_streamed(events: list[Any]) -> Heard:
    text, stop, usage = "", None, None
    calls: dict[int, list[str]] = {}
    for event in events:
        ((name, told),) = event.items()
        if name == "contentBlockStart":
            begun = told["start"]["toolUse"]
            calls[told["contentBlockIndex"]] = [begun["toolUseId"], begun["name"], ""]
        elif name == "contentBlockDelta" and "toolUse" in told["delta"]:
            calls[told["contentBlockIndex"]][2] += told["delta"]["toolUse"]["input"]
        elif name == "contentBlockDelta":
            text += told["delta"].get("text", "")
        elif name == "messageStop":
            stop = told["stopReason"]
        elif name == "metadata":
            usage = told["usage"]
    found = [Call(call_id, tool, parsed(spelt) if spelt else {}) for call_id, tool, spelt in calls.values()]
    return Heard(text, found, stop, usage)


_HEARD = {
    C: _chat_heard,
    R: _response_heard,
    A: _message_heard,
    G: _gemini_heard,
    L: _llama_heard,
    V: _converse_heard,
}
_HEARD_STREAMED = {
    C: _chat_heard_streamed,
    R: _response_heard_streamed,
    A: _message_heard_streamed,
    G: _gemini_heard_streamed,
    L: _llama_heard_streamed,
    V: _converse_heard_streamed,
}
