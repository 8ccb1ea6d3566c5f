"""OpenAI Chat Completions, by hand. Reference: https://platform.openai.com/docs/api-reference/chat"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from understudy.conformance import openai_errors, sse
from understudy.conformance.answers import (
    Answer,
    Asked,
    Event,
    Failure,
    Heard,
    Question,
    Refusal,
    Stop,
    arguments_of,
    halves,
    pieces,
    until_half,
)

_REASONS: dict[Stop, str] = {"stop": "stop", "length": "length", "tools": "tool_calls", "refusal": "content_filter"}
_STOPS: dict[Any, Stop] = {word: stop for stop, word in _REASONS.items()}
_HEAD: dict[str, Any] = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "scripted"}


class Chat:
    """Satisfies answers.Wire."""

    name = "chat"
    stream_type = sse.TYPE
    due = openai_errors.DUE
    garbage = sse.GARBAGE
    ping = sse.COMMENT

    def within(self, answer: Answer) -> Answer:
        """All of it, but for a stop sequence, which is a stop like any other."""
        return replace(answer, stop="stop") if answer.stop == "sequence" else answer

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `chat.completion`."""
        message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
        if answer.thinking:
            message["reasoning_content"] = answer.thinking
        if answer.calls:
            message["tool_calls"] = [_call(n, name, args) for n, (name, args) in enumerate(answer.calls)]
        choice = {"index": 0, "message": message, "finish_reason": _REASONS[self.within(answer).stop], "logprobs": None}
        return {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _usage(answer)}

    def frames(self, answer: Answer) -> list[bytes]:
        """Chunks, then the usage, then the closing line."""
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning_content": piece} for piece in pieces(answer.thinking)]
        deltas += [{"content": piece} for piece in pieces(answer.text)]
        for n, (name, args) in enumerate(answer.calls):
            opened = {**_call(n, name, {}), "index": n, "function": {"name": name, "arguments": ""}}
            deltas.append({"tool_calls": [opened]})
            deltas += [{"tool_calls": [{"index": n, "function": {"arguments": half}}]} for half in halves(args)]
        chunks = [_chunk([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
        chunks.append(_chunk([{"index": 0, "delta": {}, "finish_reason": _REASONS[self.within(answer).stop]}]))
        return [*chunks, _chunk([], usage=_usage(answer)), sse.DONE]

    def half(self, answer: Answer) -> list[bytes]:
        """Up to the middle of the arguments' text."""
        return until_half(self.frames(answer), answer.calls[0][1])

    def error(self, status: int) -> Refusal:
        """OpenAI's envelope."""
        return openai_errors.refusal(status)

    def inband(self, status: int) -> bytes:
        """The envelope as an event."""
        return sse.told(openai_errors.envelope(status))

    def stop_sequences(self, body: dict[str, Any]) -> list[str] | None:
        """One, or a list."""
        stop = body.get("stop") or []
        return [stop] if isinstance(stop, str) else stop

    def ask(self, question: Question) -> Asked:
        """A question with a tool."""
        function = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
        body: dict[str, Any] = {
            "model": question.model,
            "messages": [{"role": "user", "content": question.words}],
            "tools": [{"type": "function", "function": function}],
            "reasoning_effort": "low",
            "max_completion_tokens": 4_000,
        }
        if question.stop is not None:
            body["stop"] = [question.stop]
        if question.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return Asked("/v1/chat/completions", body, {"authorization": "Bearer any"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What the one choice says."""
        choice = body["choices"][0]
        message = choice["message"]
        calls = [(call["function"]["name"], call["function"]["arguments"]) for call in message.get("tool_calls") or ()]
        return _heard(message, calls, choice.get("finish_reason"), body.get("usage"))

    def events(self, raw: bytes) -> list[Event]:
        """Lines of data."""
        return sse.read(raw)

    def listen(self, events: list[Event]) -> Heard:
        """Deltas put together; a usage after an error is an ending too."""
        message: dict[str, str] = {}
        calls: dict[int, list[str]] = {}
        reason, usage, done, failure = None, None, False, None
        for event in events:
            if not isinstance(event.data, dict):
                done = done or event.data == sse.CLOSING
                continue
            failure = failure or openai_errors.failure(event.data)
            usage = event.data.get("usage") or usage
            done = done or bool(failure and usage)
            for choice in event.data.get("choices") or ():
                reason = choice.get("finish_reason") or reason
                _add(choice.get("delta") or {}, message, calls)
        ended = done or reason is not None
        # Nothing but the reason closes a call here; arguments that can be read are as good as closed.
        whole = [call for call in calls.values() if ended or arguments_of(call[1]) != call[1]]
        heard = _heard(message, [(name, text) for name, text in whole], reason, usage)
        return Heard(heard, ended, failure, len(whole), sse.odd(events, sse.CLOSING))

    def failure(self, body: dict[str, Any], headers: Mapping[str, str]) -> Failure | None:
        """OpenAI's envelope."""
        return openai_errors.failure(body)


def _add(delta: dict[str, Any], message: dict[str, str], calls: dict[int, list[str]]) -> None:
    for name in ("content", "refusal", "reasoning_content", "reasoning"):
        message[name] = message.get(name, "") + (delta.get(name) or "")
    for call in delta.get("tool_calls") or ():
        one = calls.setdefault(call["index"], ["", ""])
        function = call.get("function") or {}
        one[0] += function.get("name") or ""
        one[1] += function.get("arguments") or ""


def _call(number: int, name: str, arguments: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _chunk(choices: list[dict[str, Any]], **fields: Any) -> bytes:
    return sse.told({**_HEAD, "object": "chat.completion.chunk", "choices": choices, **fields})


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
        calls=tuple((name, arguments_of(text)) for name, text in calls),
        stop="refusal" if refused else _STOPS.get(reason, "none"),
        prompt=told.get("prompt_tokens"),
        cached=(told.get("prompt_tokens_details") or {}).get("cached_tokens"),
        out=told.get("completion_tokens"),
    )
