"""Anthropic Messages, by hand. Reference: https://docs.anthropic.com/en/api/messages"""

from collections.abc import Mapping
from typing import Any

from understudy.conformance import sse
from understudy.conformance.answers import (
    MESSAGE,
    STOP_SEQUENCE,
    Answer,
    Asked,
    Cause,
    Due,
    Event,
    Failure,
    Heard,
    Question,
    Refusal,
    Stop,
    arguments_of,
    blocks_in_order,
    halves,
    pieces,
    until_half,
)

_REASONS: dict[Stop, str] = {
    "stop": "end_turn",
    "sequence": "stop_sequence",
    "length": "max_tokens",
    "tools": "tool_use",
    "refusal": "refusal",
}
_STOPS: dict[Any, Stop] = {word: stop for stop, word in _REASONS.items()}
# An overload has a status of its own here; elsewhere it is a 503, which some pass on.
_DUE: dict[Cause, Due] = {
    "400": Due((400,), ("invalid_request_error",)),
    "401": Due((401,), ("authentication_error",)),
    "404": Due((404,), ("not_found_error",)),
    "429": Due((429,), ("rate_limit_error",)),
    "500": Due((500,), ("api_error",)),
    "503": Due((529, 503), ("overloaded_error",)),
    "529": Due((529,), ("overloaded_error",)),
    "broken": Due((502, 500, 503), ("api_error",)),
    "late": Due((504,), ("timeout_error",)),
    "page": Due((502,), ("api_error",)),
}
_WORDS = {int(cause): due.words[0] for cause, due in _DUE.items() if cause.isdecimal()}
_SEAL = "c2VhbA=="


class Messages:
    """Satisfies answers.Wire."""

    name = "messages"
    stream_type = sse.TYPE
    due = _DUE
    garbage = b"event: content_block_delta\n" + sse.GARBAGE
    ping = sse.told({"type": "ping"}, "ping")

    def within(self, answer: Answer) -> Answer:
        """All of it."""
        return answer

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `message`."""
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "scripted",
            "content": _blocks(answer),
            "stop_reason": _REASONS[answer.stop],
            "stop_sequence": STOP_SEQUENCE if answer.stop == "sequence" else None,
            "usage": _usage(answer),
        }

    def frames(self, answer: Answer) -> list[bytes]:
        """Blocks opened, told and closed, then the end."""
        opened = {**self.whole(Answer(prompt=answer.prompt, cached=answer.cached)), "content": [], "stop_reason": None}
        opened["usage"] = {**_usage(answer), "output_tokens": 1}
        frames = [_event("message_start", message=opened)]
        for index, block in enumerate(_blocks(answer)):
            frames += _told(index, block)
        delta = {name: self.whole(answer)[name] for name in ("stop_reason", "stop_sequence")}
        frames.append(_event("message_delta", delta=delta, usage=_usage(answer)))
        return [*frames, _event("message_stop")]

    def half(self, answer: Answer) -> list[bytes]:
        """Up to the middle of the arguments' text."""
        return until_half(self.frames(answer), answer.calls[0][1])

    def error(self, status: int) -> Refusal:
        """Anthropic's envelope."""
        return Refusal(status, {"type": "error", **_error(status), "request_id": "req_1"})

    def inband(self, status: int) -> bytes:
        """The envelope as an event."""
        return _event("error", **_error(status))

    def stop_sequences(self, body: dict[str, Any]) -> list[str] | None:
        """A list."""
        return body.get("stop_sequences") or []

    def ask(self, question: Question) -> Asked:
        """A question with a tool and a budget to think."""
        schema = {"type": "object", "properties": {"city": {"type": "string"}}}
        body = {
            "model": question.model,
            "max_tokens": 4_000,
            "messages": [{"role": "user", "content": question.words}],
            "tools": [{"name": "weather", "input_schema": schema}],
            "thinking": {"type": "enabled", "budget_tokens": 1_024},
            **({"stop_sequences": [question.stop]} if question.stop else {}),
            **({"stream": True} if question.stream else {}),
        }
        return Asked("/v1/messages", body, {"x-api-key": "any", "anthropic-version": "2023-06-01"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What its blocks say."""
        return _heard(body["content"], body.get("stop_reason"), body.get("usage") or {})

    def events(self, raw: bytes) -> list[Event]:
        """Events with names."""
        return sse.read(raw)

    def listen(self, events: list[Event]) -> Heard:
        """Blocks put together."""
        blocks: dict[int, dict[str, Any]] = {}
        words: dict[int, str] = {}
        closed: set[int] = set()
        usage: dict[str, Any] = {}
        reason, ended, failure = None, False, None
        bodies = [event.data for event in events if isinstance(event.data, dict)]
        for body in bodies:
            match body.get("type"):
                case "message_start":
                    usage |= body["message"].get("usage") or {}
                case "content_block_start":
                    blocks[body["index"]] = dict(body["content_block"])
                case "content_block_delta":
                    words[body["index"]] = words.get(body["index"], "") + _words(body["delta"])
                case "content_block_stop":
                    closed.add(body["index"])
                case "message_delta":
                    reason = body["delta"].get("stop_reason") or reason
                    usage |= {name: count for name, count in (body.get("usage") or {}).items() if count is not None}
                case "message_stop":
                    ended = True
                case "error":
                    failure = _failure(body)
        calls = {index for index, block in blocks.items() if block["type"] == "tool_use"}
        whole = [_filled(block, words.get(index, "")) for index, block in sorted(blocks.items()) if index in closed]
        open_words = "".join(words.get(index, "") for index in sorted(blocks.keys() - closed - calls))
        heard = _heard([*whole, {"type": "text", "text": open_words}], reason, usage)
        flaws = (
            *sse.odd(events),
            *sse.misnamed(events),
            *blocks_in_order(body["index"] for body in bodies if "index" in body),
        )
        return Heard(heard, ended or reason is not None, failure, len(calls & closed), flaws)

    def failure(self, body: dict[str, Any], headers: Mapping[str, str]) -> Failure | None:
        """Anthropic's envelope."""
        return _failure(body)


def _error(status: int) -> dict[str, Any]:
    return {"error": {"type": _WORDS[status], "message": MESSAGE}}


def _failure(body: dict[str, Any]) -> Failure | None:
    error = body.get("error")
    if body.get("type") != "error" or not isinstance(error, dict) or not error.get("type"):
        return None
    return Failure((str(error["type"]),), str(error.get("message") or ""))


def _words(delta: dict[str, Any]) -> str:
    return next((delta[name] for name in ("text", "thinking", "partial_json") if name in delta), "")


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
        empty = {**block, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": half} for half in halves(block["input"])]
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
    return sse.told({"type": kind, **fields}, kind)


def _usage(answer: Answer) -> dict[str, Any]:
    cached = answer.cached or 0
    usage: dict[str, Any] = {"input_tokens": (answer.prompt or 0) - cached, "output_tokens": answer.out}
    return usage if answer.cached is None else {**usage, "cache_read_input_tokens": cached}


def _filled(block: dict[str, Any], words: str) -> dict[str, Any]:
    match block["type"]:
        case "tool_use":
            return {**block, "input": arguments_of(words) if words else block.get("input", {})}
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
