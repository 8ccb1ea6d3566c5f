"""Answers that think before they speak or call: what providers tell, in five dialects, whole and streamed.

Parts stand in the order in which the model made them. A hidden thought is nothing but a seal; where a dialect puts
seals on other parts, it stands on the part after it. Nothing of the product is used.
"""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from tests.wire.answers import STOP, TOOLS, USAGE, chunk, halves
from tests.wire.asks import Call, Text
from tests.wire.house import DONE, A, C, Dialect, G, R, V


class Thought(NamedTuple):
    """Thinking, with the seal of its maker."""

    text: str
    seal: str = ""
    hidden: bool = False


Part = Text | Thought | Call
_HEAD = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_sequence": None}


def thinking(dialect: Dialect, *parts: Part, stream: bool = False) -> Any:
    """An answer of these parts, as `Wire.says` takes it."""
    stop = (TOOLS if any(isinstance(part, Call) for part in parts) else STOP)[dialect]
    told = {C: _chat, R: _responses, A: _messages, G: _gemini, V: _converse}[dialect]
    whole, events = told(parts, stop)
    return events if stream else whole


def _chat(parts: tuple[Part, ...], stop: str) -> tuple[Any, list[Any]]:
    """Bare words of thinking; whose seals this dialect carries is the business of a test of its own."""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    events: list[Any] = [chunk({"role": "assistant", "content": ""})]
    for part in parts:
        if isinstance(part, Call):
            function = {"name": part.name, "arguments": json.dumps(part.arguments)}
            call = {"id": part.id, "type": "function", "function": function}
            message.setdefault("tool_calls", []).append(call)
            events.append(chunk({"tool_calls": [{"index": len(message["tool_calls"]) - 1, **call}]}))
        else:
            name = "content" if isinstance(part, Text) else "reasoning_content"
            message[name] = (message.get(name) or "") + part.text
            events += [chunk({name: piece}) for piece in halves(part.text)]
    whole = {**chunk({}), "object": "chat.completion", "usage": USAGE[C]}
    whole["choices"] = [{"index": 0, "message": message, "finish_reason": stop}]
    return whole, [*events, chunk({}, stop), {**chunk({}), "choices": [], "usage": USAGE[C]}, DONE]


def _item(part: Part, place: int) -> dict[str, Any]:
    if isinstance(part, Text):
        content = [{"type": "output_text", "text": part.text, "annotations": []}]
        return {"id": f"msg_{place}", "type": "message", "role": "assistant", "status": "completed", "content": content}
    if isinstance(part, Thought):
        summary = [{"type": "summary_text", "text": part.text}] if part.text else []
        return {"id": f"rs_{place}", "type": "reasoning", "summary": summary, "encrypted_content": part.seal}
    call = {"id": f"fc_{place}", "type": "function_call", "status": "completed", "call_id": part.id}
    return call | {"name": part.name, "arguments": json.dumps(part.arguments)}


def _responses(parts: tuple[Part, ...], stop: str) -> tuple[Any, list[Any]]:
    items = [_item(part, place) for place, part in enumerate(parts)]
    whole = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": stop, "error": None}
    whole |= {"incomplete_details": None, "output": items, "usage": USAGE[R]}
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    events: list[Any] = [{"type": f"response.{word}", "response": begun} for word in ("created", "in_progress")]
    names = {Text: "output_text", Thought: "reasoning_summary_text", Call: "function_call_arguments"}
    for place, (part, item) in enumerate(zip(parts, items, strict=True)):
        empty: dict[str, Any] = {"content": [], "summary": [], "arguments": "", "encrypted_content": None}
        start = {name: empty.get(name, value) for name, value in item.items()}
        events.append({"type": "response.output_item.added", "output_index": place, "item": start})
        delta = {"type": f"response.{names[type(part)]}.delta", "output_index": place, "item_id": item["id"]}
        said = item["arguments"] if isinstance(part, Call) else part.text
        events += [{**delta, "content_index": 0, "delta": piece} for piece in halves(said)]
        events.append({"type": "response.output_item.done", "output_index": place, "item": item})
    return whole, [*events, {"type": f"response.{stop}", "response": whole}]


