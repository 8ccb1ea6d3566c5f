"""Turns as clients keep them: what an answer said, in the form in which the next request of a tool loop repeats it.

That is a message of Chat and of the Llama API, the blocks of Messages and of Converse, the items of Responses, a
content of Gemini. `parts_of` reads any of them as plain parts. Nothing of the product is used.
"""

import json
from typing import Any

from tests.wire.asks import Call, Text, parsed
from tests.wire.house import A, Answer, C, Dialect, G, L, R
from tests.wire.thoughts import Part, Thought

RAIN = "Rain."


def turn_of(answer: Answer) -> Any:
    """The assistant's turn in the caller's form."""
    assert answer.status == 200, answer.body
    return _turn(answer.dialect, answer.json) if _is_whole(answer) else _STREAMED[answer.dialect](answer.events)


def parts_in(answer: Answer) -> list[Part]:
    """The parts of an answer."""
    return parts_of(answer.dialect, turn_of(answer))


def _is_whole(answer: Answer) -> bool:
    return answer.headers["content-type"] == "application/json" and not answer.body.startswith(b"[")


def _turn(dialect: Dialect, body: Any) -> Any:
    if dialect == C:
        return body["choices"][0]["message"]
    if dialect == R:
        return body["output"]
    if dialect == A:
        return body["content"]
    if dialect == G:
        return body["candidates"][0]["content"]
    return body["completion_message"] if dialect == L else body["output"]["message"]["content"]


def _chat(events: list[Any]) -> Any:
    message: dict[str, Any] = {"role": "assistant", "content": ""}
    for event in events:
        for choice in event["choices"]:
            for name, value in choice["delta"].items():
                if name == "tool_calls":
                    _call_deltas(message.setdefault(name, []), value)
                elif name != "role":
                    message[name] = message[name] + value if name in message else value
    return message


def _call_deltas(calls: list[Any], deltas: list[Any]) -> None:
    for delta in deltas:
        if delta["index"] == len(calls):
            calls.append({"id": delta["id"], "type": delta["type"], "function": {**delta["function"]}})
        else:
            calls[delta["index"]]["function"]["arguments"] += delta["function"]["arguments"]


def _messages(events: list[Any]) -> Any:
    blocks: list[dict[str, Any]] = []
    names = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}
    for event in events:
        if event["type"] == "content_block_start":
            assert event["index"] == len(blocks)
            blocks.append({**event["content_block"], "said": ""})
        elif event["type"] == "content_block_delta":
            block, delta = blocks[event["index"]], event["delta"]
            if delta["type"] == "input_json_delta":
                block["said"] += delta["partial_json"]
            elif delta["type"] in names:
                name = names[delta["type"]]
                block[name] += delta[name]
            else:
                block.setdefault("citations", []).append(delta["citation"])
    for block in blocks:
        said = block.pop("said")
        if block["type"] == "tool_use":
            block["input"] = json.loads(said or "{}")
    return blocks


def _responses(events: list[Any]) -> Any:
    return events[-1]["response"]["output"]


def _gemini(events: list[Any]) -> Any:
    parts: list[dict[str, Any]] = []
    for event in events:
        for candidate in event.get("candidates", ()):
            for part in candidate.get("content", {}).get("parts", ()):
                if parts and part.keys() == parts[-1].keys() and "text" in part and "thoughtSignature" not in part:
                    parts[-1] = {**part, "text": parts[-1]["text"] + part["text"]}
                elif part != {"text": ""}:
                    parts.append(part)
    return {"role": "model", "parts": parts}


def _llama(events: list[Any]) -> Any:
    message: dict[str, Any] = {"role": "assistant", "content": "", "tool_calls": []}
    for event in events:
        delta = event["event"]["delta"]
        if delta["type"] == "text":
            message["content"] += delta["text"]
        elif delta["function"].get("name"):
            message["tool_calls"].append({"id": delta["id"], "function": {**delta["function"]}})
        else:
            message["tool_calls"][-1]["function"]["arguments"] += delta["function"]["arguments"]
    return message


def _binary(events: list[Any]) -> Any:
    blocks: dict[int, dict[str, Any]] = {}
    for event in events:
        ((name, body),) = event.items()
        if name == "contentBlockStart":
            blocks[body["contentBlockIndex"]] = {"toolUse": {**body["start"]["toolUse"], "input": ""}}
        elif name == "contentBlockDelta":
            _binary_delta(blocks.setdefault(body["contentBlockIndex"], {}), body["delta"])
    for block in blocks.values():
        if "toolUse" in block:
            block["toolUse"]["input"] = json.loads(block["toolUse"]["input"] or "{}")
    return [blocks[index] for index in sorted(blocks)]


def _binary_delta(block: dict[str, Any], delta: dict[str, Any]) -> None:
    if "toolUse" in delta:
        block["toolUse"]["input"] += delta["toolUse"]["input"]
    elif "text" in delta:
        block["text"] = block.get("text", "") + delta["text"]
    elif "redactedContent" in delta["reasoningContent"]:
        block["reasoningContent"] = delta["reasoningContent"]
    else:
        told = block.setdefault("reasoningContent", {"reasoningText": {"text": ""}})["reasoningText"]
        told["text"] += delta["reasoningContent"].get("text", "")
        if "signature" in delta["reasoningContent"]:
            told["signature"] = delta["reasoningContent"]["signature"]


