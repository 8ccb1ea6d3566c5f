"""Amazon Bedrock's Converse, by hand.

Reference: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and …_ConverseStream.html
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from understudy.conformance import aws_stream
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
    "refusal": "content_filtered",
}
_STOPS: dict[Any, Stop] = {**{word: stop for stop, word in _REASONS.items()}, "guardrail_intervened": "refusal"}
# The names of exceptions as the service writes them in headers and streams; a stream knows fewer.
_BUSY = Due((503,), ("serviceUnavailableException",))
_DUE: dict[Cause, Due] = {
    "400": Due((400,), ("validationException",)),
    "401": Due((403, 401), ("unrecognizedClientException", "accessDeniedException")),
    "404": Due((404,), ("resourceNotFoundException",)),
    "429": Due((429,), ("throttlingException",)),
    "500": Due((500,), ("internalServerException",)),
    "503": _BUSY,
    "529": _BUSY,
    "broken": Due((424, 502, 500, 503), ("modelErrorException",), ("modelStreamErrorException",)),
    "late": Due((408, 504), ("modelTimeoutException",), ("modelStreamErrorException",)),
    "page": Due((424, 502), ("modelErrorException",)),
}
_WORDS = {int(cause): due.words[0] for cause, due in _DUE.items() if cause.isdecimal()}
_SEAL = "c2VhbA=="
# The service pads its events, so that their lengths tell nothing of the words.
_PADDING = {"p": "abcdefghij"}


class Converse:
    """Satisfies answers.Wire."""

    name = "converse"
    stream_type = aws_stream.TYPE
    due = _DUE
    garbage = aws_stream.told("event", "contentBlockDelta", b'{"broken":')
    ping = aws_stream.told("event", "ping", {})

    def within(self, answer: Answer) -> Answer:
        """All of it."""
        return answer

    def whole(self, answer: Answer) -> dict[str, Any]:
        """An output, its reason, and its usage."""
        return {
            "output": {"message": {"role": "assistant", "content": _blocks(answer)}},
            "stopReason": _REASONS[answer.stop],
            "usage": _usage(answer),
            "metrics": {"latencyMs": 1},
        }

    def frames(self, answer: Answer) -> list[bytes]:
        """Blocks told and closed, of which only calls are opened; the reason; the usage."""
        told = [_event("messageStart", role="assistant")]
        for index, block in enumerate(_blocks(answer)):
            told += _told(index, block)
        told.append(_event("messageStop", stopReason=_REASONS[answer.stop]))
        return [*told, _event("metadata", usage=_usage(answer), metrics={"latencyMs": 1})]

    def half(self, answer: Answer) -> list[bytes]:
        """Up to the middle of the arguments' text."""
        return until_half(self.frames(answer), answer.calls[0][1])

    def error(self, status: int) -> Refusal:
        """A message, and the exception's name in a header; a bad key is forbidden, not unknown."""
        word = _WORDS[status]
        name = word[0].upper() + word[1:]
        return Refusal(403 if status == 401 else status, {"message": MESSAGE}, {"x-amzn-errortype": name})

    def inband(self, status: int) -> bytes:
        """An exception in the place of an event."""
        return aws_stream.told("exception", _WORDS[status], {"message": MESSAGE})

    def stop_sequences(self, body: dict[str, Any]) -> list[str] | None:
        """A list in the inference's configuration."""
        return (body.get("inferenceConfig") or {}).get("stopSequences") or []

    def ask(self, question: Question) -> Asked:
        """A question with a tool and a budget to think; an API key is sent as any bearer's."""
        schema = {"type": "object", "properties": {"city": {"type": "string"}}}
        config: dict[str, Any] = {"maxTokens": 4_000}
        if question.stop is not None:
            config["stopSequences"] = [question.stop]
        body = {
            "messages": [{"role": "user", "content": [{"text": question.words}]}],
            "toolConfig": {"tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": schema}}}]},
            "inferenceConfig": config,
            "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1_024}},
        }
        verb = "converse-stream" if question.stream else "converse"
        return Asked(f"/model/{quote(question.model, safe='')}/{verb}", body, {"authorization": "Bearer any"})

    def hear(self, body: dict[str, Any]) -> Answer:
        """What its blocks say."""
        return _heard(body["output"]["message"]["content"], body["stopReason"], body["usage"])

    def events(self, raw: bytes) -> list[Event]:
        """Binary messages, each with its checksums."""
        return aws_stream.read(raw)

    def listen(self, events: list[Event]) -> Heard:
        """Blocks put together."""
        blocks: dict[int, dict[str, Any]] = {}
        closed: set[int] = set()
        usage: dict[str, Any] = {}
        reason, ended, failure = None, False, None
        for event in events:
            body = event.data
            if event.failed:
                failure = Failure((event.name,), str(body.get("message") or ""))
                continue
            match event.name:
                case "contentBlockStart":
                    blocks[body["contentBlockIndex"]] = {"kind": "toolUse", "text": "", **body["start"]["toolUse"]}
                case "contentBlockDelta":
                    _add(body["delta"], blocks.setdefault(body["contentBlockIndex"], {"kind": "text", "text": ""}))
                case "contentBlockStop":
                    closed.add(body["contentBlockIndex"])
                case "messageStop":
                    reason, ended = body["stopReason"], True
                case "metadata":
                    usage, ended = body.get("usage") or {}, True
        calls = {index for index, block in blocks.items() if block["kind"] == "toolUse"}
        told = [_whole(block) for index, block in sorted(blocks.items()) if index in closed or index not in calls]
        flaws = blocks_in_order(
            event.data["contentBlockIndex"] for event in events if "contentBlockIndex" in event.data
        )
        return Heard(_heard(told, reason, usage), ended, failure, len(calls & closed), flaws)

    def failure(self, body: dict[str, Any], headers: Mapping[str, str]) -> Failure | None:
        """A message; the exception's name in a header, or where clients look for it else."""
        named = headers.get("x-amzn-errortype") or body.get("code") or body.get("__type")
        message = body.get("message") or body.get("Message")
        if not named or not message:
            return None
        word = str(named).partition(":")[0].rpartition("#")[2]
        return Failure((word[0].lower() + word[1:],), str(message))


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.thinking:
        blocks.append({"reasoningContent": {"reasoningText": {"text": answer.thinking, "signature": _SEAL}}})
    if answer.text:
        blocks.append({"text": answer.text})
    calls = enumerate(answer.calls)
    return blocks + [{"toolUse": {"toolUseId": f"tool_{n}", "name": name, "input": args}} for n, (name, args) in calls]


