"""The Llama API's own shape, by hand. Reference: the types of https://github.com/meta-llama/llama-api-python

The hosted service is gone; its clients are not.
"""

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

_REASONS: dict[Stop, str] = {"stop": "stop", "length": "length", "tools": "tool_calls"}
_STOPS: dict[Any, Stop] = {word: stop for stop, word in _REASONS.items()}
_NOTHING = {"type": "text", "text": ""}


class Llama:
    """Satisfies answers.Wire."""

    name = "llama"
    stream_type = sse.TYPE
    due = openai_errors.DUE
    garbage = sse.GARBAGE
    ping = sse.COMMENT

    def within(self, answer: Answer) -> Answer:
        """Words and calls: there is no thinking, no count of what was cached, and no other word for a stop."""
        stop = answer.stop if answer.stop in _REASONS else "stop"
        return replace(answer, thinking="", cached=None, stop=stop)

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `completion_message` and its metrics."""
        message: dict[str, Any] = {"role": "assistant", "content": {"type": "text", "text": answer.text}}
        message["stop_reason"] = _REASONS[self.within(answer).stop]
        if answer.calls:
            calls = enumerate(answer.calls)
            message["tool_calls"] = [
                {"id": f"call_{n}", "function": {"name": name, "arguments": json.dumps(args)}}
                for n, (name, args) in calls
            ]
        return {"id": "chat_1", "completion_message": message, "metrics": _metrics(answer)}

    def frames(self, answer: Answer) -> list[bytes]:
        """A start, progress, the reason, and the metrics last; no closing line."""
        deltas: list[dict[str, Any]] = [{"type": "text", "text": piece} for piece in pieces(answer.text)]
        for n, (name, args) in enumerate(answer.calls):
            deltas.append({"type": "tool_call", "id": f"call_{n}", "function": {"name": name, "arguments": ""}})
            deltas += [{"type": "tool_call", "function": {"arguments": half}} for half in halves(args)]
        told = [_event("start", _NOTHING), *(_event("progress", delta) for delta in deltas)]
        told.append(_event("complete", _NOTHING, stop_reason=_REASONS[self.within(answer).stop]))
        return [*told, _event("metrics", _NOTHING, metrics=_metrics(answer))]

    def half(self, answer: Answer) -> list[bytes]:
        """Up to the middle of the arguments' text."""
        return until_half(self.frames(answer), answer.calls[0][1])

    def error(self, status: int) -> Refusal:
        """OpenAI's envelope."""
        return openai_errors.refusal(status)

    def inband(self, status: int) -> bytes:
        """The envelope as an event of the name at which clients raise."""
        return sse.told(openai_errors.envelope(status), "error")

    def stop_sequences(self, body: dict[str, Any]) -> list[str] | None:
        """None: this dialect has no such field."""
        return None

    def ask(self, question: Question) -> Asked:
        """A question with a tool."""
        function = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
        body = {
            "model": question.model,
            "messages": [{"role": "user", "content": question.words}],
            "tools": [{"type": "function", "function": function}],
            "max_completion_tokens": 4_000,
            **({"stream": True} if question.stream else {}),
        }
        return Asked("/llama/v1/chat/completions", body, {"authorization": "Bearer any"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What the message says."""
        message = body["completion_message"]
        content = message.get("content")
        calls = [(call["function"]["name"], call["function"]["arguments"]) for call in message.get("tool_calls") or ()]
        words = content["text"] if isinstance(content, dict) else content or ""
        return _heard(words, calls, message["stop_reason"], body.get("metrics") or [])

    def events(self, raw: bytes) -> list[Event]:
        """Lines of data; a closing line is no JSON, and clients fail at it."""
        return sse.read(raw)

    def listen(self, events: list[Event]) -> Heard:
        """Deltas put together; each new id begins a call."""
        words, reason, ended, failure = "", None, False, None
        calls: list[list[str]] = []
        metrics: list[dict[str, Any]] = []
        for one in events:
            if not isinstance(one.data, dict):
                continue
            if one.name == "error":
                failure = openai_errors.failure(one.data)
            else:
                event = one.data["event"]
                delta = event["delta"]
                ended = ended or event["event_type"] in ("complete", "metrics")
                reason = event.get("stop_reason") or reason
                metrics = event.get("metrics") or metrics
                words += delta.get("text") or ""
                if delta["type"] == "tool_call":
                    _add(delta, calls)
        whole = [call for call in calls if ended]
        heard = _heard(words, [(name, text) for name, text, _ in whole], reason, metrics)
        return Heard(heard, ended or reason is not None, failure, len(whole), sse.odd(events))

    def failure(self, body: dict[str, Any], headers: Mapping[str, str]) -> Failure | None:
        """OpenAI's envelope."""
        return openai_errors.failure(body)


def _add(delta: dict[str, Any], calls: list[list[str]]) -> None:
    function = delta["function"]
    if not calls or delta.get("id") not in (None, "", calls[-1][2]):
        calls.append(["", "", delta.get("id") or ""])
    calls[-1][0] += function.get("name") or ""
    calls[-1][1] += function.get("arguments") or ""


def _event(kind: str, delta: dict[str, Any], **fields: Any) -> bytes:
    return sse.told({"id": "chat_1", "event": {"event_type": kind, "delta": delta, **fields}})


def _metrics(answer: Answer) -> list[dict[str, Any]]:
    prompt, out = answer.prompt or 0, answer.out or 0
    counts = {"num_prompt_tokens": prompt, "num_completion_tokens": out, "num_total_tokens": prompt + out}
    return [{"metric": name, "value": count, "unit": "tokens"} for name, count in counts.items()]


def _heard(words: str, calls: list[tuple[str, str]], reason: Any, metrics: list[dict[str, Any]]) -> Answer:
    told = {one["metric"]: one["value"] for one in metrics}
    return Answer(
        text=words,
        calls=tuple((name, arguments_of(text)) for name, text in calls),
        stop=_STOPS.get(reason, "none"),
        prompt=told.get("num_prompt_tokens"),
        out=told.get("num_completion_tokens"),
    )
