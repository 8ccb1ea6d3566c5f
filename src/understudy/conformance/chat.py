"""OpenAI Chat Completions, by hand. Reference: https://platform.openai.com/docs/api-reference/chat"""

import json
from typing import Any

from understudy.conformance.answers import Answer, Asked, Heard, Stop, pieces

_REASONS: dict[Stop, str] = {"stop": "stop", "length": "length", "tools": "tool_calls", "refusal": "content_filter"}
_STOPS: dict[Any, Stop] = {word: stop for stop, word in _REASONS.items()}
_HEAD: dict[str, Any] = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "scripted"}


class Chat:
    """Satisfies answers.Wire."""

    name = "chat"

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `chat.completion`."""
        message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
        if answer.thinking:
            message["reasoning_content"] = answer.thinking
        if answer.calls:
            message["tool_calls"] = [_call(n, name, args) for n, (name, args) in enumerate(answer.calls)]
        choice = {"index": 0, "message": message, "finish_reason": _REASONS[answer.stop], "logprobs": None}
        return {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _usage(answer)}

    def frames(self, answer: Answer) -> list[bytes]:
        """Chunks, then the usage, then the closing line."""
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning_content": piece} for piece in pieces(answer.thinking)]
        deltas += [{"content": piece} for piece in pieces(answer.text)]
        for n, (name, args) in enumerate(answer.calls):
            text = json.dumps(args)
            opened = {**_call(n, name, {}), "index": n, "function": {"name": name, "arguments": ""}}
            deltas.append({"tool_calls": [opened]})
            halves = (text[: len(text) // 2], text[len(text) // 2 :])
            deltas += [{"tool_calls": [{"index": n, "function": {"arguments": half}}]} for half in halves]
        chunks = [_chunk([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
        chunks.append(_chunk([{"index": 0, "delta": {}, "finish_reason": _REASONS[answer.stop]}]))
        return [*chunks, _chunk([], usage=_usage(answer)), b"data: [DONE]\n\n"]

    def error(self, status: int) -> dict[str, Any]:
        """OpenAI's envelope."""
        return {"error": {"message": "scripted", "type": "rate_limit_error", "param": None, "code": "rate_limit"}}

    def inband(self) -> bytes:
        """The envelope as an event."""
        return b"data: " + json.dumps(self.error(500)).encode() + b"\n\n"

    def ask(self, model: str, *, stream: bool) -> Asked:
        """A question with a tool."""
        function = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
        body: dict[str, Any] = {
            "model": model,
            "messages": [{"role": "user", "content": "How is the harbour?"}],
            "tools": [{"type": "function", "function": function}],
            "reasoning_effort": "low",
            "max_completion_tokens": 4_000,
        }
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return Asked("/v1/chat/completions", body, {"authorization": "Bearer any"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What the one choice says."""
        choice = body["choices"][0]
        message = choice["message"]
        calls = [(call["function"]["name"], call["function"]["arguments"]) for call in message.get("tool_calls") or ()]
        return _heard(message, calls, choice.get("finish_reason"), body.get("usage"))

    def listen(self, events: list[Any]) -> Heard:
        """Deltas put together."""
        message: dict[str, str] = {}
        calls: dict[int, list[str]] = {}
        reason, usage, done, failed = None, None, False, False
        for event in events:
            if not isinstance(event, dict):
                done = done or event == "[DONE]"
                continue
            failed = failed or "error" in event
            usage = event.get("usage") or usage
            for choice in event.get("choices") or ():
                reason = choice.get("finish_reason") or reason
                delta = choice.get("delta") or {}
                for name in ("content", "refusal", "reasoning_content", "reasoning"):
                    message[name] = message.get(name, "") + (delta.get(name) or "")
                for call in delta.get("tool_calls") or ():
                    one = calls.setdefault(call["index"], ["", ""])
                    function = call.get("function") or {}
                    one[0] += function.get("name") or ""
                    one[1] += function.get("arguments") or ""
        heard = _heard(message, [(name, text) for name, text in calls.values()], reason, usage)
        return Heard(heard, ended=done or reason is not None, failed=failed)

    def is_error(self, body: dict[str, Any]) -> bool:
        """OpenAI's envelope."""
        return isinstance(body.get("error"), dict) and bool(body["error"].get("message"))


def _call(number: int, name: str, arguments: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _chunk(choices: list[dict[str, Any]], **fields: Any) -> bytes:
    chunk = {**_HEAD, "object": "chat.completion.chunk", "choices": choices, **fields}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _usage(answer: Answer) -> dict[str, Any]:
    prompt, out = answer.prompt or 0, answer.out or 0
    usage: dict[str, Any] = {"prompt_tokens": prompt, "completion_tokens": out, "total_tokens": prompt + out}
    return usage if answer.cached is None else {**usage, "prompt_tokens_details": {"cached_tokens": answer.cached}}


def _heard(message: dict[str, Any], calls: list[tuple[str, str]], reason: Any, usage: Any) -> Answer:
    told = usage or {}
    refused = message.get("refusal") or ""
    return Answer(
        text=(message.get("content") or "") + refused,
        thinking=message.get("reasoning_content") or message.get("reasoning") or "",
        calls=tuple((name, json.loads(text)) for name, text in calls),
        stop="refusal" if refused else _STOPS.get(reason, "none"),
        prompt=told.get("prompt_tokens"),
        cached=(told.get("prompt_tokens_details") or {}).get("cached_tokens"),
        out=told.get("completion_tokens"),
    )
