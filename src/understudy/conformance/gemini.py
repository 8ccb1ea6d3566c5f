"""Gemini generateContent, by hand. Reference: https://ai.google.dev/api/generate-content"""

import json
from typing import Any

from understudy.conformance.answers import Answer, Asked, Heard, Stop, pieces

_REASONS: dict[Stop, str] = {"stop": "STOP", "length": "MAX_TOKENS", "tools": "STOP", "refusal": "SAFETY"}
_STOPS: dict[Any, Stop] = {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "refusal", "PROHIBITED_CONTENT": "refusal"}


class Gemini:
    """Satisfies answers.Wire."""

    name = "gemini"

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `GenerateContentResponse`."""
        parts: list[dict[str, Any]] = [{"text": answer.thinking, "thought": True}] if answer.thinking else []
        if answer.text:
            parts.append({"text": answer.text})
        parts += [_call(name, args) for name, args in answer.calls]
        return _chunk(parts, _REASONS[answer.stop], answer)

    def frames(self, answer: Answer) -> list[bytes]:
        """One event for each word; calls whole; the reason to stop in an event of its own at the end."""
        parts: list[dict[str, Any]] = [{"text": piece, "thought": True} for piece in pieces(answer.thinking)]
        parts += [{"text": piece} for piece in pieces(answer.text)]
        parts += [_call(name, args) for name, args in answer.calls]
        chunks = [_chunk([part], None, answer) for part in parts]
        return [_event(chunk) for chunk in (*chunks, _chunk([{"text": ""}], _REASONS[answer.stop], answer))]

    def error(self, status: int) -> dict[str, Any]:
        """Google's envelope."""
        return {"error": {"code": status, "message": "scripted", "status": "RESOURCE_EXHAUSTED"}}

    def inband(self) -> bytes:
        """The envelope as an event."""
        return _event({"error": {"code": 503, "message": "scripted", "status": "UNAVAILABLE"}})

    def ask(self, model: str, *, stream: bool) -> Asked:
        """A question with a tool, thoughts included."""
        declared = {"name": "weather", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}
        body = {
            "contents": [{"role": "user", "parts": [{"text": "How is the harbour?"}]}],
            "tools": [{"functionDeclarations": [declared]}],
            "generationConfig": {
                "maxOutputTokens": 4_000,
                "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 1_024},
            },
        }
        verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return Asked(f"/v1beta/models/{model}:{verb}", body, {"x-goog-api-key": "any"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What the one candidate says."""
        return self.listen([body]).answer

    def listen(self, events: list[Any]) -> Heard:
        """Parts of all events, in their order."""
        parts: list[dict[str, Any]] = []
        usage: dict[str, Any] = {}
        reason, failed = None, False
        for event in events:
            if not isinstance(event, dict):
                continue
            failed = failed or "error" in event
            usage = event.get("usageMetadata") or usage
            for candidate in event.get("candidates") or ():
                reason = candidate.get("finishReason") or reason
                parts += (candidate.get("content") or {}).get("parts") or []
        return Heard(_heard(parts, reason, usage), ended=reason is not None, failed=failed)

    def is_error(self, body: dict[str, Any]) -> bool:
        """Google's envelope."""
        error = body.get("error")
        return isinstance(error, dict) and isinstance(error.get("code"), int) and bool(error.get("status"))


def _call(name: str, arguments: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments}}


def _chunk(parts: list[dict[str, Any]], reason: str | None, answer: Answer) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": parts}}
    if reason is not None:
        candidate["finishReason"] = reason
    prompt, out = answer.prompt or 0, answer.out or 0
    usage = {"promptTokenCount": prompt, "candidatesTokenCount": out, "totalTokenCount": prompt + out}
    if answer.cached is not None:
        usage["cachedContentTokenCount"] = answer.cached
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted", "responseId": "r1"}


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _heard(parts: list[dict[str, Any]], reason: Any, usage: dict[str, Any]) -> Answer:
    calls = tuple(
        (part["functionCall"]["name"], part["functionCall"].get("args") or {})
        for part in parts
        if "functionCall" in part
    )
    stop = _STOPS.get(reason, "none")
    out, thoughts = usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount")
    return Answer(
        text="".join(part.get("text") or "" for part in parts if not part.get("thought")),
        thinking="".join(part.get("text") or "" for part in parts if part.get("thought")),
        calls=calls,
        # This dialect has no word for a stop for tools: the calls are the word.
        stop="tools" if calls and stop == "stop" else stop,
        prompt=usage.get("promptTokenCount"),
        cached=usage.get("cachedContentTokenCount"),
        out=None if out is None and thoughts is None else (out or 0) + (thoughts or 0),
    )
