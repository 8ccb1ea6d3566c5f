"""Gemini generateContent, by hand. Reference: https://ai.google.dev/api/generate-content"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from understudy.conformance import sse
from understudy.conformance.answers import (
    MESSAGE,
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
    pieces,
)

_REASONS: dict[Stop, str] = {"stop": "STOP", "length": "MAX_TOKENS", "tools": "STOP", "refusal": "SAFETY"}
_STOPS: dict[Any, Stop] = {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "refusal", "PROHIBITED_CONTENT": "refusal"}
_BUSY = Due((503,), ("UNAVAILABLE",))
_DUE: dict[Cause, Due] = {
    "400": Due((400,), ("INVALID_ARGUMENT",)),
    "401": Due((401,), ("UNAUTHENTICATED",)),
    "404": Due((404,), ("NOT_FOUND",)),
    "429": Due((429,), ("RESOURCE_EXHAUSTED",)),
    "500": Due((500,), ("INTERNAL",)),
    "503": _BUSY,
    "529": _BUSY,
    "broken": Due((502, 500, 503), ("INTERNAL", "UNAVAILABLE"), ("UNAVAILABLE",)),
    "late": Due((504,), ("DEADLINE_EXCEEDED",)),
    "page": Due((502,), ("INTERNAL",)),
}
_WORDS = {int(cause): due.words[0] for cause, due in _DUE.items() if cause.isdecimal()}
# The codes of google.rpc, by their names: https://cloud.google.com/apis/design/errors
_CODES = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
_BAD_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}


class Gemini:
    """Satisfies answers.Wire."""

    name = "gemini"
    stream_type = sse.TYPE
    due = _DUE
    garbage = b'data: {"broken": }\r\n\r\n'
    ping = b"\r\n\r\n"

    def within(self, answer: Answer) -> Answer:
        """All of it, but for a stop sequence, which is a stop like any other."""
        return replace(answer, stop="stop") if answer.stop == "sequence" else answer

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A `GenerateContentResponse`."""
        parts: list[dict[str, Any]] = [{"text": answer.thinking, "thought": True}] if answer.thinking else []
        if answer.text:
            parts.append({"text": answer.text})
        parts += [_call(name, args) for name, args in answer.calls]
        return _chunk(parts, _REASONS[self.within(answer).stop], _counts(answer))

    def frames(self, answer: Answer) -> list[bytes]:
        """One event for each word; calls whole; the reason to stop in an event of its own at the end."""
        parts = [*_pieces(answer), *(_call(name, args) for name, args in answer.calls)]
        ending = _chunk([{"text": ""}], _REASONS[self.within(answer).stop], _counts(answer))
        return [*map(_told, _growing(parts, len(parts), answer)), _told(ending)]

    def half(self, answer: Answer) -> list[bytes]:
        """Up to a call of which one argument was told, with the word that more will come."""
        name, arguments = answer.calls[0]
        key, value = next(iter(arguments.items()))
        partial = [{"jsonPath": f"$.{key}", "stringValue": value, "willContinue": True}]
        call = {"functionCall": {"name": name, "partialArgs": partial, "willContinue": True}}
        told = _pieces(answer)
        return [*map(_told, _growing([*told, call], len(told) + len(answer.calls), answer))]

    def error(self, status: int) -> Refusal:
        """Google's envelope; a bad key is a bad request whose reason tells."""
        body = _envelope(status)
        if status != 401:
            return Refusal(status, body)
        return Refusal(400, {"error": {**_envelope(400)["error"], "details": [_BAD_KEY]}})

    def inband(self, status: int) -> bytes:
        """The envelope as an event."""
        return _told(_envelope(status))

    def stop_sequences(self, body: dict[str, Any]) -> list[str] | None:
        """A list in the generation's configuration."""
        return (body.get("generationConfig") or {}).get("stopSequences") or []

    def ask(self, question: Question) -> Asked:
        """A question with a tool, thoughts included."""
        declared = {"name": "weather", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}
        config = {"maxOutputTokens": 4_000, "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 1_024}}
        if question.stop is not None:
            config["stopSequences"] = [question.stop]
        body = {
            "contents": [{"role": "user", "parts": [{"text": question.words}]}],
            "tools": [{"functionDeclarations": [declared]}],
            "generationConfig": config,
        }
        verb = "streamGenerateContent?alt=sse" if question.stream else "generateContent"
        return Asked(f"/v1beta/models/{question.model}:{verb}", body, {"x-goog-api-key": "any"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What the one candidate says."""
        return self.listen([Event("", body)]).answer

    def events(self, raw: bytes) -> list[Event]:
        """Lines of data; Google's own client takes a comment for a piece of JSON, and fails."""
        return sse.read(raw) + sse.comments(raw)

    def listen(self, events: list[Event]) -> Heard:
        """Parts of all events, in their order."""
        parts: list[dict[str, Any]] = []
        usage: dict[str, Any] = {}
        reason, failure = None, None
        flaws = sse.odd(events)
        for event in events:
            if not isinstance(event.data, dict):
                continue
            if "error" in event.data:
                failure, flaws = _failure(event.data), flaws + _miscoded(event.data["error"])
            usage = event.data.get("usageMetadata") or usage
            for candidate in event.data.get("candidates") or ():
                reason = candidate.get("finishReason") or reason
                parts += (candidate.get("content") or {}).get("parts") or []
        closed = sum("functionCall" in part and not part["functionCall"].get("willContinue") for part in parts)
        return Heard(_heard(parts, reason, usage), reason is not None, failure, closed, flaws)

    def failure(self, body: dict[str, Any], headers: Mapping[str, str]) -> Failure | None:
        """Google's envelope."""
        return _failure(body)


def as_array(frames: list[bytes], *, closed: bool) -> list[bytes]:
    """The elements of an array in the place of events, which Google sends where nobody asks for `alt=sse`."""
    data = [frame.removeprefix(b"data: ").strip() for frame in frames]
    told = [(b",\r\n" if place else b"[") + element for place, element in enumerate(data)]
    return [*told, b"]"] if closed else told


class GeminiArray(Gemini):
    """The same dialect for clients that do not ask for `alt=sse`: their streams are one JSON array."""

    name = "gemini-array"
    stream_type = "application/json"

    def ask(self, question: Question) -> Asked:
        """The same question, of the same address without a query."""
        asked = super().ask(question)
        return replace(asked, path=asked.path.partition("?")[0])

    def events(self, raw: bytes) -> list[Event]:
        """The array's elements; one that was not closed is none."""
        elements = json.loads(raw)
        if not isinstance(elements, list):
            raise ValueError("the stream is no array")
        return [Event("", element) for element in elements]


def _told(body: dict[str, Any]) -> bytes:
    """One event, with the line ends that Google's host writes."""
    return sse.told(body).replace(b"\n", b"\r\n")


def _envelope(status: int) -> dict[str, Any]:
    return {"error": {"code": status, "message": MESSAGE, "status": _WORDS[status]}}


def _failure(body: dict[str, Any]) -> Failure | None:
    error = body.get("error")
    if not isinstance(error, dict) or not isinstance(error.get("code"), int) or not error.get("status"):
        return None
    return Failure((str(error["status"]),), str(error.get("message") or ""))


def _miscoded(error: Any) -> tuple[str, ...]:
    """The flaw of an error in a stream, where no status line stands beside it, whose code is not its word's."""
    code, word = (error.get("code"), error.get("status")) if isinstance(error, dict) else (None, None)
    return () if code == _CODES.get(str(word)) else (f"the error {word!r} has the code {code!r}",)


def _call(name: str, arguments: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments}}


def _pieces(answer: Answer) -> list[dict[str, Any]]:
    thoughts: list[dict[str, Any]] = [{"text": piece, "thought": True} for piece in pieces(answer.thinking)]
    return thoughts + [{"text": piece} for piece in pieces(answer.text)]


def _growing(parts: list[dict[str, Any]], of: int, answer: Answer) -> list[dict[str, Any]]:
    """A chunk for each part, with the counts so far, when there are so many parts in all."""
    return [_chunk([part], None, _counts(answer, place, of)) for place, part in enumerate(parts, start=1)]


def _counts(answer: Answer, told: int = 1, of: int = 1) -> dict[str, Any]:
    """The usage once so many parts were told: thoughts are counted first and apart, what is 0 is not told at all."""
    prompt, out = answer.prompt or 0, answer.out or 0
    thinking, beside = len(pieces(answer.thinking)), len(pieces(answer.text)) + len(answer.calls)
    so_far = out * told // of
    thoughts = min(so_far, out * thinking // max(1, thinking + beside))
    usage: dict[str, Any] = {"promptTokenCount": prompt}
    if so_far > thoughts:
        usage["candidatesTokenCount"] = so_far - thoughts
    usage["totalTokenCount"] = prompt + so_far
    if answer.cached is not None:
        usage["cachedContentTokenCount"] = answer.cached
    usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": prompt}]
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    return usage


def _chunk(parts: list[dict[str, Any]], reason: str | None, usage: dict[str, Any]) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": parts}}
    if reason is not None:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted", "responseId": "r1"}


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
