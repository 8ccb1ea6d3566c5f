"""Anthropic Messages, by hand. Reference: https://docs.anthropic.com/en/api/messages"""

import json
from typing import Any

from understudy.conformance.answers import Answer, Asked, Heard, Stop, pieces

_REASONS: dict[Stop, str] = {"stop": "end_turn", "length": "max_tokens", "tools": "tool_use", "refusal": "refusal"}
_STOPS: dict[Any, Stop] = {word: stop for stop, word in _REASONS.items()}
_SEAL = "c2VhbA=="


class Messages:
    """Satisfies answers.Wire."""

    name = "messages"

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `message`."""
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "scripted",
            "content": _blocks(answer),
            "stop_reason": _REASONS[answer.stop],
            "stop_sequence": None,
            "usage": _usage(answer),
        }

    def frames(self, answer: Answer) -> list[bytes]:
        """Blocks opened, told and closed, then the end."""
        opened = {**self.whole(Answer(prompt=answer.prompt, cached=answer.cached)), "content": [], "stop_reason": None}
        opened["usage"] = {**_usage(answer), "output_tokens": 1}
        frames = [_event("message_start", message=opened)]
        for index, block in enumerate(_blocks(answer)):
            frames += _told(index, block)
        delta = {"stop_reason": _REASONS[answer.stop], "stop_sequence": None}
        frames.append(_event("message_delta", delta=delta, usage=_usage(answer)))
        return [*frames, _event("message_stop")]

    def error(self, status: int) -> dict[str, Any]:
        """Anthropic's envelope."""
        return {"type": "error", "error": {"type": "rate_limit_error", "message": "scripted"}}

    def inband(self) -> bytes:
        """The envelope as an event."""
        return _event("error", error={"type": "overloaded_error", "message": "scripted"})

    def ask(self, model: str, *, stream: bool) -> Asked:
        """A question with a tool and a budget to think."""
        schema = {"type": "object", "properties": {"city": {"type": "string"}}}
        body = {
            "model": model,
            "max_tokens": 4_000,
            "messages": [{"role": "user", "content": "How is the harbour?"}],
            "tools": [{"name": "weather", "input_schema": schema}],
            "thinking": {"type": "enabled", "budget_tokens": 1_024},
            **({"stream": True} if stream else {}),
        }
        return Asked("/v1/messages", body, {"x-api-key": "any", "anthropic-version": "2023-06-01"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What its blocks say."""
        return _heard(body["content"], body.get("stop_reason"), body.get("usage") or {})

    def listen(self, events: list[Any]) -> Heard:
        """Blocks put together."""
        blocks: dict[int, dict[str, Any]] = {}
        words: dict[int, str] = {}
        usage: dict[str, Any] = {}
        reason, ended, failed = None, False, False
        for event in events:
            match event.get("type") if isinstance(event, dict) else None:
                case "message_start":
                    usage |= event["message"].get("usage") or {}
                case "content_block_start":
                    blocks[event["index"]] = dict(event["content_block"])
                case "content_block_delta":
                    delta = event["delta"]
                    kind = next((name for name in ("text", "thinking", "partial_json") if name in delta), None)
                    if kind is not None:
                        words[event["index"]] = words.get(event["index"], "") + delta[kind]
                case "message_delta":
                    reason = event["delta"].get("stop_reason") or reason
                    usage |= {name: count for name, count in (event.get("usage") or {}).items() if count is not None}
                case "message_stop":
                    ended = True
                case "error":
                    failed = True
        whole = [_filled(block, words.get(index, "")) for index, block in sorted(blocks.items())]
        return Heard(_heard(whole, reason, usage), ended=ended or reason is not None, failed=failed)

    def is_error(self, body: dict[str, Any]) -> bool:
        """Anthropic's envelope."""
        return body.get("type") == "error" and isinstance(body.get("error"), dict) and bool(body["error"].get("type"))


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.thinking:
        blocks.append({"type": "thinking", "thinking": answer.thinking, "signature": _SEAL})
    if answer.text:
        blocks.append({"type": "text", "text": answer.text})
    calls = enumerate(answer.calls)
    return blocks + [{"type": "tool_use", "id": f"toolu_{n}", "name": name, "input": args} for n, (name, args) in calls]


def _told(index: int, block: dict[str, Any]) -> list[bytes]:
    empty: dict[str, Any]
    if block["type"] == "tool_use":
        text = json.dumps(block["input"])
        empty = {**block, "input": {}}
        deltas = [
            {"type": "input_json_delta", "partial_json": part}
            for part in (text[: len(text) // 2], text[len(text) // 2 :])
        ]
    elif block["type"] == "thinking":
        empty = {"type": "thinking", "thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"])]
        deltas.append({"type": "signature_delta", "signature": _SEAL})
    else:
        empty = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
    told = [_event("content_block_delta", index=index, delta=delta) for delta in deltas]
    return [
        _event("content_block_start", index=index, content_block=empty),
        *told,
        _event("content_block_stop", index=index),
    ]


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def _usage(answer: Answer) -> dict[str, Any]:
    cached = answer.cached or 0
    usage: dict[str, Any] = {"input_tokens": (answer.prompt or 0) - cached, "output_tokens": answer.out}
    return usage if answer.cached is None else {**usage, "cache_read_input_tokens": cached}


def _filled(block: dict[str, Any], words: str) -> dict[str, Any]:
    match block["type"]:
        case "tool_use":
            return {**block, "input": json.loads(words) if words else block.get("input", {})}
        case "thinking":
            return {**block, "thinking": block.get("thinking", "") + words}
        case _:
            return {**block, "text": block.get("text", "") + words}


def _heard(blocks: list[dict[str, Any]], reason: Any, usage: dict[str, Any]) -> Answer:
    def said(kind: str) -> str:
        return "".join(block.get(kind) or "" for block in blocks if block["type"] == kind)

    fresh, cached, written = (
        usage.get(name) for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    return Answer(
        text=said("text"),
        thinking=said("thinking"),
        calls=tuple((block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"),
        stop=_STOPS.get(reason, "none"),
        prompt=None if fresh is None else fresh + (cached or 0) + (written or 0),
        cached=cached,
        out=usage.get("output_tokens"),
    )