def _told(index: int, block: dict[str, Any]) -> list[bytes]:
    told: list[bytes] = []
    deltas: list[dict[str, Any]]
    if "toolUse" in block:
        call = block["toolUse"]
        start = {"toolUse": {"toolUseId": call["toolUseId"], "name": call["name"]}}
        told.append(_event("contentBlockStart", contentBlockIndex=index, start=start))
        deltas = [{"toolUse": {"input": half}} for half in halves(call["input"])]
    elif "reasoningContent" in block:
        words = pieces(block["reasoningContent"]["reasoningText"]["text"])
        deltas = [{"reasoningContent": {"text": piece}} for piece in words]
        deltas.append({"reasoningContent": {"signature": _SEAL}})
    else:
        deltas = [{"text": piece} for piece in pieces(block["text"])]
    told += [_event("contentBlockDelta", contentBlockIndex=index, delta=delta) for delta in deltas]
    return [*told, _event("contentBlockStop", contentBlockIndex=index)]


def _event(name: str, **fields: Any) -> bytes:
    return aws_stream.told("event", name, {**fields, **_PADDING})


def _usage(answer: Answer) -> dict[str, Any]:
    prompt, cached, out = answer.prompt or 0, answer.cached or 0, answer.out or 0
    usage = {"inputTokens": prompt - cached, "outputTokens": out, "totalTokens": prompt + out}
    return usage if answer.cached is None else {**usage, "cacheReadInputTokens": cached}


def _add(delta: dict[str, Any], block: dict[str, Any]) -> None:
    if "reasoningContent" in delta:
        block["kind"] = "thinking"
        block["text"] += delta["reasoningContent"].get("text") or ""
    else:
        block["text"] += delta["toolUse"]["input"] if "toolUse" in delta else delta["text"]


def _whole(block: dict[str, Any]) -> dict[str, Any]:
    match block["kind"]:
        case "toolUse":
            return {"toolUse": {"name": block["name"], "input": arguments_of(block["text"] or "{}")}}
        case "thinking":
            return {"reasoningContent": {"reasoningText": {"text": block["text"]}}}
        case _:
            return {"text": block["text"]}


def _heard(blocks: list[dict[str, Any]], reason: Any, usage: dict[str, Any]) -> Answer:
    thoughts = [block["reasoningContent"] for block in blocks if "reasoningContent" in block]
    fresh, cached, written = (
        usage.get(name) for name in ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
    )
    return Answer(
        text="".join(block.get("text") or "" for block in blocks),
        thinking="".join((thought.get("reasoningText") or {}).get("text") or "" for thought in thoughts),
        calls=tuple((block["toolUse"]["name"], block["toolUse"]["input"]) for block in blocks if "toolUse" in block),
        stop=_STOPS.get(reason, "none"),
        prompt=None if fresh is None else fresh + (cached or 0) + (written or 0),
        cached=cached,
        out=usage.get("outputTokens"),
    )