_STREAMED = {C: _chat, R: _responses, A: _messages, G: _gemini, L: _llama, "V": _binary}


def parts_of(dialect: Dialect, turn: Any) -> list[Part]:
    """The parts of a turn; a seal on a part that is no thought is a hidden thought before it."""
    if dialect in (C, L):
        return _parts_of_message(turn)
    pieces = turn["parts"] if dialect == G else turn
    read = {R: _parts_of_item, A: _parts_of_block, G: _parts_of_piece}.get(dialect, _parts_of_binary)
    return [part for piece in pieces for part in read(piece)]


def _parts_of_message(message: Any) -> list[Part]:
    parts: list[Part] = []
    if details := message.get("reasoning_details"):
        parts += [
            Thought(one.get("text", ""), one.get("signature") or one.get("data", ""), "data" in one) for one in details
        ]
    elif message.get("reasoning_content"):
        parts.append(Thought(message["reasoning_content"]))
    content = message["content"]
    if isinstance(content, dict):
        content = content["text"]
    if content:
        parts.append(Text(content))
    calls = message.get("tool_calls", ())
    return [*parts, *(Call(one["id"], one["function"]["name"], parsed(one["function"]["arguments"])) for one in calls)]


def _parts_of_item(item: Any) -> list[Part]:
    if item["type"] == "message":
        return [Text(piece.get("text") or piece["refusal"]) for piece in item["content"]]
    if item["type"] == "reasoning":
        text = "".join(piece["text"] for piece in item["summary"])
        seal = item.get("encrypted_content") or ""
        return [Thought(text, seal, bool(seal) and not text)]
    return [Call(item["call_id"], item["name"], parsed(item["arguments"]))]


def _parts_of_block(block: Any) -> list[Part]:
    match block["type"]:
        case "text":
            return [Text(block["text"])]
        case "thinking":
            return [Thought(block["thinking"], block["signature"])]
        case "redacted_thinking":
            return [Thought("", block["data"], True)]
    return [Call(block["id"], block["name"], block["input"])]


def _parts_of_piece(piece: Any) -> list[Part]:
    seal = piece.get("thoughtSignature", "")
    if piece.get("thought"):
        return [Thought(piece["text"], seal)]
    before: list[Part] = [Thought("", seal, True)] if seal else []
    if "functionCall" in piece:
        call = piece["functionCall"]
        return [*before, Call(call.get("id"), call["name"], call["args"])]
    return [*before, Text(piece["text"])]


def _parts_of_binary(piece: Any) -> list[Part]:
    if "text" in piece:
        return [Text(piece["text"])]
    if "toolUse" in piece:
        call = piece["toolUse"]
        return [Call(call["toolUseId"], call["name"], call["input"])]
    thought = piece["reasoningContent"]
    if "redactedContent" in thought:
        return [Thought("", thought["redactedContent"], True)]
    return [Thought(thought["reasoningText"]["text"], thought["reasoningText"].get("signature", ""))]


def next_body(dialect: Dialect, first: dict[str, Any], turn: Any, result: str = RAIN) -> dict[str, Any]:
    """The next request of a tool loop: the first one, the assistant's turn as it was heard, a result for each call."""
    if dialect in (C, L):
        results = [{"role": "tool", "tool_call_id": call["id"], "content": result} for call in turn["tool_calls"]]
        return {**first, "messages": [*first["messages"], turn, *results]}
    if dialect == R:
        calls = [item["call_id"] for item in turn if item["type"] == "function_call"]
        results = [{"type": "function_call_output", "call_id": call, "output": result} for call in calls]
        return {**first, "input": [*first["input"], *turn, *results]}
    if dialect == A:
        ids = [block["id"] for block in turn if block["type"] == "tool_use"]
        results = [{"type": "tool_result", "tool_use_id": one, "content": result} for one in ids]
        return _spoken(first, turn, results)
    if dialect == G:
        names = [part["functionCall"] for part in turn["parts"] if "functionCall" in part]
        responses = [
            {"functionResponse": {**_id(call), "name": call["name"], "response": {"output": result}}} for call in names
        ]
        return {**first, "contents": [*first["contents"], turn, {"role": "user", "parts": responses}]}
    ids = [piece["toolUse"]["toolUseId"] for piece in turn if "toolUse" in piece]
    return _spoken(first, turn, [{"toolResult": {"toolUseId": one, "content": [{"text": result}]}} for one in ids])


def _spoken(first: dict[str, Any], turn: Any, results: list[Any]) -> dict[str, Any]:
    said = [*first["messages"], {"role": "assistant", "content": turn}, {"role": "user", "content": results}]
    return {**first, "messages": said}


def _id(call: dict[str, Any]) -> dict[str, Any]:
    return {"id": call["id"]} if "id" in call else {}