def _block(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Call):
        return {"type": "tool_use", "id": part.id, "name": part.name, "input": part.arguments}
    if part.hidden:
        return {"type": "redacted_thinking", "data": part.seal}
    return {"type": "thinking", "thinking": part.text, "signature": part.seal}


def _messages(parts: tuple[Part, ...], stop: str) -> tuple[Any, list[Any]]:
    blocks = [_block(part) for part in parts]
    message: dict[str, Any] = {**_HEAD, "content": [], "stop_reason": None, "usage": {**USAGE[A], "output_tokens": 1}}
    events: list[Any] = [{"type": "message_start", "message": message}]
    for index, (part, block) in enumerate(zip(parts, blocks, strict=True)):
        empty: dict[str, Any] = {"text": "", "thinking": "", "signature": "", "input": {}}
        start = {name: empty.get(name, value) for name, value in block.items()}
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in _deltas(part)]
        events.append({"type": "content_block_stop", "index": index})
    events.append({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": USAGE[A]})
    whole = {**_HEAD, "content": blocks, "stop_reason": stop, "usage": USAGE[A]}
    return whole, [*events, {"type": "message_stop"}]


def _deltas(part: Part) -> Iterator[dict[str, Any]]:
    if isinstance(part, Text):
        yield from ({"type": "text_delta", "text": piece} for piece in halves(part.text))
    elif isinstance(part, Call):
        spelt = json.dumps(part.arguments)
        yield from ({"type": "input_json_delta", "partial_json": piece} for piece in halves(spelt))
    elif not part.hidden:
        yield from ({"type": "thinking_delta", "thinking": piece} for piece in halves(part.text))
        yield {"type": "signature_delta", "signature": part.seal}


def _pieces(parts: tuple[Part, ...]) -> Iterator[dict[str, Any]]:
    for before, part in pairwise((None, *parts)):
        seal = {"thoughtSignature": before.seal} if isinstance(before, Thought) and before.hidden else {}
        if isinstance(part, Text):
            yield {"text": part.text, **seal}
        elif isinstance(part, Call):
            yield {"functionCall": {"name": part.name, "args": part.arguments}, **seal}
        elif part is not None and not part.hidden:
            yield {"text": part.text, "thought": True, **({"thoughtSignature": part.seal} if part.seal else {})}


def _gemini(parts: tuple[Part, ...], stop: str) -> tuple[Any, list[Any]]:
    head = {"responseId": "g1", "modelVersion": "m"}
    pieces = list(_pieces(parts))
    events = [{"candidates": [{"content": {"parts": [one], "role": "model"}, "index": 0}], **head} for one in pieces]
    last = {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": stop, "index": 0}
    whole = {"candidates": [{**last, "content": {"parts": pieces, "role": "model"}}], "usageMetadata": USAGE[G], **head}
    return whole, [*events, {"candidates": [last], "usageMetadata": USAGE[G], **head}]


def _converse(parts: tuple[Part, ...], stop: str) -> tuple[Any, list[Any]]:
    content: list[Any] = []
    events: list[Any] = [{"messageStart": {"role": "assistant"}}]
    for index, part in enumerate(parts):
        at = {"contentBlockIndex": index}
        if isinstance(part, Call):
            use = {"toolUseId": part.id, "name": part.name}
            content.append({"toolUse": {**use, "input": part.arguments}})
            events.append({"contentBlockStart": {**at, "start": {"toolUse": use}}})
            deltas: list[Any] = [{"toolUse": {"input": json.dumps(part.arguments)}}]
        elif isinstance(part, Text):
            content.append({"text": part.text})
            deltas = [{"text": part.text}]
        else:
            told = {"text": part.text, "signature": part.seal}
            content.append({"reasoningContent": {"reasoningText": told}})
            deltas = [{"reasoningContent": {name: value}} for name, value in told.items()]
        events += [{"contentBlockDelta": {**at, "delta": delta}} for delta in deltas] + [{"contentBlockStop": at}]
    whole = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": stop, "usage": USAGE[V]}
    return whole, [*events, {"messageStop": {"stopReason": stop}}, {"metadata": {"usage": USAGE[V]}}]
